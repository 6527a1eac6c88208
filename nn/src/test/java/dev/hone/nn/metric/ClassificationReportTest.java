package dev.hone.nn.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationReportTest {
  private static final Backend ORACLE = ReferenceBackend.float32();
  private static final int[] ACTUAL = {0, 0, 0, 1, 1, 2, 2, 2, 2};
  private static final int[] PREDICTED = {0, 0, 1, 1, 1, 2, 2, 0, 1};

  private static ConfusionMatrix matrix(int classes) {
    var m = new ConfusionMatrix(classes);
    for (int i = 0; i < ACTUAL.length; i++) {
      m.add(ACTUAL[i], PREDICTED[i]);
    }
    return m;
  }

  /** The golden numbers of the project's method. */
  @Test
  void macroF1CountsAbsentClassesAsZero() {
    assertEquals(0.6667, matrix(3).macroF1(), 5e-5);
    assertEquals(0.5, matrix(4).macroF1(), 1e-12);
  }

  @Test
  void countsAreExact() {
    ConfusionMatrix m = matrix(3);
    assertEquals(9, m.total());
    assertEquals(6, m.correct());
    assertEquals(6.0 / 9, m.accuracy());
    assertEquals(1, m.count(2, 0));
    assertEquals(2, m.count(2, 2));
    assertEquals(0, m.count(0, 2));
    assertThrows(IllegalArgumentException.class, () -> m.add(0, 3));
    assertThrows(IllegalArgumentException.class, () -> m.add(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> new ConfusionMatrix(0));
  }

  @Test
  void matricesOfSeveralSeedsAddUp() {
    ConfusionMatrix m = matrix(3);
    m.add(matrix(3));
    m.addUnpredicted(2);
    assertEquals(19, m.total());
    assertEquals(4, m.count(2, 2));
    assertEquals(9, m.actual(2));
    assertEquals(4.0 / 9, m.share(2, 2));
    assertEquals(1, m.unpredicted());
    assertThrows(IllegalArgumentException.class, () -> m.add(matrix(4)));
    assertEquals(Double.NaN, new ConfusionMatrix(3).macroF1());
  }

  @Test
  void topConfusionsAreSortedAndLimited() {
    var m = new ConfusionMatrix(3);
    m.add(0, 1);
    m.add(0, 1);
    m.add(0, 0);
    m.add(1, 1);
    m.add(2, 0);
    m.add(2, 1);
    assertEquals(
        List.of(new ConfusionMatrix.Confusion(0, 1, 2), new ConfusionMatrix.Confusion(2, 0, 1)),
        m.top(2));
    assertEquals(3, m.top(9).size());
  }

  private static ClassificationReport report(float[] logits, int... labels) {
    int classes = logits.length / labels.length;
    var r = new ClassificationReport(classes);
    r.add(
        Tensor.of(ORACLE, Shape.of(labels.length, classes), logits),
        Tensor.ofInts(ORACLE, Shape.of(labels.length), labels));
    return r;
  }

  @Test
  void topKFollowsTheRankOfTheLabel() {
    float[] logits = {
      4, 3, 2, 1, //
      4, 3, 2, 1, //
      4, 3, 2, 1
    };
    ClassificationReport r = report(logits, 0, 1, 3);
    assertEquals(1.0 / 3, r.topK(1));
    assertEquals(r.accuracy(), r.topK(1));
    assertEquals(2.0 / 3, r.topK(2));
    assertEquals(2.0 / 3, r.topK(3));
    assertEquals(1, r.topK(4));
    assertEquals(1, r.topK(5), "with fewer classes than k all are hits");
    assertThrows(IllegalArgumentException.class, () -> r.topK(0));
  }

  @Test
  void ofEqualLogitsTheFirstWins() {
    ClassificationReport r = report(new float[] {1, 1, 1, 1}, 0, 1);
    assertEquals(1, r.correct());
    assertEquals(0.5, r.topK(1));
  }

  @Test
  void meanCrossEntropyIsExactForLargeLogits() {
    double expected = (Math.log(8.0 / 5) + 2e4) / 2;
    float[] logits = {0, (float) Math.log(2), (float) Math.log(5), 1e4f, -1e4f, 0};
    assertEquals(expected, report(logits, 2, 1).meanCrossEntropy(), 1e-6);
  }

  @Test
  void batchesAddUp() {
    float[] logits = {1, 2, 3, 0, 5, 0, 2, 1, 0, 1, 1, 9};
    ClassificationReport whole = report(logits, 2, 1, 1, 0);
    var parts = new ClassificationReport(3);
    Tensor all = Tensor.of(ORACLE, Shape.of(4, 3), logits);
    Tensor labels = Tensor.ofInts(ORACLE, Shape.of(4), 2, 1, 1, 0);
    parts.add(all.slice(0, 0, 3), labels.slice(0, 0, 3));
    parts.add(all.slice(0, 3, 4), labels.slice(0, 3, 4));
    assertEquals(whole.correct(), parts.correct());
    assertEquals(2, parts.correct());
    assertEquals(whole.meanCrossEntropy(), parts.meanCrossEntropy());
    assertEquals(whole.macroF1(), parts.macroF1());
  }

  @Test
  void logitsThatAreNoNumbersAreNeverCorrect() {
    float nan = Float.NaN;
    float[] logits = {nan, nan, 1, nan, Float.POSITIVE_INFINITY, 0, 0, 1};
    ClassificationReport r = report(logits, 0, 0, 0, 1);
    assertEquals(4, r.total());
    assertEquals(1, r.correct());
    assertEquals(3, r.notFinite());
    assertEquals(0.25, r.topK(2));
    assertEquals(0.5, r.macroF1(), "class 1 is right; class 0 is never found");
    assertTrue(Double.isNaN(r.meanCrossEntropy()), "not hidden");
  }

  @Test
  void shapesAndLabelsAreChecked() {
    var r = new ClassificationReport(3);
    Tensor two = Tensor.ofInts(ORACLE, Shape.of(2), 0, 1);
    assertThrows(ShapeException.class, () -> r.add(Tensor.zeros(ORACLE, Shape.of(2, 4)), two));
    assertThrows(IllegalArgumentException.class, () -> report(new float[] {1, 2, 3}, 3));
  }
}
