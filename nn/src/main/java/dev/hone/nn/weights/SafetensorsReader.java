package dev.hone.nn.weights;

import dev.hone.nn.weights.Safetensors.Entry;
import dev.hone.nn.weights.Safetensors.Type;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a safetensors file that may be damaged or made to deceive. */
final class SafetensorsReader {
  /** The format's own limit on the header. */
  private static final long MAX_HEADER = 100_000_000;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String file;
  private final FileChannel channel;

  private SafetensorsReader(String file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  static Safetensors read(Path path) {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new SafetensorsReader(path.toString(), channel).read();
    } catch (IOException e) {
      throw new WeightsException(
          path.toString(),
          "cannot be read (" + Safetensors.reason(e) + ")",
          "check its name and its permissions",
          e);
    }
  }

  private WeightsException bad(String what) {
    return new WeightsException(
        file,
        "not a valid safetensors file: " + what,
        "it may be damaged or incomplete: copy or download it again, or export it again with"
            + " safetensors.torch.save_file");
  }

  /** Where an array lies, relative to the start of the data. */
  private record Place(String name, Type type, Shape shape, long begin, long end) {}

  private Safetensors read() throws IOException {
    long size = channel.size();
    if (size < 8) {
      throw bad("it has " + size + " bytes, fewer than the eight of the header's length");
    }
    long headerLength = bytes(0, 8).getLong(0);
    if (headerLength < 0 || headerLength > MAX_HEADER) {
      throw bad(
          "the header would have "
              + Long.toUnsignedString(headerLength)
              + " bytes, but at most "
              + MAX_HEADER
              + " are allowed");
    }
    if (headerLength > size - 8) {
      throw bad("the header would have " + headerLength + " bytes, but the file has " + size);
    }
    JsonNode header = parse(bytes(8, (int) headerLength));
    var contents = new Safetensors(file);
    var places = new ArrayList<Place>();
    for (var field : header.properties()) {
      if (field.getKey().equals(Safetensors.METADATA)) {
        readMetadata(field.getValue(), contents);
      } else {
        places.add(place(field.getKey(), field.getValue()));
      }
    }
    long dataStart = 8 + headerLength;
    requireNoHoles(places, size - dataStart);
    for (Place p : places) {
      ByteBuffer data = bytes(dataStart + p.begin, (int) (p.end - p.begin));
      contents.add(p.name, new Entry(p.type, p.shape, data));
    }
    return contents;
  }

  private ByteBuffer bytes(long position, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("it ended early");
      }
    }
    return buffer.flip();
  }

  private JsonNode parse(ByteBuffer utf8) {
    JsonNode header;
    try {
      // Decoded here, since Jackson would take UTF-16 and UTF-32 too.
      header = JSON.readTree(StandardCharsets.UTF_8.newDecoder().decode(utf8).toString());
    } catch (CharacterCodingException e) {
      throw bad("the header is not UTF-8");
    } catch (JacksonException e) {
      throw bad("the header is not JSON (" + firstLine(e.getOriginalMessage()) + ")");
    }
    if (!header.isObject()) {
      throw bad("the header is not a JSON object");
    }
    return header;
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private void readMetadata(JsonNode node, Safetensors contents) {
    if (!node.isObject()) {
      throw bad(Safetensors.METADATA + " is not an object");
    }
    for (var field : node.properties()) {
      if (!field.getValue().isString()) {
        throw bad(Safetensors.METADATA + ": " + field.getKey() + " is not a string");
      }
      contents.putMetadata(field.getKey(), field.getValue().stringValue());
    }
  }

  private Place place(String name, JsonNode node) {
    JsonNode dtype = node.path("dtype");
    Type type =
        Arrays.stream(Type.values())
            .filter(t -> dtype.isString() && t.name().equals(dtype.stringValue()))
            .findFirst()
            .orElseThrow(() ->
                bad(
                    name
                        + " has dtype "
                        + (dtype.isString() ? dtype.stringValue() : dtype.toString())
                        + ", but only "
                        + Arrays.toString(Type.values())
                        + " are read"));
    Shape shape = shape(name, numbers(name, "shape", node.path("shape")));
    List<Long> offsets = numbers(name, "data_offsets", node.path("data_offsets"));
    if (offsets.size() != 2) {
      throw bad(name + " needs two data_offsets, but has " + offsets.size());
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    long expected = (long) shape.size() * type.bytes;
    if (end < begin || end - begin != expected) {
      throw bad(
          name
              + " of type "
              + type
              + " and shape "
              + shape
              + " needs "
              + expected
              + " bytes, but its data_offsets are "
              + offsets);
    }
    if (expected > Integer.MAX_VALUE - 16) {
      throw bad(name + " has " + expected + " bytes, more than this reader holds in one array");
    }
    return new Place(name, type, shape, begin, end);
  }

  private Shape shape(String name, List<Long> dims) {
    for (long d : dims) {
      if (d > Integer.MAX_VALUE) {
        throw bad(name + " has shape " + dims + ", which is too large");
      }
    }
    try {
      return Shape.of(dims.stream().mapToInt(Long::intValue).toArray());
    } catch (ShapeException e) {
      throw bad(name + ": " + e.getMessage());
    }
  }

  private List<Long> numbers(String name, String key, JsonNode node) {
    if (!node.isArray()) {
      throw bad(name + " has no list " + key);
    }
    var numbers = new ArrayList<Long>();
    for (JsonNode n : node) {
      if (!n.isIntegralNumber() || !n.canConvertToLong() || n.longValue() < 0) {
        throw bad(name + " has " + n + " in " + key + ", which is not a size");
      }
      numbers.add(n.longValue());
    }
    return numbers;
  }

  /** Every byte of the data belongs to exactly one array. */
  private void requireNoHoles(List<Place> places, long dataLength) {
    long covered = 0;
    var ordered = new ArrayList<>(places);
    ordered.sort(Comparator.comparingLong(Place::begin).thenComparingLong(Place::end));
    for (Place p : ordered) {
      if (p.begin != covered) {
        throw bad(
            p.name
                + " starts at byte "
                + p.begin
                + " of the data, but what lies before it ends at "
                + covered
                + (p.begin < covered ? " (an overlap)" : " (a hole)"));
      }
      covered = p.end;
    }
    if (covered != dataLength) {
      throw bad("its arrays need " + covered + " bytes of data, but it has " + dataLength);
    }
  }
}
