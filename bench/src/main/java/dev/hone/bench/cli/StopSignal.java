package dev.hone.bench.cli;

import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C and SIGTERM as a question that the training loop asks. The JVM ends when its shutdown
 * hooks have, so the hook waits until the checkpoint is saved and the user told.
 */
final class StopSignal implements BooleanSupplier, AutoCloseable {
  /** The exit code of what Ctrl-C ended: 128 + SIGINT. */
  static final int EXIT_CODE = 130;

  private static final long PATIENCE_SECONDS = 120;

  private final PrintWriter err;
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stop, "hone-stop");
  private volatile boolean requested;

  private StopSignal(PrintWriter err) {
    this.err = err;
  }

  /** Listens until closed. */
  static StopSignal listen(PrintWriter err) {
    var signal = new StopSignal(err);
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  /** Asks the loop to stop and waits until it has. */
  void stop() {
    requested = true;
    err.println();
    err.println("stopping; saving a checkpoint after this step ...");
    err.flush();
    try {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        err.println("no checkpoint after two minutes; the one before it stays good");
        err.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean getAsBoolean() {
    return requested;
  }

  /** Lets the JVM end, if it was waiting. */
  @Override
  public void close() {
    done.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException _) {
        // The JVM is ending already: the hook finds the latch open.
      }
    }
  }
}
