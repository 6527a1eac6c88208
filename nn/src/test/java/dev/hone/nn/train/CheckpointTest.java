package dev.hone.nn.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Wherever the process dies, and whichever file is damaged, the newest sound checkpoint is read.
 */
class CheckpointTest {
  private static final Backend BACKEND = ReferenceBackend.float32();

  @TempDir private Path folder = Path.of("");
  private final List<String> warnings = new ArrayList<>();
  private Path file = Path.of("");

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("c.safetensors");
  }

  private void write(int number) throws IOException {
    Tensor t = Tensor.of(BACKEND, Shape.of(2), number, 0.1f);
    new Checkpoint(Map.of("t", t), Map.of("number", String.valueOf(number))).write(file);
  }

  private String number() {
    return String.valueOf(Checkpoint.read(file, BACKEND, warnings::add).facts().get("number"));
  }

  private Path next() {
    return folder.resolve("next-c.safetensors");
  }

  private static void damage(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    bytes[bytes.length - 1] ^= 1;
    Files.write(path, bytes);
  }

  @Test
  void theLastOneIsRead() throws IOException {
    assertFalse(Checkpoint.exists(file));
    write(1);
    write(2);
    assertEquals("2", number());
    assertEquals(List.of(), warnings);
    assertFalse(Files.exists(next()));
  }

  @Test
  void aDamagedOneGivesWayToTheOneBefore() throws IOException {
    write(1);
    write(2);
    damage(file);
    assertEquals("1", number());
    assertEquals(1, warnings.size());
  }

  /** What is there when a process that went on from a fallback dies between the two renames. */
  @Test
  void killedBetweenTheRenamesTheNewOneIsFound() throws IOException {
    write(2);
    damage(file);
    Files.move(file, Checkpoint.previous(file));
    write(3);
    Files.move(file, next());
    assertEquals("3", number());
  }

  @Test
  void withNoneSoundItSaysWhichIsDamaged() throws IOException {
    write(1);
    damage(file);
    String message =
        String.valueOf(assertThrows(CheckpointException.class, this::number).getMessage());
    assertEquals(
        "checkpoint: " + file + " is damaged: its checksum is not that of its content", message);
  }
}
