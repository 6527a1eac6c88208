package dev.hone.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoadNotesTest {
  @Test
  void aLineEveryFiveSecondsAndNoneForAMoment() {
    long[] millis = {1000};
    var lines = new ArrayList<String>();
    var notes = new LoadNotes(lines::add, () -> TimeUnit.MILLISECONDS.toNanos(millis[0]));
    for (int done = 1; done <= 12_000; done++) {
      millis[0]++;
      notes.made("decoding birds", done, 12_000);
    }
    assertEquals(
        List.of(
            "decoding birds: 5,000 of 12,000 images", "decoding birds: 10,000 of 12,000 images"),
        lines);
  }
}
