package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizationTest {
  @Test
  void subtractsTheMeanAndDividesByTheDeviation() {
    var normalization = new Normalization(List.of(0.5f, 0.25f), List.of(0.25f, 0.5f));
    assertEquals(2f, normalization.apply(0, 1));
    assertEquals(-0.5f, normalization.apply(1, 0));
    assertEquals(0.3f, Normalization.none().apply(7, 0.3f));
    assertTrue(Normalization.none().isNone());
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
  void aDeviationMustBePositive(float std) {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Normalization(List.of(0f, 0f), List.of(1f, std)));
    assertTrue(String.valueOf(e.getMessage()).contains("channel 1 has mean 0.0 and std " + std));
  }

  @Test
  void thereIsOneValuePerChannel() {
    assertThrows(
        IllegalArgumentException.class, () -> new Normalization(List.of(0f), List.of(1f, 1f)));
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Batches.inOrder(
                    ImageDatasetTest.noise(1, 3), 2, new Normalization(List.of(0f), List.of(1f))));
    assertTrue(String.valueOf(e.getMessage()).contains("noise has 2 channel(s)"), e.getMessage());
  }
}
