package dev.hone.kernels.cuda;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A mark on the emulator. */
final class EmulatedEvent extends GpuEvent {
  private final EmulatedQueues queues;
  private Mark mark = new Mark(Set.of(), null);

  /** Where the event was set, once; whoever waits for it waits for this, even if it moves on. */
  static final class Mark {
    private final EmulatedGraph.@Nullable Recorder recorder;
    private final Set<Integer> nodes;
    private boolean reached;
    private long nanos;

    Mark(Set<Integer> nodes, EmulatedGraph.@Nullable Recorder recorder) {
      this.nodes = Set.copyOf(nodes);
      this.recorder = recorder;
    }

    /** The capture it is in; null in ordinary work. */
    EmulatedGraph.@Nullable Recorder recorder() {
      return recorder;
    }

    /** In a capture: the nodes that come right before it. */
    Set<Integer> nodes() {
      return nodes;
    }

    void reach() {
      reached = true;
      nanos = System.nanoTime();
    }

    boolean reached() {
      return reached;
    }
  }

  EmulatedEvent(EmulatedQueues queues) {
    this.queues = queues;
  }

  /** Moves it. */
  Mark set(Set<Integer> nodes, EmulatedGraph.@Nullable Recorder recorder) {
    mark = new Mark(nodes, recorder);
    return mark;
  }

  Mark mark() {
    return mark;
  }

  /** Asking lets something run, so that whoever asks until it is done is not there for ever. */
  @Override
  protected boolean queryDone() {
    synchronized (queues) {
      queues.requireHealthy();
      return mark.reached() || (queues.runOne() && mark.reached());
    }
  }

  @Override
  protected void await() {
    queues.runUntil(mark::reached);
  }

  @Override
  protected double elapsedMillis(GpuEvent earlier) {
    Mark from = ((EmulatedEvent) earlier).mark;
    if (!from.reached || !mark.reached) {
      throw new GpuException("millisSince: not done yet; synchronise the later event first");
    }
    return (mark.nanos - from.nanos) / 1e6;
  }

  @Override
  protected void destroy() {}
}
