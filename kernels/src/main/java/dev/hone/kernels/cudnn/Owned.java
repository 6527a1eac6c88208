package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.GpuHandle;
import java.util.function.ToIntFunction;

/**
 * A handle or descriptor of a library's, destroyed once and not used after: a second destruction
 * aborts the process, and so do several calls with one that was never created.
 */
final class Owned<T> extends GpuHandle {
  private final String kind;
  private final T raw;
  private final Status status;
  private final ToIntFunction<T> destroyer;

  /** What the library's status codes mean. */
  @FunctionalInterface
  interface Status {
    /**
     * @param call what was called, and what for
     * @throws dev.hone.kernels.cuda.GpuException if {@code code} is an error
     */
    void check(int code, String call);
  }

  private Owned(String kind, T raw, Status status, ToIntFunction<T> destroyer) {
    this.kind = kind;
    this.raw = raw;
    this.status = status;
    this.destroyer = destroyer;
  }

  /** Lets {@code creator} fill {@code raw} in; nothing is owned if it fails. */
  static <T> Owned<T> create(
      String kind, T raw, Status status, ToIntFunction<T> creator, ToIntFunction<T> destroyer) {
    status.check(creator.applyAsInt(raw), "create the " + kind);
    return new Owned<>(kind, raw, status, destroyer);
  }

  /** Describes it, and destroys it if what it shall be is refused. */
  Owned<T> set(String what, ToIntFunction<T> setter) {
    boolean done = false;
    try {
      status.check(setter.applyAsInt(raw), "set the %s to %s".formatted(kind, what));
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
    return this;
  }

  /** As the library knows it. */
  T raw() {
    requireOpen();
    return raw;
  }

  @Override
  protected String kind() {
    return kind;
  }

  @Override
  protected void destroy() {
    status.check(destroyer.applyAsInt(raw), "destroy the " + kind);
  }
}
