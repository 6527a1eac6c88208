package dev.hone.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void whatIsNotFiniteIsNaNEverywhere(double value) {
    Interval interval = new Interval(value, value);
    assertEquals("NaN", Numbers.percent(value));
    assertEquals("NaN", Numbers.percent(interval));
    assertEquals("NaN", Numbers.points(value));
    assertEquals("NaN", Numbers.points(interval));
    assertEquals("NaN", Numbers.plain(value));
    assertEquals("NaN", Numbers.factor(value));
    assertEquals("NaN", Numbers.seconds(value));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "0.1, 0.1",
    "2460.4, 2460",
    "0.0019, 0.0019",
    "0.00012345, 1.23e-4",
    "12345678, 1.23e7",
    "-2.5, -2.5",
    "100, 100"
  })
  void plainFiguresHaveFourDigitsAndNoIdleZeros(double value, String text) {
    assertEquals(text, Numbers.plain(value));
  }

  @Test
  void differencesCarryTheirSignUnlessTheyRoundToZero() {
    assertEquals("+0.7", Numbers.points(0.007));
    assertEquals("\u22120.7", Numbers.points(-0.007));
    assertEquals("0.0", Numbers.points(-0.0001));
  }

  @Test
  void timesAreWrittenForPeople() {
    assertEquals("51.9\u00a0ms", Numbers.seconds(0.0519));
    assertEquals("42.0\u00a0s", Numbers.seconds(42));
    assertEquals("2\u00a0min 05\u00a0s", Numbers.seconds(124.5));
    assertEquals("1\u00a0h 20\u00a0min", Numbers.seconds(4800));
  }
}
