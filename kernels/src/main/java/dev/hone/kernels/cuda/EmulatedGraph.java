package dev.hone.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Captured work, each piece with the pieces that it comes after. */
final class EmulatedGraph extends GpuGraph {
  private final EmulatedQueues queues;
  private final List<Node> nodes;

  /** A piece of work and the nodes that must be done before it. */
  record Node(Runnable work, Set<Integer> after) {}

  EmulatedGraph(EmulatedQueues queues, List<Node> nodes) {
    this.queues = queues;
    this.nodes = List.copyOf(nodes);
  }

  @Override
  public int nodes() {
    return nodes.size();
  }

  @Override
  protected void destroyGraph() {}

  /** Runs all nodes in a random one of the orders that their dependencies allow. */
  void run() {
    var done = new TreeSet<Integer>();
    while (done.size() < nodes.size()) {
      var ready = new ArrayList<Integer>();
      for (int i = 0; i < nodes.size(); i++) {
        if (!done.contains(i) && done.containsAll(nodes.get(i).after())) {
          ready.add(i);
        }
      }
      int next = ready.get(ready.size() == 1 ? 0 : queues.draw(ready.size()));
      nodes.get(next).work().run();
      done.add(next);
    }
  }

  /** A capture in progress on the emulator, shared by the streams that joined it. */
  static final class Recorder {
    private final List<Node> nodes = new ArrayList<>();
    private final TreeSet<Integer> open = new TreeSet<>();

    /** Adds a piece of work after the nodes {@code after}; its number is the answer. */
    int add(Runnable work, Set<Integer> after) {
      open.removeAll(after);
      int number = nodes.size();
      open.add(number);
      nodes.add(new Node(work, Set.copyOf(after)));
      return number;
    }

    /**
     * The graph, of which nothing may come after the work of the stream that began it.
     *
     * @param tails the last nodes of that stream
     */
    EmulatedGraph finish(EmulatedQueues queues, Set<Integer> tails) {
      if (!tails.containsAll(open)) {
        throw new GpuException(
            "capture: a stream that joined it was never waited for; record an event on it and let"
                + " the first stream wait for that");
      }
      return new EmulatedGraph(queues, nodes);
    }
  }
}
