package dev.hone.kernels.cuda;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A capture in progress: the stream it began on and those that joined by waiting for its events.
 */
final class Capture {
  private final Set<GpuStream> streams = new LinkedHashSet<>();
  private boolean ended;

  void join(GpuStream stream) {
    streams.add(stream);
  }

  /** All that take part, the one it began on among them. */
  Set<GpuStream> streams() {
    return Set.copyOf(streams);
  }

  boolean ended() {
    return ended;
  }

  /** Lets all streams go back to ordinary work. */
  void end() {
    ended = true;
    streams.forEach(GpuStream::leaveCapture);
  }
}
