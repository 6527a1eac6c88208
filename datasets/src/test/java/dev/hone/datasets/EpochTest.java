package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Shape;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EpochTest {
  /** Batch k holds the number k; the last one is smaller; one of them may fail. */
  private static final class Numbers implements Epoch.Maker {
    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger allocated = new AtomicInteger();
    final int last;
    final int failing;
    final Throwable failure;

    Numbers(int last, int failing, Throwable failure) {
      this.last = last;
      this.failing = failing;
      this.failure = failure;
    }

    @Override
    public int size(int number) {
      return number == last ? 2 : 3;
    }

    @Override
    public Batch allocate(int size) {
      allocated.incrementAndGet();
      return new Batch(Shape.of(size, 1, 1, 1), BatchTest.identity());
    }

    @Override
    public void fill(Batch batch, int number) {
      if (number == failing) {
        if (failure instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) failure;
      }
      batch.number(number);
      batch.pixels[0] = (byte) number;
      made.incrementAndGet();
    }
  }

  private static Numbers numbers() {
    return new Numbers(99, -1, new IllegalStateException());
  }

  private static void awaitBlocked(Thread producer) {
    while (producer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void fourBuffersGoRound() {
    Numbers maker = numbers();
    Set<Object> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    try (var epoch = new Epoch(maker, 0, 100)) {
      for (int k = 0; k < 100; k++) {
        Batch batch = epoch.next();
        assertEquals(k, batch.number());
        assertEquals(k, batch.images()[0]);
        assertEquals(k == 99 ? 2 : 3, batch.size());
        buffers.add(batch.labels());
      }
      assertFalse(epoch.hasNext());
      assertThrows(NoSuchElementException.class, epoch::next);
    }
    assertEquals(Epoch.BUFFERS + 1, maker.allocated.get());
    assertTrue(buffers.size() <= Epoch.BUFFERS + 1);
  }

  @Test
  void aBatchStaysWhileTheThreadRunsAhead() {
    Numbers maker = numbers();
    try (var epoch = new Epoch(maker, 0, 100)) {
      for (int k = 0; k < 20; k++) {
        Batch batch = epoch.next();
        while (maker.made.get() < k + Epoch.BUFFERS) {
          Thread.onSpinWait();
        }
        awaitBlocked(epoch.producer());
        assertEquals(k, batch.images()[0]);
        assertEquals(k + Epoch.BUFFERS, maker.made.get(), "the thread runs ahead so far only");
      }
    }
  }

  @Test
  void closingStopsTheThread() {
    var epoch = new Epoch(numbers(), 0, 100);
    assertEquals(0, epoch.next().number());
    assertTrue(epoch.producer().isDaemon());
    epoch.close();
    assertFalse(epoch.producer().isAlive());
    assertFalse(epoch.hasNext());
    assertThrows(NoSuchElementException.class, epoch::next);
    epoch.close();

    var unused = new Epoch(numbers(), 0, 100);
    unused.close();
    assertFalse(unused.producer().isAlive());
    var empty = new Epoch(numbers(), 100, 100);
    assertFalse(empty.hasNext());
    empty.close();
  }

  @Test
  void anEpochThatWasReadToItsEndLeavesNoThread() throws InterruptedException {
    var epoch = new Epoch(numbers(), 90, 100);
    for (int k = 90; k < 100; k++) {
      assertEquals(k, epoch.next().number());
    }
    epoch.producer().join();
    epoch.close();
  }

  @Test
  void aFailureIsThrownWhereTheBatchIsAskedFor() {
    for (Throwable failure :
        new Throwable[] {new IllegalStateException("x"), new StackOverflowError()}) {
      for (int failing : new int[] {0, 3, 9, 99}) {
        try (var epoch = new Epoch(new Numbers(99, failing, failure), 0, 100)) {
          for (int k = 0; k < failing; k++) {
            assertEquals(k, epoch.next().number());
          }
          assertSame(failure, assertThrows(failure.getClass(), epoch::next));
          assertFalse(epoch.producer().isAlive());
          assertFalse(epoch.hasNext());
        }
      }
    }
  }

  @Test
  void anInterruptedCallerIsToldAndStaysInterrupted() {
    var epoch = new Epoch(numbers(), 0, 100);
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, epoch::next);
    assertTrue(Thread.interrupted(), "the interruption is still there");
    assertFalse(epoch.producer().isAlive());

    var closed = new Epoch(numbers(), 0, 100);
    Thread.currentThread().interrupt();
    closed.close();
    assertTrue(Thread.interrupted(), "the interruption is still there");
    assertFalse(closed.producer().isAlive());
  }

  @Test
  void aThreadInterruptedByOthersLeavesNobodyWaiting() {
    try (var epoch = new Epoch(numbers(), 0, 100)) {
      awaitBlocked(epoch.producer());
      epoch.producer().interrupt();
      assertThrows(
          CancellationException.class,
          () -> {
            while (epoch.hasNext()) {
              epoch.next();
            }
          });
    }
  }
}
