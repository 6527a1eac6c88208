package dev.hone.tensor.backend;

import dev.hone.tensor.DType;

/**
 * The memory behind one or more tensors. It is obtained from {@link Backend#allocate} and may be
 * given back once: {@link #release} returns the memory to the backend's pool, after which any
 * access is an error instead of somebody else's numbers.
 */
public abstract class Storage {
  private final Backend backend;
  private final DType dtype;
  private final int length;

  /** Its place in the arena that owns it. */
  int place = -1;

  protected Storage(Backend backend, DType dtype, int length) {
    this.backend = backend;
    this.dtype = dtype;
    this.length = length;
  }

  public final Backend backend() {
    return backend;
  }

  public final DType dtype() {
    return dtype;
  }

  /** Elements. */
  public final int length() {
    return length;
  }

  /** Gives the memory back. A second call does nothing. */
  public abstract void release();

  /** What every access throws once the memory is gone. */
  protected static IllegalStateException gone() {
    return new IllegalStateException(
        "this tensor's memory went back to the pool when its tape closed; read it inside the"
            + " try block, or call keep() on it there to own a copy");
  }
}
