package dev.hone.datasets;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Decodes images on several threads into places fixed beforehand, so that the result does not
 * depend on them. One thread hands the files in; it waits while enough are under way.
 */
final class ParallelDecoder implements AutoCloseable {
  private static final int MOST_THREADS = 16;

  /** What went wrong with the file that was handed in as number {@code order}. */
  private record Failure(int order, Throwable cause) {}

  private final ImageDecoder decoder;
  private final ExecutorService threads;
  private final Semaphore room;
  private final int capacity;
  private final AtomicReference<Failure> failure =
      new AtomicReference<>(new Failure(Integer.MAX_VALUE, new IllegalStateException()));
  private int submitted;

  ParallelDecoder(ImageDecoder decoder) {
    this.decoder = decoder;
    int count = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_THREADS);
    this.threads =
        Executors.newFixedThreadPool(
            count, Thread.ofPlatform().daemon().name("hone-decoder-", 0).factory());
    this.capacity = 4 * count;
    this.room = new Semaphore(capacity);
  }

  /** Decodes {@code file} to the place {@code slot} of {@code store}, some time before finish. */
  void submit(String name, byte[] file, Crop crop, ImageStore store, int slot) {
    acquire(1);
    throwFailure();
    int order = submitted++;
    threads.execute(() -> {
      try {
        decoder.decode(name, file, crop, store.chunk(slot), store.offset(slot));
      } catch (RuntimeException | Error e) {
        failure.accumulateAndGet(new Failure(order, e), (a, b) -> a.order() <= b.order() ? a : b);
      } finally {
        room.release();
      }
    });
  }

  /** Waits for all; of several failures the earliest submitted is thrown, whichever came first. */
  void finish() {
    acquire(capacity);
    room.release(capacity);
    throwFailure();
  }

  private void throwFailure() {
    if (failure.get().order() == Integer.MAX_VALUE) {
      return;
    }
    // Files handed in earlier may still be at work and fail too.
    acquire(capacity - 1);
    Throwable cause = failure.get().cause();
    if (cause instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) cause;
  }

  private void acquire(int permits) {
    try {
      room.acquire(permits);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("images: interrupted while decoding");
    }
  }

  /** Abandons what is not finished and waits for its threads to end. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
