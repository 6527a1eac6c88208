package dev.hone.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  private static final MetricsLine STEP =
      new MetricsLine.Step("icp", 7, 12, 1, 0.5, 0.1, Double.NaN, Double.POSITIVE_INFINITY);
  private static final MetricsLine EPOCH =
      new MetricsLine.Epoch(
          "icp \"quoted\"\n",
          7,
          new ClassificationEpoch(0, 1, 0.1, 1.5, 0, 0.5, 1.25, 0.625, 2000, 5.5));

  @TempDir Path folder;

  private Path write(MetricsLine... lines) throws IOException {
    Path file = folder.resolve("run").resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.append(file)) {
      for (MetricsLine line : lines) {
        log.write(line);
      }
    }
    return file;
  }

  @Test
  void linesComeBackAsWrittenNaNAndInfinityIncluded() throws IOException {
    Path file = write(STEP, EPOCH);
    assertEquals(List.of(STEP, EPOCH), MetricsLog.read(file));
    assertEquals(2, Files.readAllLines(file).size());
    assertTrue(Files.readString(file).contains("\"taskLoss\":\"NaN\""), Files.readString(file));
  }

  @Test
  void anAutoencodersEpochComesBackAsOneAndOldLinesAsAClassifiers() throws IOException {
    var generated =
        new MetricsLine.Epoch(
            "icp", 1, new GenerationEpoch(0, 1, 0.1, 0.5, 9, 0, 8, 2, 7, 1, 0.4, 17, 3, 99, 5));
    Path file = write(generated);
    assertEquals(List.of(generated), MetricsLog.read(file));
    Files.writeString(
        file,
        """
        {"kind":"epoch","arm":"icp","seed":7,"figures":{"epoch":0,"a":1.0,"learningRate":0.1,\
        "taskLoss":1.5,"distillationLoss":0.0,"trainAccuracy":0.5,"evaluationLoss":1.25,\
        "evaluationAccuracy":"NaN","imagesPerSecond":2000.0,"seconds":5.5}}
        """);
    var old = new ClassificationEpoch(0, 1, 0.1, 1.5, 0, 0.5, 1.25, Double.NaN, 2000, 5.5);
    assertEquals(List.of(new MetricsLine.Epoch("icp", 7, old)), MetricsLog.read(file));
  }

  @Test
  void everyLineIsInTheFileBeforeTheLogIsClosed() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.append(file)) {
      log.write(EPOCH);
      assertEquals(List.of(EPOCH), MetricsLog.read(file));
    }
  }

  @Test
  void lastLineCutAnywhereIsLeftOutAndRepairedByAppending() throws IOException {
    Path file = write(EPOCH, STEP);
    byte[] whole = Files.readAllBytes(file);
    int second = Files.readAllLines(file).get(0).length() + 1;
    for (int length = second; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertEquals(List.of(EPOCH), MetricsLog.read(file), "cut at " + length);
      write(STEP);
      assertEquals(List.of(EPOCH, STEP), MetricsLog.read(file), "cut at " + length);
    }
    Files.write(file, Arrays.copyOf(whole, second - 1));
    assertEquals(List.of(), MetricsLog.read(file));
    write(STEP);
    assertEquals(List.of(STEP), MetricsLog.read(file));
  }

  @Test
  void otherBrokenLinesAreErrorsThatNameTheLine() throws IOException {
    Path file = write(EPOCH);
    Files.writeString(file, "{\"kind\":\"step\",\n", StandardOpenOption.APPEND);
    write(STEP);
    IOException e = assertThrows(IOException.class, () -> MetricsLog.read(file));
    assertTrue(String.valueOf(e.getMessage()).contains("metrics.jsonl, line 2: "), e.getMessage());
    Files.writeString(file, "{\"kind\":\"other\"}\n");
    assertThrows(IOException.class, () -> MetricsLog.read(file));
  }

  @Test
  void retainDropsWhatWasLoggedAfterTheCheckpoint() throws IOException {
    MetricsLine later = new MetricsLine.Step("icp", 7, 13, 1, 0.5, 0.1, 1, 1);
    Path file = write(STEP, EPOCH, later);
    MetricsLog.retain(file, line -> !(line instanceof MetricsLine.Step step && step.step() > 12));
    assertEquals(List.of(STEP, EPOCH), MetricsLog.read(file));
  }
}
