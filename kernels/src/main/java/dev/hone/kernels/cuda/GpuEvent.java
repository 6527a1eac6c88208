package dev.hone.kernels.cuda;

import org.jspecify.annotations.Nullable;

/** A mark in a stream that others can wait for. Recording it again moves it. */
public abstract class GpuEvent extends GpuHandle {
  private boolean recorded;
  private @Nullable Capture recordedIn;

  protected GpuEvent() {}

  @Override
  protected final String kind() {
    return "event";
  }

  /** Called by the stream that records it. */
  final void recordedIn(@Nullable Capture capture) {
    recorded = true;
    recordedIn = capture;
  }

  /** The capture it is a mark in; null if in a stream's ordinary work. */
  final @Nullable Capture recordedIn() {
    return recordedIn;
  }

  /**
   * Waiting for a mark that was never set would silently wait for nothing.
   *
   * @throws IllegalStateException if it was never recorded, or closed
   */
  final void requireRecorded() {
    requireOpen();
    if (!recorded) {
      throw new IllegalStateException(
          "event: waited for but never recorded; call stream.record(event) first");
    }
  }

  private void requireOutsideCapture() {
    requireRecorded();
    if (recordedIn != null) {
      throw new IllegalStateException(
          "event: recorded in a capture, where nothing runs; wait for it on a stream instead");
    }
  }

  /** Whether all work before the mark is done. */
  public final boolean isDone() {
    requireOutsideCapture();
    return queryDone();
  }

  /** Waits until all work before the mark is done. */
  public final void synchronize() {
    requireOutsideCapture();
    await();
  }

  /** The time from {@code earlier} to this event, both done, in milliseconds. */
  public final double millisSince(GpuEvent earlier) {
    earlier.requireOutsideCapture();
    requireOutsideCapture();
    return elapsedMillis(earlier);
  }

  protected abstract boolean queryDone();

  protected abstract void await();

  protected abstract double elapsedMillis(GpuEvent earlier);
}
