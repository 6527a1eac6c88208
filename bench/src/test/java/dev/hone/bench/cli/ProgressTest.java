package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Progress;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.bench.report.ClassificationEpoch;
import dev.hone.bench.report.EpochRecord;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long SECOND = 1_000_000_000L;

  /** Two epochs of both arms, the second one distilled with T = 5: 3 + 3 + 3 + 14 units. */
  private static final TrainSettings SETTINGS =
      SettingsDraft.empty().with("epochs", 2).with("k", 1).with("steps", 5).complete();

  private long now;

  private static Progress.Step step(Method arm, int epoch, int number) {
    return new Progress.Step(arm, epoch, number, 64, 1.5, new Progress.Accuracy(0.25), 640);
  }

  private static EpochRecord ended(int epoch) {
    return new ClassificationEpoch(epoch, 1, 0.1, 1.25, 0, 0.5, 1.1, 0.625, 640, 4);
  }

  /** Ten steps, of as many seconds as they have units. */
  private void epoch(Progress progress, Method arm, int epoch, int firstStep, int seconds) {
    for (int i = firstStep; i < 10; i++) {
      now += seconds * SECOND;
      progress.step(step(arm, epoch, i));
    }
    progress.epochEnded(arm, ended(epoch));
  }

  @Test
  void timeLeftKnowsThatDistilledStepsCostMore() {
    var left = new TimeLeft(SETTINGS, () -> now);
    left.armStarted(Method.BASELINE, 10, 0, 0);
    assertEquals("", left.words());
    now += 3 * SECOND;
    left.step(Method.BASELINE, 0);
    assertEquals(9 * 3 + 10 * 3 + 10 * 3 + 10 * 14, left.seconds(), 1e-9);
    assertEquals(", 3 min 47 s left", left.words());
    left.armStarted(Method.ICP, 10, 1, 4);
    assertEquals(6 * 14, left.seconds(), 1e-9);
    for (int i = 0; i < 6; i++) {
      left.step(Method.ICP, 1);
    }
    assertEquals("", left.words());
  }

  @Test
  void durationsAreReadable() {
    assertEquals("0 s", TimeLeft.words(0.2));
    assertEquals("1 min 00 s", TimeLeft.words(59.7));
    assertEquals("59 min 59 s", TimeLeft.words(3599));
    assertEquals("1 h 20 min", TimeLeft.words(4800));
  }

  @Test
  void aFileGetsALinePerEpochAndOneEveryTenSeconds() {
    var text = new StringWriter();
    var progress = new ProgressLines(SETTINGS, new PrintWriter(text), () -> now);
    progress.armStarted(Method.BASELINE, 2, 10, 0, 0);
    epoch(progress, Method.BASELINE, 0, 0, 3);
    epoch(progress, Method.BASELINE, 1, 0, 0);
    progress.note("checkpoint: the newest was damaged, using the one before");
    List<String> lines = text.toString().lines().toList();
    assertEquals(
        List.of(
            "baseline 1/2, step 4/10: loss 1.500, accuracy 25.0 %, 640 img/s, 3 min 38 s left",
            "baseline 1/2, step 8/10: loss 1.500, accuracy 25.0 %, 640 img/s, 3 min 26 s left",
            "baseline 1/2: loss 1.250, accuracy 50.0 %, 640 img/s, evaluated 62.5 %, 3 min 20 s"
                + " left"),
        lines.subList(0, 3));
    assertTrue(lines.get(3).startsWith("baseline 2/2: loss 1.250"), lines.get(3));
    assertTrue(lines.get(4).startsWith("checkpoint: "), lines.get(4));
    assertEquals(5, lines.size());
  }

  @Test
  void whatNoImagesWereHeldOutForIsNotSaid() {
    var text = new StringWriter();
    var progress = new ProgressLines(SETTINGS, new PrintWriter(text), () -> now);
    progress.armStarted(Method.BASELINE, 1, 10, 0, 0);
    progress.epochEnded(
        Method.BASELINE,
        new ClassificationEpoch(0, 1, 0.1, 1.25, 0, 0.5, Double.NaN, Double.NaN, 640, 1));
    assertEquals("baseline 1/1: loss 1.250, accuracy 50.0 %, 640 img/s", text.toString().strip());
  }

  @Test
  void aResumedArmIsSaidToGoOn() {
    var text = new StringWriter();
    var progress = new ProgressLines(SETTINGS, new PrintWriter(text), () -> now);
    progress.armStarted(Method.ICP, 2, 10, 1, 4);
    assertEquals("icp goes on at epoch 2, step 5", text.toString().strip());
  }

  @Test
  void aTerminalGetsABarPerEpoch() {
    var bytes = new ByteArrayOutputStream();
    var terminal = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (var bars = new ProgressBars(SETTINGS, terminal, () -> now)) {
      bars.armStarted(Method.ICP, 2, 10, 0, 4);
      epoch(bars, Method.ICP, 0, 4, 1);
      bars.note("a note");
      epoch(bars, Method.ICP, 1, 0, 1);
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("icp 1/2 100%"), text);
    assertTrue(text.contains("10/10"), text);
    assertTrue(text.contains("icp 2/2 100%"), text);
    assertTrue(text.contains("loss 1.250"), text);
    assertTrue(text.contains("a note" + System.lineSeparator()), text);
    assertFalse(text.contains("icp 3/2"), text);
  }
}
