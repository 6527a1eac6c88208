package dev.hone.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyTaskRunsOnceInEachOfManyJobs(int threads) {
    var workers = new Workers(threads);
    for (int job = 0; job < 2000; job++) {
      int tasks = job % 13;
      var runs = new AtomicIntegerArray(13);
      workers.parallelFor(tasks, runs::incrementAndGet);
      int[] got = new int[13];
      Arrays.setAll(got, runs::get);
      int[] want = new int[13];
      Arrays.fill(want, 0, tasks, 1);
      assertArrayEquals(want, got);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aTaskMayCallInItself(int threads) {
    var workers = new Workers(threads);
    var runs = new AtomicInteger();
    workers.parallelFor(5, i -> workers.parallelFor(7, j -> runs.incrementAndGet()));
    assertEquals(35, runs.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theFirstFailureReachesTheCallerAndTheCrewGoesOn(int threads) {
    var workers = new Workers(threads);
    for (int round = 0; round < 100; round++) {
      var e =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  workers.parallelFor(
                      20,
                      i -> {
                        if (i >= 4) {
                          throw new IllegalArgumentException("task " + i);
                        }
                      }));
      assertEquals("task 4", e.getMessage());
    }
    var runs = new AtomicInteger();
    workers.parallelFor(9, i -> runs.incrementAndGet());
    assertEquals(9, runs.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void twoCallersDoNotDisturbEachOther(int threads) throws InterruptedException {
    var workers = new Workers(threads);
    var runs = new AtomicInteger();
    Runnable caller =
        () -> {
          for (int i = 0; i < 1000; i++) {
            workers.parallelFor(3, task -> runs.incrementAndGet());
          }
        };
    Thread other = new Thread(caller);
    other.start();
    caller.run();
    other.join();
    assertEquals(6000, runs.get());
  }
}
