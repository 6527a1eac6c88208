package dev.hone.bench.report;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.fuzz.Fuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is in metrics.jsonl, it is read or refused with the documented exception. */
class MetricsFuzzTest {
  @TempDir Path folder;

  /** What is taken is the same after it was written again, as resuming does. */
  @Test
  void metrics() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    var figures = new ClassificationEpoch(0, 1, 0.1, 1.5, 0, 0.5, 1.25, 0.625, 2000, 5.5);
    try (MetricsLog log = MetricsLog.append(file)) {
      log.write(new MetricsLine.Step("icp", 7, 12, 1, 0.5, 0.1, Double.NaN, 1e-9));
      log.write(new MetricsLine.Epoch("icp \"quoted\"\n", 7, figures));
    }
    byte[] good = Files.readAllBytes(file);
    Fuzz.Reader reader =
        content -> {
          Files.write(file, content);
          List<MetricsLine> taken = MetricsLog.read(file);
          MetricsLog.retain(file, line -> true);
          if (!MetricsLog.read(file).equals(taken)) {
            throw new IllegalStateException("others after writing: " + taken);
          }
        };
    var report =
        Fuzz.target("metrics", reader, IOException.class)
            .seed(good)
            .words("\"kind\":", "\"epoch\"", "\"step\"", "\"figures\":", "null", "\"NaN\"", "\n")
            .share(0.5)
            .within(1)
            .run();
    assertTrue(report.places() > 5, report.figures());
  }
}
