package dev.hone.datasets.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Closes a stream that brings nothing for too long, which wakes its reader. The JDK's client bounds
 * the time until a response begins but, up to Java 25, not the waits within its body.
 */
final class StallGuard implements AutoCloseable {
  private final InputStream body;
  private final long patienceNanos;
  private final Thread thread;
  private volatile long lastNanos = System.nanoTime();
  private volatile boolean stalled;

  StallGuard(InputStream body, Duration patience) {
    this.body = body;
    this.patienceNanos = patience.toNanos();
    this.thread = Thread.ofVirtual().name("hone-stall-guard").start(this::watch);
  }

  /** Bytes came. */
  void alive() {
    lastNanos = System.nanoTime();
  }

  boolean stalled() {
    return stalled;
  }

  private void watch() {
    try {
      for (long left = patienceNanos; left > 0; ) {
        Thread.sleep(Duration.ofNanos(left));
        left = patienceNanos - (System.nanoTime() - lastNanos);
      }
      stalled = true;
      body.close();
    } catch (InterruptedException _) {
      // The body has been read; the thread ends here.
    } catch (IOException _) {
      // Nobody can use the body any more, closed or not; its reader says what it met.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
