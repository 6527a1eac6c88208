package dev.hone.nn.train;

import dev.hone.nn.weights.Safetensors;
import dev.hone.nn.weights.WeightsException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Everything a run needs to go on as if nothing had happened: tensors by name and facts as text. On
 * disk it is a safetensors file whose metadata holds a SHA-256 of all the rest; the one before it
 * is kept, and read where the last cannot be. Reading changes nothing on disk.
 *
 * @param tensors parameters, buffers, the optimizer's averages
 * @param facts everything else: position, counts, history
 */
public record Checkpoint(Map<String, Tensor> tensors, Map<String, String> facts) {
  private static final String CHECKSUM = "sha256";

  public Checkpoint {
    tensors = Map.copyOf(tensors);
    facts = Map.copyOf(facts);
  }

  /** Where the checkpoint before the one in {@code file} is kept. */
  public static Path previous(Path file) {
    return file.resolveSibling("previous-" + file.getFileName());
  }

  /** Where a checkpoint is written before it takes its place. */
  private static Path next(Path file) {
    return file.resolveSibling("next-" + file.getFileName());
  }

  /**
   * Writes the checkpoint: whole or not at all, whenever the process dies. The checkpoint that was
   * there becomes {@link #previous}.
   */
  public void write(Path file) throws IOException {
    var metadata = new TreeMap<>(facts);
    metadata.put(CHECKSUM, checksum());
    var content = new Safetensors();
    new TreeMap<>(tensors).forEach(content::put);
    metadata.forEach(content::putMetadata);
    content.write(next(file));
    // Killed between these renames, the process leaves the new one whole under next's name.
    if (Files.exists(file)) {
      Files.move(file, previous(file), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(next(file), file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The names under which a checkpoint may lie, in the order in which they are tried. */
  private static List<Path> candidates(Path file) {
    return Stream.of(file, next(file), previous(file)).filter(Files::exists).toList();
  }

  /** Whether there is anything to go on from. */
  public static boolean exists(Path file) {
    return !candidates(file).isEmpty();
  }

  /**
   * The checkpoint in {@code file} or, where that is damaged or missing, the nearest sound one.
   *
   * @param warn is told of each that was damaged
   * @throws CheckpointException if none is sound, about the first that was tried
   */
  public static Checkpoint read(Path file, Backend backend, Consumer<String> warn) {
    CheckpointException first = null;
    for (Path candidate : candidates(file)) {
      try {
        return readOne(candidate, backend);
      } catch (CheckpointException e) {
        first = first == null ? e : first;
        warn.accept(e.getMessage());
      }
    }
    throw first != null ? first : new CheckpointException("checkpoint: there is no " + file);
  }

  private static Checkpoint readOne(Path file, Backend backend) {
    try {
      Safetensors content = Safetensors.read(file);
      var facts = new TreeMap<>(content.metadata());
      String expected = facts.remove(CHECKSUM);
      var tensors = new TreeMap<String, Tensor>();
      content.names().forEach(name -> tensors.put(name, content.tensor(name, backend)));
      var checkpoint = new Checkpoint(tensors, facts);
      if (!checkpoint.checksum().equals(expected)) {
        throw new CheckpointException(
            "checkpoint: " + file + " is damaged: its checksum is not that of its content");
      }
      return checkpoint;
    } catch (WeightsException e) {
      throw new CheckpointException("checkpoint: " + e.getMessage(), e);
    }
  }

  /** Over names, shapes, bytes and facts, in the order of their names. */
  private String checksum() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new TreeMap<>(facts).forEach((name, fact) -> text(digest, name + "=" + fact));
      new TreeMap<>(tensors)
          .forEach((name, t) -> {
            text(digest, name + t.dtype() + t.shape());
            double[] values = t.toDoubles();
            ByteBuffer bytes = ByteBuffer.allocate(8 * values.length);
            bytes.asDoubleBuffer().put(values);
            digest.update(bytes.array());
          });
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void text(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    digest.update(bytes);
  }
}
