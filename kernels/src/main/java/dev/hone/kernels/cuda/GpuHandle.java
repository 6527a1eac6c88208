package dev.hone.kernels.cuda;

/**
 * Something that lives in the driver and must be given back once. A second {@link #close} does
 * nothing and use after it is an error, since the driver itself would crash the process at either.
 */
public abstract class GpuHandle implements AutoCloseable {
  private boolean closed;

  protected GpuHandle() {}

  /** What errors call it: {@code stream}, {@code event}, ... */
  protected abstract String kind();

  /** Gives it back to the driver; called once. */
  protected abstract void destroy();

  public final boolean isClosed() {
    return closed;
  }

  /**
   * @throws IllegalStateException if it was closed
   */
  protected final void requireOpen() {
    if (closed) {
      throw new IllegalStateException(kind() + ": used after it was closed");
    }
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      destroy();
    }
  }
}
