package dev.hone.datasets;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One epoch's batches, made ahead by a daemon thread: while the caller works on one, up to two wait
 * and another is being filled. Four buffers go round, so nothing is allocated on the way. For one
 * calling thread.
 *
 * <pre>{@code
 * try (Epoch epoch = batches.epoch(3)) {
 *   while (epoch.hasNext()) {
 *     Batch batch = epoch.next(); // good until the following next()
 *   }
 * }
 * }</pre>
 */
public final class Epoch implements Iterator<Batch>, AutoCloseable {
  static final int BUFFERS = 4;

  /** What the thread hands over. */
  private sealed interface Delivery {}

  private record Ready(Batch batch) implements Delivery {}

  private record Failed(Throwable cause) implements Delivery {}

  /** Makes batches by their number; called on the epoch's thread. */
  interface Maker {
    int size(int number);

    Batch allocate(int size);

    void fill(Batch batch, int number);
  }

  private final Maker maker;
  private final int first;
  private final int end;
  private final int wholeSize;
  private final BlockingQueue<Batch> free = new ArrayBlockingQueue<>(BUFFERS);

  // Room for all buffers, a partial batch and a failure: handing over never blocks, only the supply
  // of free buffers does.
  private final BlockingQueue<Delivery> ready = new ArrayBlockingQueue<>(BUFFERS + 2);
  private final Thread producer;
  private @Nullable Batch lent;
  private int next;
  private boolean closed;

  Epoch(Maker maker, int first, int end) {
    this.maker = maker;
    this.first = first;
    this.end = end;
    this.next = first;
    this.wholeSize = end > 0 ? maker.size(0) : 0;
    this.producer = Thread.ofPlatform().daemon().name("hone-batches").unstarted(this::produce);
    if (first < end) {
      producer.start();
    }
  }

  @Override
  public boolean hasNext() {
    return !closed && next < end;
  }

  /**
   * The next batch; the one before it is not to be used any more. What went wrong while it was made
   * is thrown here.
   *
   * @throws CancellationException if this thread is interrupted while it waits
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException(closed ? "the epoch is closed" : "the epoch is over");
    }
    if (lent != null) {
      free.add(lent);
      lent = null;
    }
    Delivery delivery;
    try {
      delivery = ready.take();
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new CancellationException("batches: interrupted while waiting for batch " + next);
    }
    return switch (delivery) {
      case Ready(Batch batch) -> lend(batch);
      case Failed(Throwable cause) -> {
        close();
        throw unchecked(cause);
      }
    };
  }

  private Batch lend(Batch batch) {
    next++;
    lent = batch.size() == wholeSize ? batch : null;
    return batch;
  }

  private static RuntimeException unchecked(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }

  /** Stops the thread and waits until it has ended. Closing twice is as good as once. */
  @Override
  public void close() {
    closed = true;
    producer.interrupt();
    boolean interrupted = false;
    while (true) {
      try {
        producer.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // kept for the caller: the thread ends after the batch at hand
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  Thread producer() {
    return producer;
  }

  private void produce() {
    try {
      int allocated = 0;
      for (int number = first; number < end; number++) {
        int size = maker.size(number);
        Batch batch;
        if (size < wholeSize) {
          batch = maker.allocate(size);
        } else if (allocated < BUFFERS) {
          batch = maker.allocate(size);
          allocated++;
        } else {
          batch = free.take();
        }
        maker.fill(batch, number);
        ready.add(new Ready(batch));
      }
    } catch (InterruptedException e) {
      // By close(), after which nobody looks; whoever else did it must not leave next() waiting.
      ready.add(new Failed(new CancellationException("batches: the thread was interrupted")));
    } catch (RuntimeException | Error e) {
      ready.add(new Failed(e));
    }
  }
}
