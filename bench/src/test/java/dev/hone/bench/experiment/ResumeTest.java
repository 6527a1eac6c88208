package dev.hone.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.distance.FidWeights;
import dev.hone.bench.report.MetricsLine;
import dev.hone.bench.report.MetricsLog;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.train.Checkpoint;
import dev.hone.nn.train.CheckpointException;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is stopped or killed anywhere, and resumed, ends with the bits of one that was not.
 */
class ResumeTest {
  /** Twelve steps, ICP from the first epoch on, over two epochs: the second distils. */
  private static final TrainSettings SETTINGS =
      SettingsDraft.empty()
          .with("model", "resnet8")
          .with("method", Method.ICP)
          .with("limit", 90)
          .with("batch", 16)
          .with("epochs", 2)
          .with("k", 0)
          .with("steps", 1)
          .with("validation", 0.01)
          .complete();

  @TempDir private static Path folder;
  private static byte[] expected = {};

  @BeforeAll
  static void runWithoutInterruption() throws IOException {
    var outcome =
        Training.run(SETTINGS, folder.resolve("whole"), threads(1), Progress.silent(), () -> false);
    assertInstanceOf(Training.Outcome.Finished.class, outcome);
    expected = weights("whole");
  }

  private static Training.Environment threads(int n) {
    return new Training.Environment(
        CpuBackendProvider.withThreads(n),
        n,
        "any",
        "test",
        new FidWeights.Missing("none in tests"));
  }

  private static byte[] weights(String run) throws IOException {
    return Files.readAllBytes(folder.resolve(run).resolve("icp/weights.safetensors"));
  }

  private static Path checkpoint(String run) {
    return folder.resolve(run).resolve("icp/checkpoint.safetensors");
  }

  /** Asks to stop after {@code steps} steps. */
  private static BooleanSupplier after(int steps) {
    var done = new AtomicInteger();
    return () -> done.incrementAndGet() >= steps;
  }

  @Test
  void stoppedAfterEveryFewStepsItEndsWithTheSameBits() throws IOException {
    Path run = folder.resolve("stopped");
    var outcome = Training.run(SETTINGS, run, threads(2), Progress.silent(), after(1));
    int stops = 0;
    while (outcome instanceof Training.Outcome.Stopped) {
      stops++;
      int threads = 1 + stops % 3;
      outcome = Training.resume(run, threads(threads), Progress.silent(), after(3));
    }
    assertEquals(4, stops);
    assertArrayEquals(expected, weights("stopped"));
    assertEquals(logged("whole"), logged("stopped"));
  }

  /** What the log is about, line by line, without its figures. */
  private static List<String> logged(String run) throws IOException {
    return MetricsLog.read(folder.resolve(run).resolve("metrics.jsonl")).stream()
        .map(line ->
            switch (line) {
              case MetricsLine.Step step -> "step " + step.step();
              case MetricsLine.Epoch epoch -> "epoch " + epoch.figures().epoch();
            })
        .sorted()
        .toList();
  }

  /** A checkpoint from before the end of an epoch: that epoch is trained, and logged, once more. */
  @Test
  void goingOnFromAnOlderCheckpointLogsNothingTwice() throws IOException {
    Path run = folder.resolve("older");
    Training.run(SETTINGS, run, threads(1), Progress.silent(), after(4));
    byte[] older = Files.readAllBytes(checkpoint("older"));
    Training.resume(run, threads(1), Progress.silent(), after(6));
    Files.write(checkpoint("older"), older);
    Training.resume(run, threads(1), Progress.silent(), () -> false);
    assertArrayEquals(expected, weights("older"));
    assertEquals(logged("whole"), logged("older"));
  }

  /** Killed after the checkpoint of an epoch's end and before its line in the log. */
  @Test
  void anEpochThatWasNotLoggedIsLoggedOnResume() throws IOException {
    Path run = folder.resolve("unlogged");
    Training.run(SETTINGS, run, threads(1), Progress.silent(), after(8));
    MetricsLog.retain(run.resolve("metrics.jsonl"), line -> line instanceof MetricsLine.Step);
    Training.resume(run, threads(1), Progress.silent(), () -> false);
    assertEquals(logged("whole"), logged("unlogged"));
  }

  @Test
  void aCheckpointOfAnotherDeviceIsRefused() throws IOException {
    Path run = folder.resolve("device");
    Training.run(SETTINGS, run, threads(1), Progress.silent(), after(1));
    var other =
        new Training.Environment(
            ReferenceBackend.float32(), 1, "none", "test", new FidWeights.Missing("none in tests"));
    String message =
        String.valueOf(
            assertThrows(
                    CheckpointException.class,
                    () -> Training.resume(run, other, Progress.silent(), () -> false))
                .getMessage());
    assertTrue(message.contains("--device cpu"), message);
  }

  @Test
  void killedItEndsWithTheSameBits() throws Exception {
    Path run = folder.resolve("killed");
    Path settings = folder.resolve("settings.json");
    SettingsFile.write(SETTINGS, settings);
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "-Dhone.checkpoint.seconds=0",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.hone.bench.cli.Hone",
            "train",
            "--config",
            settings.toString(),
            "--threads",
            "2",
            "--out",
            run.toString()));
    Path log = folder.resolve("killed.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    // Killed in the first epoch or the second, wherever that finds it, SIGKILL on POSIX systems.
    while (!Files.exists(Checkpoint.previous(checkpoint("killed")))
        && !process.waitFor(5, TimeUnit.MILLISECONDS)) {
      assertTrue(process.isAlive(), () -> "ended early, see " + log);
    }
    process.destroyForcibly().waitFor();
    assertTrue(!Files.exists(folder.resolve("killed/icp/weights.safetensors")), "was not killed");
    Training.resume(run, threads(3), Progress.silent(), () -> false);
    assertArrayEquals(expected, weights("killed"));
    assertEquals(logged("whole"), logged("killed"));
  }

  @Test
  void aDamagedCheckpointGivesWayToTheOneBefore() throws IOException {
    Path run = folder.resolve("damaged");
    Training.run(SETTINGS, run, threads(1), Progress.silent(), after(2));
    Training.resume(run, threads(1), Progress.silent(), after(2));
    byte[] good = Files.readAllBytes(checkpoint("damaged"));
    byte[] flipped = good.clone();
    flipped[flipped.length / 2] ^= 1;
    Files.write(checkpoint("damaged"), flipped);
    var notes = new ArrayList<String>();
    Checkpoint.read(checkpoint("damaged"), threads(1).backend(), notes::add);
    assertTrue(notes.getFirst().contains("damaged"), notes::toString);
    Training.resume(run, threads(1), Progress.silent(), () -> false);
    assertArrayEquals(expected, weights("damaged"));
  }

  @Test
  void withNothingSoundLeftItSaysSo() throws IOException {
    Path run = folder.resolve("lost");
    Training.run(SETTINGS, run, threads(1), Progress.silent(), after(1));
    Files.write(checkpoint("lost"), new byte[] {1, 2, 3});
    String message =
        String.valueOf(
            assertThrows(
                    CheckpointException.class,
                    () -> Training.resume(run, threads(1), Progress.silent(), () -> false))
                .getMessage());
    assertTrue(message.contains("checkpoint.safetensors"), message);
  }

  @Test
  void aCheckpointOfOtherSettingsIsRefused() throws IOException {
    Path run = folder.resolve("other");
    Training.run(SETTINGS, run, threads(1), Progress.silent(), after(1));
    TrainSettings other = SettingsDraft.of(SETTINGS).with("seed", 99L).complete();
    SettingsFile.write(other, run.resolve(SettingsFile.NAME));
    assertThrows(
        CheckpointException.class,
        () -> Training.resume(run, threads(1), Progress.silent(), () -> false));
  }
}
