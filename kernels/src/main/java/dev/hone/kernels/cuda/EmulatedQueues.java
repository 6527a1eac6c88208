package dev.hone.kernels.cuda;

import dev.hone.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The work of all emulated streams. Nothing runs until somebody waits; then streams whose turn it
 * may be are drawn at random, one piece of work at a time, until what was waited for is done. So
 * work that a stream should have waited for has, under some seed, not run yet. Methods must be
 * called with this object's lock held, or take it.
 */
final class EmulatedQueues {
  private final Philox random;
  private final List<EmulatedStream> streams = new ArrayList<>();
  private long drawn;
  private int captures;
  private @Nullable RuntimeException failure;

  EmulatedQueues(long seed) {
    this.random = new Philox(seed, 0);
  }

  synchronized void add(EmulatedStream stream) {
    streams.add(stream);
  }

  synchronized void remove(EmulatedStream stream) {
    runUntil(stream::isIdle);
    streams.remove(stream);
  }

  synchronized void captureBegan() {
    captures++;
  }

  synchronized void captureEnded() {
    captures--;
  }

  synchronized boolean capturing() {
    return captures > 0;
  }

  /** A number in [0, bound), the next of the seed's. */
  synchronized int draw(int bound) {
    return random.below(bound, drawn++);
  }

  /** Lets streams run until {@code done}. What fails in one of them is thrown here. */
  synchronized void runUntil(BooleanSupplier done) {
    requireHealthy();
    while (!done.getAsBoolean()) {
      if (!runOne()) {
        throw new IllegalStateException("emulator: all streams wait, but not for each other");
      }
    }
  }

  synchronized void runAll() {
    runUntil(() -> streams.stream().allMatch(EmulatedStream::isIdle));
  }

  /** Runs a piece of work of some stream; says whether there was one that could. */
  synchronized boolean runOne() {
    List<EmulatedStream> ready = streams.stream().filter(EmulatedStream::isReady).toList();
    if (ready.isEmpty()) {
      return false;
    }
    try {
      ready.get(ready.size() == 1 ? 0 : draw(ready.size())).runNext();
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    }
    return true;
  }

  /** A fault ends a device for its process, as it does on hardware. */
  synchronized void requireHealthy() {
    if (failure != null) {
      throw new GpuException("the device faulted before: " + failure.getMessage(), failure);
    }
  }

  synchronized void discard() {
    streams.forEach(EmulatedStream::discard);
    streams.clear();
  }
}
