package dev.hone.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RandomTest {
  private static final int N = 200_000;

  private static Random random(long seed) {
    return Random.of(ReferenceBackend.float32(), seed);
  }

  private static double moment(float[] values, int power) {
    double sum = 0;
    for (float v : values) {
      sum += Math.pow(v, power);
    }
    return sum / values.length;
  }

  /** Within five standard deviations of the moments of N draws. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, -77})
  void normalsHaveTheMomentsOfANormal(long seed) {
    float[] values = random(seed).normal(Shape.of(N)).toFloats();
    assertEquals(0, moment(values, 1), 5 * Math.sqrt(1.0 / N));
    assertEquals(1, moment(values, 2), 5 * Math.sqrt(2.0 / N));
    assertEquals(0, moment(values, 3), 5 * Math.sqrt(15.0 / N));
    assertEquals(3, moment(values, 4), 5 * Math.sqrt(96.0 / N));
    for (float v : values) {
      assertTrue(Float.isFinite(v));
    }
  }

  @Test
  void uniformsStayInTheirInterval() {
    float[] values = random(5).uniform(Shape.of(N), -3, 1).toFloats();
    assertEquals(-1, moment(values, 1), 5 * 4 / Math.sqrt(12.0 * N));
    for (float v : values) {
      assertTrue(v >= -3 && v < 1);
    }
  }

  @Test
  void theUpperEndIsOutsideEvenWhereTheSumRoundsUpToIt() {
    float high = Math.nextUp(1f);
    for (float v : random(5).uniform(Shape.of(1000), 1, high).toFloats()) {
      assertEquals(1f, v);
    }
    assertEquals(2f, random(5).uniform(Shape.of(1), 2, 2).item());
  }

  @Test
  void aDropoutMaskKeepsTheMean() {
    float p = 0.3f;
    float[] mask = random(9).dropoutMask(Shape.of(N), p).toFloats();
    int dropped = 0;
    for (float v : mask) {
      assertTrue(v == 0 || v == 1 / (1 - p));
      dropped += v == 0 ? 1 : 0;
    }
    assertEquals(p, (double) dropped / N, 5 * Math.sqrt(p * (1 - p) / N));
    assertEquals(1, moment(mask, 1), 5 * Math.sqrt(p / (1 - p) / N));
    assertEquals(10, random(9).dropoutMask(Shape.of(10), 0).sum().item());
    var e =
        assertThrows(IllegalArgumentException.class, () -> random(9).dropoutMask(Shape.of(2), 1));
    assertEquals("dropout: p must be in [0, 1), but is 1.0", e.getMessage());
  }

  @Test
  void itsStateIsReadAndRestored() {
    Random random = random(3);
    random.normal(Shape.of(7));
    random.permutation(5);
    Random restored = Random.at(ReferenceBackend.float32(), random.philox(), random.position());
    float[] next = random.uniform(Shape.of(9)).toFloats();
    int[] order = random.permutation(20).toInts();
    assertArrayEquals(next, restored.uniform(Shape.of(9)).toFloats());
    assertArrayEquals(order, restored.permutation(20).toInts());
    assertEquals(random.position(), restored.position());
  }

  @Test
  void drawsInPartsEqualADrawAtOnce() {
    Random random = random(4);
    float[] first = random.uniform(Shape.of(5)).toFloats();
    float[] second = random.uniform(Shape.of(6)).toFloats();
    float[] both = random(4).uniform(Shape.of(11)).toFloats();
    assertArrayEquals(Arrays.copyOf(both, 5), first);
    assertArrayEquals(Arrays.copyOfRange(both, 5, 11), second);
  }

  @Test
  void aSplitDisturbsNothingAndIsIndependent() {
    Random random = random(4);
    Random split = random.split(1);
    float[] a = split.normal(Shape.of(N)).toFloats();
    float[] b = random.normal(Shape.of(N)).toFloats();
    assertArrayEquals(random(4).normal(Shape.of(N)).toFloats(), b);
    float[] c = random(4).split(2).normal(Shape.of(N)).toFloats();
    assertArrayEquals(a, random(4).split(1).normal(Shape.of(N)).toFloats());
    double ab = 0;
    double ac = 0;
    for (int i = 0; i < N; i++) {
      ab += (double) a[i] * b[i] / N;
      ac += (double) a[i] * c[i] / N;
    }
    assertEquals(0, ab, 5 / Math.sqrt(N));
    assertEquals(0, ac, 5 / Math.sqrt(N));
  }

  @Test
  void consecutivePermutationsDiffer() {
    Random random = random(4);
    int[] one = random.permutation(50).toInts();
    int[] two = random.permutation(50).toInts();
    assertFalse(Arrays.equals(one, two));
    Arrays.sort(two);
    assertEquals(49, two[49]);
    assertEquals(0, random.permutation(0).shape().size());
  }

  @Test
  void everyBackendDrawsTheSameNumbers() {
    Random single = random(8);
    Random dual = Random.of(ReferenceBackend.float64(), 8);
    assertArrayEquals(
        single.normal(Shape.of(3, 5)).toFloats(), dual.normal(Shape.of(3, 5)).toFloats());
  }
}
