package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.kernels.ptx.PtxEmulator;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A lazy queue of work on the emulator. */
final class EmulatedStream extends GpuStream {
  private static final int FILL = 1 << 16;
  private static final BooleanSupplier ALWAYS = () -> true;

  private final EmulatedQueues queues;
  private final PtxEmulator emulator;
  private final ArrayDeque<Work> waiting = new ArrayDeque<>();

  /** In a capture: where the graph is gathered, and this stream's last nodes in it. */
  private EmulatedGraph.@Nullable Recorder recorder;

  private Set<Integer> tails = new TreeSet<>();

  /** A piece of work and what has to be so before it runs. */
  private record Work(BooleanSupplier ready, Runnable action) {}

  EmulatedStream(GpuProperties device, EmulatedQueues queues, PtxEmulator emulator) {
    super(device);
    this.queues = queues;
    this.emulator = emulator;
    queues.add(this);
  }

  boolean isIdle() {
    return waiting.isEmpty();
  }

  boolean isReady() {
    Work first = waiting.peekFirst();
    return first != null && first.ready().getAsBoolean();
  }

  void runNext() {
    waiting.removeFirst().action().run();
  }

  void discard() {
    waiting.clear();
  }

  void enqueue(Runnable action) {
    requireOpen();
    synchronized (queues) {
      queues.requireHealthy();
      if (recorder != null) {
        tails = new TreeSet<>(Set.of(recorder.add(action, tails)));
      } else {
        waiting.addLast(new Work(ALWAYS, action));
      }
    }
  }

  @Override
  protected void enqueueCopyIn(long to, MemorySegment from) {
    enqueue(() -> emulator.copyIn(to, from));
  }

  @Override
  protected void enqueueCopyOut(MemorySegment to, long from) {
    enqueue(() -> emulator.copyOut(from, to));
  }

  @Override
  protected void enqueueCopy(long to, long from, long bytes) {
    enqueue(() -> emulator.copy(from, to, bytes));
  }

  @Override
  protected void enqueueFill(long to, int word, long words) {
    enqueue(() -> fill(to, word, words));
  }

  /** The emulator fills bytes; words are copied in, a piece at a time. */
  private void fill(long to, int word, long words) {
    int[] piece = new int[(int) Math.min(words, FILL)];
    Arrays.fill(piece, word);
    for (long done = 0; done < words; done += FILL) {
      long count = Math.min(FILL, words - done);
      MemorySegment bytes = MemorySegment.ofArray(piece).asSlice(0, count * Integer.BYTES);
      emulator.copyIn(to + done * Integer.BYTES, bytes);
    }
  }

  @Override
  protected void enqueueLaunch(
      GpuKernel kernel, Grid grid, int dynamicSharedBytes, List<KernelArgument> arguments) {
    List<KernelArgument> kept = List.copyOf(arguments);
    String place = AllocationSite.here().nearest();
    enqueue(() -> {
      try {
        emulator.launch(kernel.entry(), grid, dynamicSharedBytes, kept);
      } catch (RuntimeException e) {
        throw new GpuException(
            "%s, launched at %s: %s".formatted(kernel.entry().name(), place, e.getMessage()), e);
      }
    });
  }

  @Override
  protected void enqueueGraph(GpuGraph graph) {
    enqueue(((EmulatedGraph) graph)::run);
  }

  @Override
  protected void enqueueRecord(GpuEvent event) {
    synchronized (queues) {
      EmulatedEvent.Mark mark = ((EmulatedEvent) event).set(tails, recorder);
      if (recorder == null) {
        waiting.addLast(new Work(ALWAYS, mark::reach));
      }
    }
  }

  @Override
  protected void enqueueWait(GpuEvent event) {
    synchronized (queues) {
      EmulatedEvent.Mark mark = ((EmulatedEvent) event).mark();
      if (mark.recorder() == null) {
        waiting.addLast(new Work(mark::reached, () -> {}));
        return;
      }
      recorder = mark.recorder();
      tails = new TreeSet<>(tails);
      tails.addAll(mark.nodes());
    }
  }

  @Override
  protected void await() {
    queues.runUntil(this::isIdle);
  }

  @Override
  protected void beginCapture() {
    synchronized (queues) {
      queues.requireHealthy();
      queues.captureBegan();
      recorder = new EmulatedGraph.Recorder();
      tails = new TreeSet<>();
    }
  }

  @Override
  protected GpuGraph endCapture(Set<GpuStream> joined) {
    synchronized (queues) {
      EmulatedGraph.Recorder done = recorder;
      Set<Integer> last = tails;
      abandonCapture(joined);
      if (done == null) {
        throw new IllegalStateException("endCapture: this stream does not capture");
      }
      return done.finish(queues, last);
    }
  }

  @Override
  protected void abandonCapture(Set<GpuStream> joined) {
    synchronized (queues) {
      queues.captureEnded();
      for (GpuStream stream : joined) {
        ((EmulatedStream) stream).recorder = null;
        ((EmulatedStream) stream).tails = new TreeSet<>();
      }
    }
  }

  @Override
  protected void destroy() {
    queues.remove(this);
  }
}
