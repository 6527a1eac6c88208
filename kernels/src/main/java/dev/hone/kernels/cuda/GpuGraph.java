package dev.hone.kernels.cuda;

import java.util.ArrayList;
import java.util.List;

/**
 * Work that was captured once and can be launched as a whole, many times, for the price of one
 * launch. It works on the memory it was captured with, whose addresses are part of it.
 */
public abstract class GpuGraph extends GpuHandle {
  private final List<Runnable> atEnd = new ArrayList<>();

  protected GpuGraph() {}

  /** Runs {@code action} once the graph is gone. */
  final void onClose(Runnable action) {
    atEnd.add(action);
  }

  @Override
  protected final void destroy() {
    destroyGraph();
    atEnd.forEach(Runnable::run);
  }

  /** Gives it back to the driver; a launch that still runs is not harmed. */
  protected abstract void destroyGraph();

  @Override
  protected final String kind() {
    return "graph";
  }

  /** How many kernels, copies and fills one launch runs. */
  public abstract int nodes();
}
