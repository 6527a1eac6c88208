package dev.hone.nn.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.nn.train.Checkpoint;
import dev.hone.nn.train.CheckpointException;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.fuzz.Fuzz;
import dev.hone.tensor.fuzz.FuzzReport;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is in a file, it is read or refused with the documented exception. */
class WeightsFuzzTest {
  private static final Backend F32 = ReferenceBackend.float32();
  private static final Path REGRESSIONS = Path.of("src/test/resources/fuzz");

  /** What names, globals and opcodes of these formats look like. */
  private static final String[] WORDS = {
    "ctorch._utils\n_rebuild_tensor_v2\n",
    "ccollections\nOrderedDict\n",
    "ctorch\nFloatStorage\n",
    "ctorch\nSize\n",
    "cos\nsystem\n",
    "X\7\0\0\0storage",
    "\u0080\2",
    "\u0093",
    "q\0",
    "h\0",
    "tR",
    "tQ",
    "PK\1\2",
    "PK\3\4",
    "PK\5\6",
    "/data.pkl",
    "/data/0"
  };

  @TempDir Path folder;
  @TempDir Path elsewhere;
  private Path file = Path.of("");

  @BeforeEach
  void file() throws IOException {
    file = folder.resolve("w");
    Files.writeString(elsewhere.resolve("keep"), "untouched");
  }

  /** Reads and converts all of it, as loading a model does. */
  private void read(byte[] content) throws IOException {
    Files.write(file, content);
    Weights.read(file).tensors(F32);
  }

  private Fuzz target(String name, Fuzz.Reader reader) {
    return remembering(Fuzz.target(name, reader, WeightsException.class), name);
  }

  private Fuzz remembering(Fuzz target, String name) {
    Path found = REGRESSIONS.resolve(name); // there once something was found
    if (Files.isDirectory(found)) {
      target.regressions(found);
    }
    return target.untouched(elsewhere).upTo(1 << 14).within(1);
  }

  private static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(PyTorchFileTest.golden(name));
  }

  @Test
  void zip() throws IOException {
    ran(
        target("torch-zip", this::read)
            .seed(golden("checkpoint.pt"), golden("every_kind.pt"), inZip(golden("plain.pkl")))
            .words(WORDS)
            .run());
  }

  @Test
  void legacy() throws IOException {
    ran(
        target("torch-legacy", this::read)
            .seed(golden("checkpoint.th"), golden("every_kind.pth"), golden("python2.pth"))
            .words(WORDS)
            .run());
  }

  /** Mutants of the pickle, in an archive whose checksums are right. */
  @Test
  void pickleInAZip() throws IOException {
    byte[] small =
        PickleAssembler.protocol2()
            .raw("}q\0(")
            .text("epoch")
            .whole(70_000)
            .text("state_dict")
            .global("collections", "OrderedDict")
            .op(')', 'R', 'q', 1, '(')
            .text("module.conv1.weight")
            .tensor("FloatStorage", "0", 8, 0, new long[] {2, 1, 2, 2}, 4, 4, 2, 1)
            .text("module.bn1.weight")
            .tensor("HalfStorage", "1", 8, 1, new long[] {3}, 2)
            .op('u', '}')
            .text("_metadata")
            .op('N', 's', 'b', 'u')
            .stop();
    read(inZip(small));
    ran(target("torch-pickle", pickle -> read(inZip(pickle))).seed(small).words(WORDS).run());
  }

  @Test
  void instructionsAtRandom() throws IOException {
    var noise = new byte[400];
    new Random(1).nextBytes(noise);
    ran(
        target("torch-instructions", n -> read(inZip(PickleGrammar.pickle(n))))
            .seed(noise, new byte[] {18, 0, 0, 0}, new byte[64])
            .run());
  }

  /** An archive with this pickle, and storages that hold 8 numbers. */
  private static byte[] inZip(byte[] pickle) {
    var records = new LinkedHashMap<String, byte[]>();
    records.put("a/data.pkl", pickle);
    records.put("a/data/0", new byte[32]);
    records.put("a/data/1", new byte[16]);
    return TorchSave.archive(records);
  }

  private static byte[] safetensors(String header, int dataBytes) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  private static byte[] twoTensors() {
    return safetensors(
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"b\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[24,32]}}",
        32);
  }

  @Test
  void safetensorsFiles() {
    ran(
        target("safetensors", this::read)
            .seed(twoTensors())
            .words("F16", "BF16", "BOOL", "\"shape\":[0]", "[[", "}}", "1e999", "\"\\ud800\"")
            .run());
  }

  /** Mutants of the header alone, under a length that is right. */
  @Test
  void safetensorsHeaders() {
    byte[] whole = twoTensors();
    int length = whole.length - 8 - 32;
    byte[] header = java.util.Arrays.copyOfRange(whole, 8, 8 + length);
    ran(
        target("safetensors-header", h -> read(safetensors(latin1(h), 32)))
            .seed(header)
            .words("F16", "BF16", "BOOL", "\"shape\":[0]", "\"shape\":", "\"dtype\":\"F64\"")
            .run());
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Test
  void npy() throws IOException {
    Npy.write(file, Tensor.of(F32, Shape.of(1, 3), 1, -2, 0.5f));
    byte[] good = Files.readAllBytes(file);
    ran(
        target("npy", content -> Npy.read(Files.write(file, content), F32))
            .seed(good)
            .words("'descr': '<f4'", "(3,)", "(0, 9)", "True", "\2\0", "\3\0")
            .run());
  }

  /** Damaged checkpoints are told of, and the one before is taken; none changes on disk. */
  @Test
  void checkpoints() throws IOException {
    new Checkpoint(
            Map.of("w", Tensor.of(F32, Shape.of(2), 1, 2), "n", Tensor.ofInts(F32, Shape.of(), 7)),
            Map.of("epoch", "3", "history", "1 2 3"))
        .write(file);
    byte[] good = Files.readAllBytes(file);
    ran(
        remembering(
                Fuzz.target(
                    "checkpoint",
                    content -> Checkpoint.read(Files.write(file, content), F32, this::oneLine),
                    CheckpointException.class),
                "checkpoint")
            .seed(good)
            .words("F16", "sha256", "__metadata__", "\"shape\":[0]")
            .share(0.25)
            .run());
    try (var left = Files.list(folder)) {
      assertTrue(List.of(file).equals(left.toList()), "reading leaves nothing behind");
    }
  }

  private void oneLine(String warning) {
    if (warning.lines().count() != 1) {
      throw new IllegalStateException("not one line: " + warning);
    }
  }

  /** A target that refuses all, or nothing, was not looked into. */
  private static void ran(FuzzReport report) {
    assertTrue(report.places() > 2, report.figures());
  }
}
