package dev.hone.nn.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pickles that would run something, lie about sizes, or never end. */
@Timeout(30)
class HostilePickleTest {
  @TempDir Path folder;

  private static PickleAssembler pickle() {
    return PickleAssembler.protocol2();
  }

  /** A dictionary whose one entry, w, is still to follow. */
  private static PickleAssembler entry() {
    return pickle().op('}').text("w");
  }

  /** Four floats called 0 in every file here. */
  private static final byte[] FLOATS = new byte[16];

  private Path zip(byte[] pickle) throws IOException {
    var records = new LinkedHashMap<String, byte[]>();
    records.put("a/data.pkl", pickle);
    records.put("a/data/0", FLOATS);
    return Files.write(folder.resolve("model.pt"), TorchSave.archive(records));
  }

  private Path legacy(byte[] pickle, String... keys) throws IOException {
    var file = TorchSave.legacyStart().raw(pickle).raw(TorchSave.keys(List.of(keys)));
    for (int i = 0; i < keys.length; i++) {
      file.int64(4).raw(FLOATS);
    }
    return Files.write(folder.resolve("model.pth"), file.bytes());
  }

  private static String refusal(Path file) {
    var e = assertThrows(WeightsException.class, () -> Weights.read(file));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(file + ": "), message);
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.length() < 900, message);
    return message;
  }

  static Stream<Arguments> programs() {
    return Stream.of(
        arguments(
            pickle().global("os", "system").text("touch x").op(0x85, 'R').stop(),
            "refuses os.system at byte 2"),
        arguments(
            pickle().global("builtins", "eval").text("1").op(0x85, 'R').stop(),
            "refuses builtins.eval at byte 2"),
        arguments(
            pickle().global("__builtin__", "exec").op(')', 'R').stop(),
            "refuses __builtin__.exec at byte 2"),
        // the name is put together from pieces that were kept for later
        arguments(
            pickle().text("system").op('q', 1, '0').text("os").op('h', 1, 0x93, ')', 'R').stop(),
            "refuses os.system at byte 25"),
        // an allowed module, and a way from there to another
        arguments(
            pickle().text("torch").text("_utils.os.system").op(0x93).stop(),
            "refuses torch._utils.os.system"),
        arguments(
            pickle().global("torch._utils", "_rebuild_tensor_v2.__globals__").stop(),
            "refuses torch._utils._rebuild_tensor_v2.__globals__"),
        arguments(pickle().global("torch", "load").stop(), "refuses torch.load"),
        arguments(
            pickle().global("models.resnet", "ResNet").stop(), "refuses models.resnet.ResNet"),
        arguments(
            pickle().op('(').text("x").raw("ios\nsystem\n").stop(),
            "refuses the opcode INST at byte"),
        arguments(
            pickle().op('(').global("collections", "OrderedDict").op('o').stop(),
            "refuses the opcode OBJ at byte 28"),
        arguments(pickle().op(0x82, 1).stop(), "refuses the opcode EXT1 at byte 2"),
        arguments(pickle().op(0x83, 1, 1).stop(), "refuses the opcode EXT2 at byte 2"),
        arguments(pickle().op(0x84, 1, 1, 1, 1).stop(), "refuses the opcode EXT4 at byte 2"),
        arguments(pickle().op('P').raw("x\n").stop(), "refuses the opcode PERSID at byte 2"),
        arguments(
            pickle().global("torch", "Size").op(')', '}', 0x92).stop(),
            "refuses the opcode NEWOBJ_EX"),
        arguments(pickle().op(0x8b).int32(1 << 30).stop(), "refuses the opcode LONG4"),
        arguments(pickle().op(0x97).stop(), "refuses the opcode NEXT_BUFFER"),
        arguments(pickle().op(0xff).stop(), "refuses the opcode 0xff"),
        arguments(pickle().text("os").op(')', 'R').stop(), "refuses a call of a text"),
        arguments(
            pickle().global("torch", "FloatStorage").op(')', 'R').stop(),
            "refuses a call of torch.FloatStorage"),
        arguments(
            pickle().global("collections", "OrderedDict").op('}', 'b').stop(),
            "refuses attributes for collections.OrderedDict"),
        arguments(pickle().op(']', '}', 'b').stop(), "refuses attributes for a list"),
        arguments(pickle().text("storage").op('Q').stop(), "refuses a persistent id"),
        arguments(
            pickle().op('(').text("module").op('N', 'N', 'N', 'N', 't', 'Q').stop(),
            "refuses a persistent id of another kind"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("programs")
  void nothingIsRunAndTheRefusalNamesWhatWasAsked(byte[] program, String reason)
      throws IOException {
    String inZip = refusal(zip(program));
    assertTrue(inZip.contains(reason) && inZip.contains("only tensors are read"), inZip);
    assertTrue(inZip.contains("nothing was run"), inZip);
    String inLegacy = refusal(legacy(program));
    assertTrue(inLegacy.contains(reason.replaceFirst("[0-9]+$", "")), inLegacy);
    try (var left = Files.list(folder)) {
      assertEquals(2, left.count(), "nothing was written");
    }
  }

  private static PickleAssembler tensor(String key, long elements, long offset, long[] shape) {
    var ones = new long[shape.length];
    java.util.Arrays.fill(ones, 1);
    return entry().tensor("FloatStorage", key, elements, offset, shape, ones).op('s');
  }

  private static long[] shape(long... extents) {
    return extents;
  }

  static Stream<Arguments> lies() {
    long huge = Long.MAX_VALUE;
    return Stream.of(
        arguments(tensor("0", 4, 1, shape(4)), "lies outside its storage"),
        arguments(tensor("0", 4, -1, shape(4)), "lies outside its storage"),
        arguments(tensor("0", 4, huge, shape(4)), "lies outside its storage"),
        arguments(tensor("0", 4, 0, shape(5)), "lies outside its storage"),
        arguments(tensor("0", 4, 0, shape(-1)), "not all sizes"),
        arguments(tensor("0", 4, 0, shape(huge, huge, huge)), "too large"),
        arguments(tensor("0", 4, 0, shape(65536, 65536)), "too large"),
        arguments(tensor("0", 4, 0, shape(1, 1, 1, 1, 1, 1, 1)), "7 extents"),
        arguments(tensor("0", 5, 0, shape(4)), "but its tensors want"),
        arguments(tensor("0", 3, 0, shape(3)), "but its tensors want"),
        arguments(
            entry().tensor("FloatStorage", "0", 4, 0, shape(300, 300), 0, 0).op('s'),
            "look at the same numbers again and again"),
        arguments(tensor("0", -4, 0, shape(0)), "would have -4 elements"),
        arguments(tensor("0", huge, 0, shape(4)), "elements, and a part holds at most"),
        arguments(tensor("0", 1L << 30, 0, shape(4)), "but its tensors want"),
        arguments(tensor("1", 4, 0, shape(4)), "1"),
        arguments(tensor("../../etc/passwd", 4, 0, shape(4)), "etc/passwd"),
        arguments(
            entry().tensor("FloatStorage", "0", 4, 0, shape(2, 2), huge, 1).op('s'),
            "lies outside its storage"),
        arguments(
            pickle()
                .op('}')
                .text("__metadata__")
                .tensor("FloatStorage", "0", 4, 0, shape(2), 1)
                .op('s'),
            "a tensor is called __metadata__"),
        arguments(entry().tensor("FloatStorage", "0", 4, 0, shape(2), -1).op('s'), "not all sizes"),
        arguments(entry().tensor("FloatStorage", "0", 4, 0, shape(2, 2), 1).op('s'), "1 strides"),
        arguments(
            entry().tensor("FloatStorage", "0", 4, 0, shape(30000, 30000), 0, 0).op('s'),
            "look at the same numbers again and again"),
        arguments(
            tensor("0", 4, 0, shape(4))
                .text("v")
                .tensor("DoubleStorage", "0", 2, 0, shape(2), 1)
                .op('s'),
            "in one place and 2 of F64 in another"),
        arguments(tensor("0", 4, 0, shape(4)).text("w").op('N', 's'), "the name w is given twice"),
        arguments(entry().op('K', 1).op('s'), "no tensors by name, but w"),
        arguments(pickle().op(']'), "holds a list, not tensors by name"),
        arguments(pickle().op('}'), "holds no tensors"),
        arguments(pickle().op('X').int32(-1), "has 4294967295 bytes, but"),
        arguments(pickle().op('X').int32(Integer.MAX_VALUE), "has 2147483647 bytes, but"),
        arguments(pickle().op(0x8d).int64(huge), "has 9223372036854775807 bytes, but"),
        arguments(pickle().op(0x8d).int64(-1), "has -1 bytes"),
        arguments(pickle().op('T').int32(-5), "has -5 bytes"),
        arguments(pickle().op('B').int32(1 << 28), "has 268435456 bytes, but"),
        arguments(pickle().op('X').int32(1).op(0xff), "not UTF-8"),
        arguments(pickle().op('h', 7), "recalls a value 7 that it never kept"),
        arguments(pickle().op('0'), "takes more from the stack than there is"),
        arguments(pickle().op('N', '(', 0x86), "takes more from the stack than there is"),
        arguments(pickle().op('t'), "ends a part that it did not begin"),
        arguments(pickle().op('(', 'N', 'N', 'u'), "takes more from the stack"),
        arguments(pickle().op('}', '(', 'N', 'u'), "a key without a value"),
        arguments(pickle().op(')', 'N', 'a'), "appends to a tuple"),
        arguments(pickle().op(0x80, 7), "protocol 7"),
        arguments(
            pickle().op('c').raw("x".repeat(2000) + "\n\n"), "a name has more than 1000 bytes"),
        arguments(pickle(), "takes more from the stack"));
  }

  @ParameterizedTest(name = "{index} {1}")
  @MethodSource("lies")
  void liesAreRefused(PickleAssembler start, String reason) throws IOException {
    byte[] program = start.stop();
    String message = refusal(zip(program));
    assertTrue(message.contains(reason), message);
    refusal(legacy(program));
    refusal(legacy(program, "0"));
  }

  /** What the pickles above are in every other respect. */
  @Test
  void theSameWithoutALieIsRead() throws IOException {
    byte[] program = tensor("0", 4, 0, shape(4)).stop();
    assertEquals(List.of("w"), List.copyOf(Weights.read(zip(program)).contents().names()));
    assertEquals(List.of("w"), List.copyOf(Weights.read(legacy(program, "0")).contents().names()));
    assertTrue(refusal(legacy(program)).contains("storage 0 is not in the file"));
    assertTrue(refusal(legacy(program, "0", "0")).contains("there twice"));
    assertTrue(refusal(legacy(program, "0", "5")).contains("one that no tensor has"));
    byte[] more = tensor("0", 3, 0, shape(3)).stop();
    assertTrue(refusal(legacy(more, "0")).contains("has 4 elements, but its tensors want 3"));
  }

  /** Lists in themselves, and a dictionary that is its own entry, are walked through by nobody. */
  @Test
  void whatContainsItselfIsRead() throws IOException {
    var p = pickle().op('}', 'q', 0).text("self").op('h', 0, 's');
    p.text("list").op(']', 'q', 1, 'h', 1, 'a', 's');
    p.text("w").tensor("FloatStorage", "0", 4, 0, shape(4), 1).op('s');
    Weights w = Weights.read(zip(p.stop()));
    assertEquals(
        List.of("left out, being no tensors: self (a dictionary), list (a list)"), w.notes());
  }

  /** Each list holds the one before ten times: 10^1000 elements, were they counted. */
  @Test
  void aBillionLaughsAreShort() throws IOException {
    var p = entry().op(']');
    for (int level = 0; level < 1000; level++) {
      p.op('q', 0, '0', ']', '(');
      for (int i = 0; i < 10; i++) {
        p.op('h', 0);
      }
      p.op('e');
    }
    assertTrue(refusal(zip(p.op('s').stop())).contains("no tensors by name"));
    var tuples = entry().op(')');
    for (int level = 0; level < 10_000; level++) {
      tuples.op('2', 0x86); // (t, t)
    }
    assertTrue(refusal(zip(tuples.op('s').stop())).contains("no tensors by name"));
  }

  /** A pair of bytes that makes a dictionary of a hundred thousand pairs, again and again. */
  @Test
  void repeatedWorkIsBounded() throws IOException {
    var p = pickle().op(']', '(');
    for (int i = 0; i < 20_000; i++) {
      p.text("k" + i).op('N', 0x86);
    }
    p.op('e', 0x85, 'q', 0, '0').global("collections", "OrderedDict").op('q', 1, '0', ']');
    for (int i = 0; i < 20_000; i++) {
      p.op('h', 1, 'h', 0, 'R', 'a');
    }
    assertTrue(refusal(zip(p.stop())).contains("more than 4000000 steps"));
    byte[] endless = pickle().raw("0N".repeat(3_000_000).substring(1)).stop();
    assertTrue(refusal(zip(endless)).contains("more than 4000000 steps"));
  }

  /** Names come from the file and go to a terminal. */
  @Test
  void escapesAndLineBreaksInNamesArePrintedAsSuch() throws IOException {
    String evil = "\u001b[2J\u202e\r";
    String message = refusal(zip(pickle().global("os" + evil, "system").stop()));
    assertTrue(message.contains("refuses os\\u001b[2J"), message);
    assertFalse(message.chars().anyMatch(c -> c < 32 || c == 0x202e), message);
    String name = "w\nall is well" + evil;
    message = refusal(zip(pickle().op('}').text(name).op('K', 1, 's').stop()));
    assertTrue(message.contains("w\\u000aall is well\\u001b"), message);
  }

  @Test
  void archivesThatAreNoPyTorchFilesSaySo() throws IOException {
    assertArchive(Map.of("a.npy", FLOATS), "NumPy's .npz is not read");
    assertArchive(Map.of("a/b/data.pkl", FLOATS), "without PyTorch's data.pkl");
    assertArchive(Map.of("a/data.pkl", FLOATS, "b/data.pkl", FLOATS), "2 files data.pkl");
    assertArchive(Map.of("a/data.pkl", FLOATS, "a/constants.pkl", FLOATS), "a TorchScript archive");
    assertArchive(
        Map.of("a/data.pkl", FLOATS, "a/byteorder", new byte[] {'b', 'i', 'g'}),
        "byte order 'big'");
  }

  private void assertArchive(Map<String, byte[]> records, String reason) throws IOException {
    Path file = Files.write(folder.resolve("x.pt"), TorchSave.archive(records));
    String message = refusal(file);
    assertTrue(message.contains(reason), message);
  }

  /** A number changed in place: neither lengths nor the pickle tell. */
  @Test
  void aDamagedStorageIsNoticedByItsChecksum() throws IOException {
    byte[] program = tensor("0", 4, 0, shape(4)).stop();
    Path file = zip(program);
    byte[] bytes = Files.readAllBytes(file);
    int end = new String(bytes, ISO_8859_1).indexOf("PK\1\2"); // where the directory begins
    bytes[end - 1] ^= 1;
    Files.write(file, bytes);
    assertTrue(refusal(file).contains("the checksum of a/data/0 is wrong"));
  }

  @Test
  void twoEntriesOfOneNameAreRefused() throws IOException {
    var records = new LinkedHashMap<String, byte[]>();
    records.put("a/data.pkl", tensor("0", 4, 0, shape(4)).stop());
    records.put("a/data/0", FLOATS);
    records.put("a/data/1", FLOATS);
    String twice =
        new String(TorchSave.archive(records), ISO_8859_1).replace("a/data/1", "a/data/0");
    Path file = Files.write(folder.resolve("x.pt"), twice.getBytes(ISO_8859_1));
    assertTrue(refusal(file).contains("two entries called a/data/0"));
  }

  /** A hundred bytes in the archive that could be a hundred megabytes in memory. */
  @Test
  void compressedEntriesAreRefused() throws IOException {
    Path file = folder.resolve("x.pt");
    try (var out = new ZipOutputStream(Files.newOutputStream(file))) {
      out.putNextEntry(new ZipEntry("a/data.pkl"));
      out.write(new byte[1000]);
    }
    assertTrue(refusal(file).contains("a/data.pkl is compressed"));
  }
}
