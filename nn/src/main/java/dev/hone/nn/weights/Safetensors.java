package dev.hone.nn.weights;

import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The contents of a safetensors file: named arrays, and strings beside them. The format (<a
 * href="https://huggingface.co/docs/safetensors">safetensors</a>): the header's length as eight
 * little-endian bytes, a JSON header with each array's {@code dtype}, {@code shape} and {@code
 * data_offsets}, then the data, little-endian, row-major, without holes.
 *
 * <p>Floats of 16, 32 and 64 bits, BF16, signed whole numbers of 8 to 64 bits, U8 and BOOL are read
 * and written.
 */
public final class Safetensors {
  static final String METADATA = "__metadata__";

  /** An element type that is read. */
  enum Type {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1);

    final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  /** An array; {@code data} from position 0 to its capacity, row-major, little-endian. */
  record Entry(Type type, Shape shape, ByteBuffer data) {}

  private final String source;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** Nothing yet. */
  public Safetensors() {
    this("safetensors");
  }

  Safetensors(String source) {
    this.source = source;
  }

  /** Reads {@code file}, all of which is checked before anything is believed. */
  public static Safetensors read(Path file) {
    return SafetensorsReader.read(file);
  }

  // ---- filling ----

  /** Adds a tensor: float32 as F32, int32 as I32. */
  public void put(String name, Tensor value) {
    switch (value.dtype()) {
      case FLOAT32 -> {
        ByteBuffer data = allocate(Type.F32, value.shape());
        data.asFloatBuffer().put(value.toFloats());
        add(name, new Entry(Type.F32, value.shape(), data));
      }
      case INT32 -> {
        ByteBuffer data = allocate(Type.I32, value.shape());
        data.asIntBuffer().put(value.toInts());
        add(name, new Entry(Type.I32, value.shape(), data));
      }
    }
  }

  /** Adds 64-bit whole numbers, row-major. */
  public void putLongs(String name, Shape shape, long... values) {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(
          "safetensors: " + name + " of shape " + shape + " got " + values.length + " values");
    }
    ByteBuffer data = allocate(Type.I64, shape);
    data.asLongBuffer().put(values);
    add(name, new Entry(Type.I64, shape, data));
  }

  private static ByteBuffer allocate(Type type, Shape shape) {
    int bytes = Math.multiplyExact(shape.size(), type.bytes);
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  void add(String name, Entry entry) {
    if (name.equals(METADATA) || entries.putIfAbsent(name, entry) != null) {
      throw new IllegalArgumentException("safetensors: the name " + name + " is taken");
    }
  }

  /** Adds a string beside the arrays. */
  public void putMetadata(String key, String value) {
    metadata.put(key, value);
  }

  // ---- looking ----

  /** The arrays' names, in the header's order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /** The strings beside the arrays. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  Entry entry(String name) {
    Entry e = entries.get(name);
    if (e == null) {
      throw new WeightsException(
          source, "there is no " + name, "it has " + String.join(", ", entries.keySet()));
    }
    return e;
  }

  /** The array called {@code name}: floats of any width as float32, whole numbers as int32. */
  public Tensor tensor(String name, Backend backend) {
    Entry e = entry(name);
    return switch (e.type) {
      case F64, F32, F16, BF16 -> backend.fromDoubles(e.shape, DType.FLOAT32, doubles(e));
      case I64, I32, I16, I8, U8, BOOL -> {
        long[] wide = longs(name);
        int[] values = new int[wide.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = (int) wide[i];
          if (values[i] != wide[i]) {
            throw new WeightsException(
                source,
                name + " has " + wide[i] + " at element " + i + ", which int32 does not hold",
                "this is no count that a model here could have reached");
          }
        }
        yield backend.fromInts(e.shape, values);
      }
    };
  }

  private static double[] doubles(Entry e) {
    double[] values = new double[e.shape.size()];
    for (int i = 0; i < values.length; i++) {
      int at = i * e.type.bytes;
      values[i] =
          switch (e.type) {
            case F64 -> e.data.getDouble(at);
            case F32 -> e.data.getFloat(at);
            case F16 -> Float.float16ToFloat(e.data.getShort(at));
            case BF16 -> Float.intBitsToFloat(e.data.getShort(at) << 16);
            case I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalStateException(e.type + " is whole");
          };
    }
    return values;
  }

  /** The whole numbers of the array called {@code name}, row-major. */
  public long[] longs(String name) {
    Entry e = entry(name);
    long[] values = new long[e.shape.size()];
    for (int i = 0; i < values.length; i++) {
      int at = i * e.type.bytes;
      values[i] =
          switch (e.type) {
            case I64 -> e.data.getLong(at);
            case I32 -> e.data.getInt(at);
            case I16 -> e.data.getShort(at);
            case I8 -> e.data.get(at);
            case U8, BOOL -> e.data.get(at) & 0xFF;
            case F64, F32, F16, BF16 ->
                throw new WeightsException(
                    source,
                    name + " holds " + e.type.name().toLowerCase(Locale.ROOT) + ", not integers",
                    "write it as I64 or I32");
          };
    }
    return values;
  }

  // ---- writing ----

  /** Writes {@code file} atomically: whatever happens, no half of it is left under its name. */
  public void write(Path file) {
    // Wide elements first, as the format's own library has it: every array is aligned.
    List<String> order = new ArrayList<>(entries.keySet());
    order.sort(Comparator.comparing((String n) -> -entry(n).type.bytes));
    byte[] header = header(order);
    try {
      AtomicFile.write(
          file,
          out -> {
            var length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            out.write(length.putLong(header.length).array());
            out.write(header);
            for (String name : order) {
              ByteBuffer data = entry(name).data;
              out.write(data.array(), data.arrayOffset(), data.capacity());
            }
          });
    } catch (IOException e) {
      throw new WeightsException(
          file.toString(),
          "cannot be written (" + reason(e) + ")",
          "check that the folder exists, is writable and has room",
          e);
    }
  }

  /** The JSON header, padded with spaces to a multiple of eight bytes. */
  private byte[] header(List<String> order) {
    var json = JsonMapper.shared();
    ObjectNode root = json.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode strings = root.putObject(METADATA);
      metadata.forEach(strings::put);
    }
    long offset = 0;
    for (String name : order) {
      Entry e = entry(name);
      ObjectNode array = root.putObject(name);
      array.put("dtype", e.type.name());
      var dims = array.putArray("shape");
      for (int d : e.shape.dims()) {
        dims.add(d);
      }
      long end = offset + e.data.capacity();
      array.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    String text = json.writeValueAsString(root);
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    return (text + " ".repeat(Math.floorMod(-bytes, 8))).getBytes(StandardCharsets.UTF_8);
  }

  /** What an I/O error says, in words. */
  static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "no such file or folder";
      case java.nio.file.AccessDeniedException _ -> "access denied";
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }
}
