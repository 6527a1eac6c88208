package dev.hone.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.micro.Samples.Range;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplesTest {
  private static Samples upTo(int n) {
    return new Samples(IntStream.rangeClosed(1, n).mapToObj(i -> (double) (n + 1 - i)).toList());
  }

  @Test
  void medianOfOddAndEvenCounts() {
    assertEquals(3, upTo(5).median());
    assertEquals(2.5, upTo(4).median());
    assertThrows(IllegalArgumentException.class, () -> new Samples(List.of()));
  }

  @Test
  void intervalsOfSmallCountsAreTheTabulatedOnes() {
    // Conover, Practical Nonparametric Statistics, table A3: the sign test at 5 %.
    assertTrue(Double.isNaN(upTo(5).medianInterval().low()));
    assertEquals(new Range(1, 6), upTo(6).medianInterval());
    assertEquals(new Range(1, 8), upTo(8).medianInterval());
    assertEquals(new Range(2, 8), upTo(9).medianInterval());
    assertEquals(new Range(2, 10), upTo(11).medianInterval());
    assertEquals(new Range(6, 15), upTo(20).medianInterval());
  }

  /** By counting: the median of a continuous distribution is below each value for half of coins. */
  @Test
  void intervalsCoverAsOftenAsTheySay() {
    for (int n = Samples.FEWEST; n <= 60; n++) {
      Range range = upTo(n).medianInterval();
      int k = (int) range.low();
      assertEquals(n + 1 - k, range.high(), "symmetric for " + n);
      assertTrue(coverage(n, k) >= Samples.CONFIDENCE, n + ": " + coverage(n, k));
      assertTrue(coverage(n, k + 1) < Samples.CONFIDENCE, "needlessly wide for " + n);
    }
  }

  /** The chance that from k to n - k of n coins show heads. */
  private static double coverage(int n, int k) {
    double sum = 0;
    double ways = 1;
    for (int heads = 0; heads <= n; heads++) {
      sum += heads >= k && heads <= n - k ? ways : 0;
      ways *= (double) (n - heads) / (heads + 1);
    }
    return sum / Math.pow(2, n);
  }

  @Test
  void ratiosArePairByPair() {
    Samples peer = new Samples(List.of(2.0, 9.0, 8.0));
    Samples hone = new Samples(List.of(1.0, 3.0, 2.0));
    assertEquals(List.of(2.0, 3.0, 4.0), peer.over(hone).values());
    assertThrows(IllegalArgumentException.class, () -> peer.over(upTo(2)));
  }
}
