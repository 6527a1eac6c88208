package dev.hone.nn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  private static final Backend ORACLE = ReferenceBackend.float64();

  @TempDir Path folder;

  /** The bytes of a file with this header and data. */
  private static byte[] bytes(String header, ByteBuffer data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data.capacity())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .put(data.array())
        .array();
  }

  private static ByteBuffer data(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(folder.resolve("w.safetensors"), content);
  }

  /** Byte for byte what Python's safetensors.torch.save_file lays out for these tensors. */
  @Test
  void readsWhatPythonWrites() throws IOException {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"bn1.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
            + "\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2,1,1,2],\"data_offsets\":[8,24]},"
            + "\"linear.bias\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[24,30]}}   ";
    ByteBuffer data =
        data(30)
            .putLong(7)
            .putFloat(1.5f)
            .putFloat(-2)
            .putFloat(3.25f)
            .putFloat(1e-30f)
            .putShort((short) 0x3C00) // 1
            .putShort((short) 0xC200) // -3
            .putShort((short) 0x0001); // 2^-24, the smallest subnormal
    Safetensors st = Safetensors.read(file(bytes(header, data)));
    assertEquals(
        List.of("bn1.num_batches_tracked", "conv1.weight", "linear.bias"), List.copyOf(st.names()));
    assertEquals(Map.of("format", "pt"), st.metadata());
    Tensor w = st.tensor("conv1.weight", ORACLE);
    assertEquals(Shape.of(2, 1, 1, 2), w.shape());
    assertArrayEquals(new double[] {1.5, -2, 3.25, 1e-30f}, w.toDoubles());
    Tensor counter = st.tensor("bn1.num_batches_tracked", ORACLE);
    assertEquals(DType.INT32, counter.dtype());
    assertEquals(Shape.of(), counter.shape());
    assertEquals(7, counter.item());
    assertArrayEquals(new double[] {1, -3, 0x1p-24}, st.tensor("linear.bias", ORACLE).toDoubles());
  }

  @Test
  void readsTheOtherTypes() throws IOException {
    String header =
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[8,12]},"
            + "\"c\":{\"dtype\":\"I32\",\"shape\":[1,1],\"data_offsets\":[12,16]},"
            + "\"big\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[16,24]},"
            + "\"none\":{\"dtype\":\"F32\",\"shape\":[0,5],\"data_offsets\":[24,24]}}";
    ByteBuffer data =
        data(24)
            .putDouble(Math.PI)
            .putShort((short) 0x3FC0) // 1.5
            .putShort((short) 0xC040) // -3
            .putInt(-5)
            .putLong(1L << 40);
    Safetensors st = Safetensors.read(file(bytes(header, data)));
    assertArrayEquals(new double[] {Math.PI}, st.tensor("a", ORACLE).toDoubles());
    assertArrayEquals(new double[] {1.5, -3}, st.tensor("b", ORACLE).toDoubles());
    assertArrayEquals(new int[] {-5}, st.tensor("c", ORACLE).toInts());
    assertArrayEquals(new long[] {-5}, st.longs("c"));
    assertArrayEquals(new long[] {1L << 40}, st.longs("big"));
    assertEquals(Shape.of(0, 5), st.tensor("none", ORACLE).shape());
    assertThrows(WeightsException.class, () -> st.tensor("big", ORACLE));
    assertThrows(WeightsException.class, () -> st.longs("a"));
    assertThrows(WeightsException.class, () -> st.tensor("absent", ORACLE));
  }

  @Test
  void writtenFilesReadBackBitForBit() throws IOException {
    Backend f32 = ReferenceBackend.float32();
    var st = new Safetensors();
    float[] values = {1, -0f, Float.MIN_VALUE, Float.MAX_VALUE, 3.1415927f, Float.NaN};
    st.put("weights \"quoted\" \u00e9", Tensor.of(f32, Shape.of(2, 3), values));
    st.put("labels", Tensor.ofInts(f32, Shape.of(2), Integer.MIN_VALUE, 9));
    st.putLongs("state", Shape.of(2), Long.MIN_VALUE, 5);
    st.put("empty", Tensor.zeros(f32, Shape.of(0)));
    st.putMetadata("seed", "7");
    Path file = folder.resolve("out.safetensors");
    st.write(file);
    Safetensors back = Safetensors.read(file);
    float[] read = back.tensor("weights \"quoted\" \u00e9", f32).toFloats();
    for (int i = 0; i < values.length; i++) {
      assertEquals(Float.floatToIntBits(values[i]), Float.floatToIntBits(read[i]));
    }
    assertArrayEquals(new int[] {Integer.MIN_VALUE, 9}, back.tensor("labels", f32).toInts());
    assertArrayEquals(new long[] {Long.MIN_VALUE, 5}, back.longs("state"));
    assertEquals(Shape.of(0), back.tensor("empty", f32).shape());
    assertEquals(Map.of("seed", "7"), back.metadata());
    byte[] raw = Files.readAllBytes(file);
    long headerLength = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertEquals(0, headerLength % 8, "the data is aligned");
    assertThrows(
        IllegalArgumentException.class, () -> st.putLongs("state", Shape.of(), 1), "taken");
    assertThrows(IllegalArgumentException.class, () -> st.putLongs("x", Shape.of(2), 1));
  }

  private static String one(String dtype, String shape, String offsets) {
    return "{\"w\":{\"dtype\":"
        + dtype
        + ",\"shape\":"
        + shape
        + ",\"data_offsets\":"
        + offsets
        + "}}";
  }

  static Stream<Arguments> hostileHeaders() {
    String pair =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":%s},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":%s}}";
    String f32 = "\"F32\"";
    return Stream.of(
        Arguments.of("{\"w\":", "not JSON"),
        Arguments.of("[]", "not a JSON object"),
        Arguments.of("", "not a JSON object"),
        Arguments.of("{} x", "not JSON"),
        Arguments.of("[".repeat(100_000), "not JSON"),
        Arguments.of("{\"w\":3}", "w has dtype"),
        Arguments.of(one("\"F8_E4M3\"", "[8]", "[0,8]"), "F8_E4M3"),
        Arguments.of(one("4", "[2]", "[0,8]"), "w has dtype 4"),
        Arguments.of(one(f32, "[3]", "[0,8]"), "needs 12 bytes"),
        Arguments.of(one(f32, "[-2]", "[0,8]"), "-2 in shape"),
        Arguments.of(one(f32, "[2.0]", "[0,8]"), "2.0 in shape"),
        Arguments.of(one(f32, "[\"2\"]", "[0,8]"), "in shape"),
        Arguments.of(one(f32, "2", "[0,8]"), "no list shape"),
        Arguments.of(one(f32, "[2]", "[0]"), "two data_offsets"),
        Arguments.of(one(f32, "[2]", "[8,0]"), "data_offsets are [8, 0]"),
        Arguments.of(one(f32, "[2]", "[-8,0]"), "-8 in data_offsets"),
        Arguments.of(one(f32, "[65536,65536]", "[0,8]"), "2^31"),
        Arguments.of(one(f32, "[4294967296,4294967296,4294967296]", "[0,0]"), "too large"),
        Arguments.of(one(f32, "[99999999999999999999999]", "[0,8]"), "not a size"),
        Arguments.of(one(f32, "[1,1,1,1,1,1,2]", "[0,8]"), "rank 7"),
        Arguments.of(one(f32, "[4]", "[0,16]"), "need 16 bytes of data, but it has 8"),
        Arguments.of(one(f32, "[1]", "[0,4]"), "need 4 bytes of data, but it has 8"),
        Arguments.of(one(f32, "[1]", "[4,8]"), "a hole"),
        Arguments.of(one(f32, "[2]", "[9223372036854775800,9223372036854775808]"), "not a size"),
        Arguments.of(pair.formatted("[0,4]", "[0,4]"), "an overlap"),
        Arguments.of(pair.formatted("[0,4]", "[2,6]"), "an overlap"),
        Arguments.of(pair.formatted("[0,4]", "[4,8]").replace("\"b\"", "\"a\""), "not JSON"),
        Arguments.of(
            "{\"__metadata__\":{\"a\":1},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
            "a is not a string"),
        Arguments.of("{\"__metadata__\":[]}", "not an object"));
  }

  @ParameterizedTest
  @MethodSource("hostileHeaders")
  void hostileHeadersAreRefusedInOneLine(String header, String reason) throws IOException {
    Path file = file(bytes(header, data(8)));
    var e = assertThrows(WeightsException.class, () -> Safetensors.read(file));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(reason), message);
    assertTrue(message.startsWith(file.toString()), message);
    assertFalse(message.contains("\n"), message);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, at most 100000000",
    "100000001, at most 100000000",
    "9223372036854775807, at most 100000000",
    "1000, but the file has"
  })
  void aLyingHeaderLengthIsRefused(long length, String reason) throws IOException {
    byte[] good = bytes(one("\"F32\"", "[2]", "[0,8]"), data(8));
    ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    Path file = file(good);
    var e = assertThrows(WeightsException.class, () -> Safetensors.read(file));
    assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] good = bytes(one("\"F32\"", "[2]", "[0,8]"), data(8));
    Safetensors.read(file(good));
    for (int length = 0; length < good.length; length++) {
      Path file = file(Arrays.copyOf(good, length));
      assertThrows(WeightsException.class, () -> Safetensors.read(file), "at " + length);
    }
    Path longer = file(Arrays.copyOf(good, good.length + 1));
    assertThrows(WeightsException.class, () -> Safetensors.read(longer));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-32BE", "ISO-8859-1"})
  void onlyUtf8IsAHeader(String charset) throws IOException {
    byte[] text = "{\"\u00e9\":1}".getBytes(java.nio.charset.Charset.forName(charset));
    ByteBuffer all = data(8 + text.length).putLong(text.length).put(text);
    Path file = file(all.array());
    assertThrows(WeightsException.class, () -> Safetensors.read(file));
  }

  @Test
  void missingFilesAndFoldersAreOneLine() {
    Path absent = folder.resolve("absent.safetensors");
    var e = assertThrows(WeightsException.class, () -> Safetensors.read(absent));
    assertEquals(
        absent + ": cannot be read (no such file or folder); check its name and its permissions",
        e.getMessage());
    Path nowhere = folder.resolve("no/such/folder.safetensors");
    assertThrows(WeightsException.class, () -> new Safetensors().write(nowhere));
    assertThrows(WeightsException.class, () -> Safetensors.read(folder));
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("kept.txt"), "old");
    assertThrows(
        IOException.class,
        () ->
            AtomicFile.write(
                file,
                out -> {
                  out.write(new byte[100_000]);
                  throw new IOException("No space left on device");
                }));
    assertEquals("old", Files.readString(file));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(file), left.toList());
    }
    AtomicFile.write(file, out -> out.write("new".getBytes(StandardCharsets.UTF_8)));
    assertEquals("new", Files.readString(file));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(file), left.toList());
    }
  }
}
