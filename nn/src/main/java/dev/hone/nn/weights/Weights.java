package dev.hone.nn.weights;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a file of weights, whatever its format: safetensors, or what {@code torch.save}
 * wrote. The content decides, not the name. Reading runs nothing that a file asks for.
 *
 * @param source the file
 * @param format in words
 * @param notes what was chosen in the reader's place, and what was left out
 * @param contents the tensors by name; writing them converts the file to safetensors
 */
public record Weights(String source, String format, List<String> notes, Safetensors contents) {
  public Weights {
    notes = List.copyOf(notes);
  }

  /**
   * Reads {@code file}, all of which is checked before anything is believed.
   *
   * @throws WeightsException if it is of another format, damaged, or holds more than tensors
   */
  public static Weights read(Path file) {
    try {
      return switch (kind(file)) {
        case SAFETENSORS ->
            new Weights(file.toString(), "safetensors", List.of(), Safetensors.read(file));
        case ZIP -> PyTorchFile.read(file, true);
        case PICKLE -> PyTorchFile.read(file, false);
      };
    } catch (IOException e) {
      throw new WeightsException(
          file.toString(),
          "cannot be read (" + Safetensors.reason(e) + ")",
          "check its name and its permissions, and whether it is whole",
          e);
    }
  }

  private enum Kind {
    SAFETENSORS,
    ZIP,
    PICKLE
  }

  private static Kind kind(Path file) throws IOException {
    ByteBuffer start = start(file);
    String text = StandardCharsets.ISO_8859_1.decode(start.duplicate()).toString();
    // First, since the eight bytes before it, a length, may begin as anything.
    if (text.startsWith("{", 8)) {
      return Kind.SAFETENSORS;
    }
    if (text.startsWith("PK\3\4")) {
      return Kind.ZIP;
    }
    if (text.startsWith("\u0080")) {
      return Kind.PICKLE;
    }
    if (text.regionMatches(257, "ustar", 0, 5) || text.startsWith("storages\0")) {
      throw foreign(
          file, "PyTorch's tar format of before version 0.1.10", "load and save it there");
    }
    if (text.stripLeading().startsWith("<")) {
      throw foreign(file, "a web page", "the download went wrong; take the file itself");
    }
    if (text.startsWith("version https://git-lfs")) {
      throw foreign(file, "a pointer of Git LFS", "run git lfs pull to get the file itself");
    }
    if (text.startsWith("\u0093NUMPY")) {
      throw foreign(file, "one array without a name", "weights are arrays by name");
    }
    throw foreign(file, "of an unknown format", "check that it is the right file, and whole");
  }

  private static WeightsException foreign(Path file, String what, String wayOut) {
    return new WeightsException(
        file.toString(), "is " + what + ", not safetensors or what torch.save writes", wayOut);
  }

  private static ByteBuffer start(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer start = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
      while (start.hasRemaining() && channel.read(start) >= 0) {
        // until it is full or the file is at its end
      }
      return start.flip();
    }
  }

  /** The tensors by name: floats of any width as float32, whole numbers as int32. */
  public Map<String, Tensor> tensors(Backend backend) {
    var tensors = new LinkedHashMap<String, Tensor>();
    contents.names().forEach(name -> tensors.put(name, contents.tensor(name, backend)));
    return tensors;
  }

  /**
   * What is known of a tensor without its numbers.
   *
   * @param name as it is in the file
   * @param type F32, I64, ...
   */
  public record Header(String name, String type, Shape shape, long bytes) {}

  /** Of each tensor, in the file's order. */
  public List<Header> headers() {
    return contents.names().stream()
        .map(name -> {
          Safetensors.Entry e = contents.entry(name);
          return new Header(name, e.type().name(), e.shape(), e.data().capacity());
        })
        .toList();
  }

  /** The shapes by the names that all aliases of an entry share, which are those used here. */
  public Map<String, Shape> shapes() {
    var shapes = new LinkedHashMap<String, Shape>();
    headers().forEach(h -> shapes.put(StateDict.canonical(h.name()), h.shape()));
    return shapes;
  }
}
