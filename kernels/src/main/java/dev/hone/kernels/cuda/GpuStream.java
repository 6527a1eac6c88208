package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A queue of work on the device. Every method but {@link #synchronize} returns at once, perhaps
 * long before the work is done. The public methods check what can be checked without the device and
 * are the same for all drivers; a driver only does what is asked.
 */
public abstract class GpuStream extends GpuHandle {
  private static final String FOREIGN =
      "%s: belongs to another capture than this stream; record the event in this capture";

  private final GpuProperties device;
  private @Nullable Capture capture;
  private long calls;

  protected GpuStream(GpuProperties device) {
    this.device = device;
  }

  @Override
  protected final String kind() {
    return "stream";
  }

  /**
   * How often the driver was called to put something on this stream, in captures too: what the host
   * pays for.
   */
  public final long calls() {
    return calls;
  }

  /** Copies to the device. Both must have the same number of bytes. */
  public final void copyIn(DeviceMemory to, PinnedMemory from) {
    copyIn(to, from.segment());
  }

  /** Copies {@code from}, a part of pinned memory, to the device; both have equally many bytes. */
  public final void copyIn(DeviceMemory to, MemorySegment from) {
    requireSame("copyIn", to.bytes(), from.byteSize());
    requireNative("copyIn", from);
    calls++;
    enqueueCopyIn(to.address(), from);
  }

  /** Copies from the device. Both must have the same number of bytes. */
  public final void copyOut(PinnedMemory to, DeviceMemory from) {
    copyOut(to.segment(), from);
  }

  /** Copies to {@code to}, a part of pinned memory; both have equally many bytes. */
  public final void copyOut(MemorySegment to, DeviceMemory from) {
    requireSame("copyOut", to.byteSize(), from.bytes());
    requireNative("copyOut", to);
    calls++;
    enqueueCopyOut(to, from.address());
  }

  /** Copies on the device. Both must have the same number of bytes and must not overlap. */
  public final void copy(DeviceMemory to, DeviceMemory from) {
    requireSame("copy", to.bytes(), from.bytes());
    long distance = Math.abs(to.address() - from.address());
    if (distance < to.bytes()) {
      throw new IllegalArgumentException(
          "copy: %s and %s overlap; copy through a third place".formatted(to, from));
    }
    calls++;
    enqueueCopy(to.address(), from.address(), to.bytes());
  }

  /** Fills with a word of 32 bits, as {@code Float.floatToRawIntBits} gives it for a float. */
  public final void fill(DeviceMemory to, int word) {
    requireOpen();
    if (to.bytes() % Integer.BYTES != 0 || to.address() % Integer.BYTES != 0) {
      throw new IllegalArgumentException("fill: needs whole words of 4 bytes, but got " + to);
    }
    calls++;
    enqueueFill(to.address(), word, to.bytes() / Integer.BYTES);
  }

  /**
   * Runs {@code kernel} on {@code grid}.
   *
   * @param dynamicSharedBytes shared memory of a block beyond what the kernel declares
   * @param arguments one for each of the kernel's parameters, in order
   * @throws IllegalArgumentException if an argument does not fit its parameter, or the grid the
   *     device
   */
  public final void launch(
      GpuKernel kernel, Grid grid, int dynamicSharedBytes, List<KernelArgument> arguments) {
    requireOpen();
    kernel.module().requireOpen();
    LaunchCheck.check(kernel.entry(), grid, dynamicSharedBytes, arguments, device);
    calls++;
    enqueueLaunch(kernel, grid, dynamicSharedBytes, arguments);
  }

  /** Runs what was captured in {@code graph}. */
  public final void launch(GpuGraph graph) {
    requireOpen();
    graph.requireOpen();
    if (capture != null) {
      throw new IllegalStateException("launch: a graph cannot be captured into another one");
    }
    calls++;
    enqueueGraph(graph);
  }

  /** Sets {@code event} behind all work that was put on this stream so far. */
  public final void record(GpuEvent event) {
    requireOpen();
    event.requireOpen();
    event.recordedIn(capture);
    calls++;
    enqueueRecord(event);
  }

  /**
   * Lets all later work on this stream wait for {@code event}. If it was recorded in a capture,
   * this stream joins the capture.
   */
  public final void waitFor(GpuEvent event) {
    requireOpen();
    event.requireRecorded();
    Capture theirs = event.recordedIn();
    if (theirs == null ? capture != null : theirs.ended() || joined(theirs) != theirs) {
      throw new IllegalStateException(FOREIGN.formatted("waitFor"));
    }
    calls++;
    enqueueWait(event);
  }

  private Capture joined(Capture theirs) {
    Capture ours = capture;
    if (ours != null) {
      return ours;
    }
    capture = theirs;
    theirs.join(this);
    return theirs;
  }

  /** Waits until nothing is left to do on this stream. */
  public final void synchronize() {
    requireOpen();
    if (capture != null) {
      throw new CaptureException(
          "synchronize: this stream captures, so nothing runs; synchronise after the capture");
    }
    await();
  }

  /** Whether what is put on this stream is captured instead of run. */
  public final boolean isCapturing() {
    return capture != null;
  }

  /**
   * Captures what {@code work} puts on this stream, and on those that wait for events recorded in
   * it, instead of running it. Streams that joined must be waited for before {@code work} ends.
   * Device memory can neither be allocated from the driver nor freed meanwhile.
   */
  public final GpuGraph capture(Runnable work) {
    requireOpen();
    if (capture != null) {
      throw new IllegalStateException("capture: this stream captures already");
    }
    Capture begun = new Capture();
    beginCapture();
    begun.join(this);
    capture = begun;
    boolean done = false;
    try {
      work.run();
      done = true;
    } finally {
      begun.end();
      if (!done) {
        abandonCapture(begun.streams());
      }
    }
    return endCapture(begun.streams());
  }

  final void leaveCapture() {
    capture = null;
  }

  private void requireSame(String op, long to, long from) {
    requireOpen();
    if (to != from) {
      throw new IllegalArgumentException(
          "%s: %d bytes into a place of %d; slice the larger one".formatted(op, from, to));
    }
  }

  private static void requireNative(String op, MemorySegment host) {
    if (!host.isNative()) {
      throw new IllegalArgumentException(
          op
              + ": the host's side must be pinned, since the collector may move an array while the"
              + " copy runs; use PinnedStaging for arrays");
    }
  }

  protected abstract void enqueueCopyIn(long to, MemorySegment from);

  protected abstract void enqueueCopyOut(MemorySegment to, long from);

  protected abstract void enqueueCopy(long to, long from, long bytes);

  protected abstract void enqueueFill(long to, int word, long words);

  protected abstract void enqueueLaunch(
      GpuKernel kernel, Grid grid, int dynamicSharedBytes, List<KernelArgument> arguments);

  protected abstract void enqueueGraph(GpuGraph graph);

  protected abstract void enqueueRecord(GpuEvent event);

  protected abstract void enqueueWait(GpuEvent event);

  protected abstract void await();

  protected abstract void beginCapture();

  /**
   * Ends the capture that began on this stream.
   *
   * @param joined all streams that took part, this one among them
   */
  protected abstract GpuGraph endCapture(Set<GpuStream> joined);

  /** Ends a capture whose work failed, and throws away what it had. */
  protected abstract void abandonCapture(Set<GpuStream> joined);
}
