package dev.hone.nn.weights;

import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * float32 arrays as NumPy's {@code np.load} and {@code np.save} have them (format 1.0): a magic
 * word, a header that is a Python dictionary padded to a multiple of 64 bytes, the data.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int PREFIX = MAGIC.length + 2;

  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\),? *\\} *\n");

  private Npy() {}

  /** Writes {@code x} of any shape, atomically. */
  public static void write(Path file, Tensor x) {
    int[] dims = x.shape().dims();
    String shape = Arrays.stream(dims).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
    if (dims.length > 1) {
      shape = shape.substring(0, shape.length() - 1); // only a tuple of one needs its comma
    }
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
    int padding = Math.floorMod(-(PREFIX + header.length() + 1), 64);
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(4, x.shape().size())).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(x.toFloats());
    try {
      AtomicFile.write(
          file,
          out -> {
            out.write(MAGIC);
            out.write(text.length & 0xFF);
            out.write(text.length >>> 8);
            out.write(text);
            out.write(data.array());
          });
    } catch (IOException e) {
      throw new WeightsException(
          file.toString(),
          "cannot be written (" + Safetensors.reason(e) + ")",
          "check that the folder exists, is writable and has room",
          e);
    }
  }

  /** Reads a float32 array in C order. */
  public static Tensor read(Path file, Backend backend) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new WeightsException(
          file.toString(),
          "cannot be read (" + Safetensors.reason(e) + ")",
          "check its name and its permissions",
          e);
    }
    if (bytes.length < PREFIX || !Arrays.equals(bytes, 0, 6, MAGIC, 0, 6) || bytes[6] != 1) {
      throw bad(file, "it does not start as a .npy file of version 1 does");
    }
    int start = PREFIX + (bytes[8] & 0xFF) + ((bytes[9] & 0xFF) << 8);
    if (start > bytes.length) {
      throw bad(file, "it ends within its header");
    }
    String text = new String(bytes, PREFIX, start - PREFIX, StandardCharsets.US_ASCII);
    Matcher header = HEADER.matcher(text);
    if (!header.matches()) {
      throw bad(file, "its header is not understood");
    }
    if (!header.group(1).equals("<f4") || header.group(2).equals("True")) {
      throw bad(file, "it is not little-endian float32 in C order");
    }
    Shape shape = shape(file, header.group(3));
    ByteBuffer data = ByteBuffer.wrap(bytes, start, bytes.length - start);
    if (data.remaining() != 4L * shape.size()) {
      throw bad(file, "shape " + shape + " does not fit " + data.remaining() + " bytes of data");
    }
    float[] values = new float[shape.size()];
    data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return Tensor.of(backend, shape, values);
  }

  private static Shape shape(Path file, String tuple) {
    try {
      int[] dims =
          Pattern.compile("[0-9]+")
              .matcher(tuple)
              .results()
              .mapToInt(m -> Integer.parseInt(m.group()))
              .toArray();
      return Shape.of(dims);
    } catch (NumberFormatException | ShapeException e) {
      throw bad(file, "its shape (" + tuple + ") is too large");
    }
  }

  private static WeightsException bad(Path file, String what) {
    return new WeightsException(
        file.toString(),
        "not a usable .npy file: " + what,
        "save it with numpy.save(file, x.astype('float32'))");
  }
}
