package dev.hone.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PhiloxTest {
  /** Known answers of the authors' Random123 distribution (kat_vectors, philox4x32 10). */
  @Test
  void agreesWithThePublishedVectors() {
    int[] out = new int[4];
    Philox.block(0, 0, 0, out);
    assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, out);
    Philox.block(-1, -1, -1, out);
    assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, out);
    Philox.block(0x299f31d0a4093822L, 0x0370734413198a2eL, 0x85a308d3243f6a88L, out);
    assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}, out);
  }

  @Test
  void aRunOfWordsEqualsTheWordsOneByOne() {
    var philox = new Philox(7, 11);
    int[] run = new int[23];
    philox.fill(5, run);
    for (int i = 0; i < run.length; i++) {
      assertEquals(philox.bits(5 + i), run[i]);
    }
  }

  @Test
  void aPermutationHoldsEachIndexOnceAndDependsOnSeedAndStream() {
    int[] order = new Philox(1, 2).permutation(1000);
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    assertArrayEquals(IntStream.range(0, 1000).toArray(), sorted);
    assertNotEquals(Arrays.toString(order), Arrays.toString(new Philox(1, 3).permutation(1000)));
    assertNotEquals(Arrays.toString(order), Arrays.toString(new Philox(2, 2).permutation(1000)));
    assertArrayEquals(order, new Philox(1, 2).permutation(1000));
  }

  @Test
  void uniformsFillTheUnitIntervalEvenly() {
    var philox = new Philox(3, 0);
    int[] histogram = new int[10];
    for (int i = 0; i < 100_000; i++) {
      histogram[(int) (philox.uniform(i) * 10)]++;
    }
    for (int count : histogram) {
      assertEquals(10_000, count, 500); // five standard deviations
    }
  }
}
