package dev.hone.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void wilsonIntervalAgreesWithItsFormula() {
    double z = 1.959963984540054;
    double p = 0.842;
    double n = 2000;
    double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);
    Interval interval = Interval.wilson(1684, 2000);
    assertEquals(middle - half, interval.low(), 1e-12);
    assertEquals(middle + half, interval.high(), 1e-12);
  }

  @Test
  void wilsonIntervalOfNothingIsUnknown() {
    assertTrue(Double.isNaN(Interval.wilson(0, 0).low()));
  }

  @Test
  void intervalOfAMeanIsStudents() {
    // Mean 2, standard deviation 1, three values: half width 4.302653 / sqrt(3).
    Interval interval = Interval.ofMean(1, 2, 3);
    assertEquals(2 - 2.4841377, interval.low(), 1e-6);
    assertEquals(2 + 2.4841377, interval.high(), 1e-6);
    assertEquals(new Interval(4, 4), Interval.ofMean(4, 4));
    assertTrue(Double.isNaN(Interval.ofMean(1).low()));
    assertTrue(Double.isNaN(Interval.ofMean(1, Double.NaN).low()));
  }

  @Test
  void mcNemarsExactTestCountsBothTails() {
    // 2 * (1 + 10 + 45) / 2^10
    assertEquals(0.109375, new PairedComparison(50, 2, 8, 40).pValue(), 1e-12);
    assertEquals(1, new PairedComparison(50, 5, 5, 40).pValue(), 1e-12);
    assertEquals(1, new PairedComparison(50, 0, 0, 50).pValue(), 1e-12);
    assertTrue(Double.isNaN(new PairedComparison(0, 0, 0, 0).pValue()));
  }

  @Test
  void intervalOfThePairedDifferenceIsAgrestiAndMins() {
    // b = 2, c = 8, n = 100: (8.5 - 2.5) / 102 +- z sqrt(11 - 36 / 102) / 102
    Interval interval = new PairedComparison(50, 2, 8, 40).interval();
    assertEquals(0.0588235 - 0.0626993, interval.low(), 1e-6);
    assertEquals(0.0588235 + 0.0626993, interval.high(), 1e-6);
  }

  @Test
  void pairsAreCountedImageByImage() {
    Predictions first = Predictions.of(3, new int[] {0, 1, 2, 0, 1}, new int[] {0, 1, 0, 1, 1});
    Predictions second = Predictions.of(3, new int[] {0, 1, 2, 0, 1}, new int[] {0, 2, 2, 1, 0});
    PairedComparison pair = PairedComparison.of(first, second);
    assertEquals(new PairedComparison(1, 2, 1, 1), pair);
    assertEquals(-0.2, pair.difference(), 1e-12);
  }

  @Test
  void differentTestImagesAreRefused() {
    Predictions first = Predictions.of(3, new int[] {0, 1}, new int[] {0, 1});
    Predictions second = Predictions.of(3, new int[] {1, 0}, new int[] {0, 1});
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PairedComparison.of(first, second));
    assertTrue(String.valueOf(e.getMessage()).contains("same test split"), e.getMessage());
  }

  @Test
  void valuesOutOfRangeAreNamed() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Predictions.of(3, new int[] {0, 3}, new int[] {0, 0}));
    assertEquals("predictions: label of image 1 is 3, expected 0 to 2", e.getMessage());
  }

  @Test
  void oneSeedNeverSoundsLikeAResult() {
    Verdict verdict = Verdict.of(clearWin(1));
    assertTrue(verdict.headline().contains("which settles nothing"), verdict.headline());
    assertTrue(String.join(" ", verdict.sentences()).contains("one seed settles nothing"));
  }

  @Test
  void severalSeedsAreJudgedByTheirScatter() {
    Verdict clear = Verdict.of(clearWin(3));
    assertEquals("icp is 20.0 points above baseline over 3 seeds", clear.headline());
    assertFalse(String.join(" ", clear.sentences()).contains("settles nothing"));
    Verdict noise = Verdict.of(SampleRun.threeSeeds());
    assertTrue(noise.headline().startsWith("No difference between icp"), noise.headline());
  }

  @Test
  void scoresArePairedImageByImage() {
    // Differences .1, .3, .2, -.1: mean .125, standard error .0854; t of 3 degrees is 1.464.
    var pair = PairedScores.of(List.of(0.5, 0.2, 0.4, 0.9), List.of(0.6, 0.5, 0.6, 0.8));
    assertEquals(0.125, pair.difference(), 1e-12);
    assertEquals(List.of(4, 3, 1), List.of(pair.total(), pair.better(), pair.worse()));
    assertEquals(0.2394, pair.pValue(), 5e-4);
    // 3.182446 is the 97.5 % quantile of t with 3 degrees.
    double error = Math.sqrt((0.025 * 0.025 + 0.175 * 0.175 + 0.075 * 0.075 + 0.225 * 0.225) / 12);
    assertEquals(0.125 - 3.182446 * error, pair.interval().low(), 1e-6);
    assertEquals(0.125 + 3.182446 * error, pair.interval().high(), 1e-6);
  }

  @Test
  void scoresThatCannotBeJudgedAreNot() {
    assertEquals(1, PairedScores.of(List.of(0.5, 0.4), List.of(0.5, 0.4)).pValue());
    assertTrue(Double.isNaN(PairedScores.of(List.of(0.5), List.of(0.4)).pValue()));
    assertTrue(Double.isNaN(PairedScores.of(List.of(), List.of()).difference()));
    assertThrows(
        IllegalArgumentException.class, () -> PairedScores.of(List.of(0.5), List.of(0.4, 0.1)));
    TestResult scores =
        new GenerationResult(
            List.of(0.5), 0, 1, 0, 0, 0, Distance.none("no weights"), Distance.none("none"));
    TestResult classes = clearWin(1).reference().seeds().getFirst().test();
    assertThrows(IllegalArgumentException.class, () -> scores.against(classes));
  }

  @Test
  void whetherTheMethodHelpedIsSaidPlainly() {
    Verdict better = Verdict.of(SampleRun.generation(0.01));
    assertTrue(better.headline().startsWith("icp is 0.0"), better.headline());
    assertTrue(better.headline().contains(" SSIM above baseline"), better.headline());
    assertTrue(better.sentences().contains("By SSIM, icp helped here."));
    Verdict worse = Verdict.of(SampleRun.generation(-0.01));
    assertTrue(worse.sentences().contains("By SSIM, icp did not help here: it hurt."));
    Verdict same = Verdict.of(SampleRun.generation(0));
    assertTrue(same.headline().startsWith("No difference between icp"), same.headline());
    assertTrue(
        same.sentences().contains("As far as this run can show, icp neither helped nor hurt."));
  }

  @Test
  void costAndUnequalComputeAreStated() {
    String text = String.join(" ", Verdict.of(SampleRun.typical()).sentences());
    assertTrue(text.contains("takes 4.08× the time"), text);
    assertTrue(text.contains("baseline had less compute"), text);
  }

  /** The second arm is right on 90 of 100 images, the first on 70, with every seed. */
  private static Run clearWin(int seeds) {
    return SampleRun.run(
        SampleRun.CLOTHES,
        List.of(fixed("baseline", 70, seeds), fixed("icp", 90, seeds)),
        Gallery.empty());
  }

  private static Arm fixed(String name, int right, int seeds) {
    int[] labels = new int[100];
    int[] predicted = labels.clone();
    for (int i = right; i < 100; i++) {
      predicted[i] = 1;
    }
    TestResult result = new ClassificationResult(Predictions.of(10, labels, predicted), 100, 0.5);
    List<SeedRun> runs = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      runs.add(new SeedRun(seed, List.of(), result, 1, 1));
    }
    return new Arm(name, "invented", runs);
  }
}
