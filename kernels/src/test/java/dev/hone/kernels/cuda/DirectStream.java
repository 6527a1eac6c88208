package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.kernels.ptx.Launch;
import dev.hone.kernels.ptx.PtxEmulator;
import dev.hone.kernels.ptx.PtxModule;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A stream that does its work at once and keeps what each launch counted; for tests of kernels.
 * With {@link #replace} it runs a changed source in place of the kernels of its name.
 */
final class DirectStream extends GpuStream {
  private final PtxEmulator emulator;
  private final List<Launch> launches = new ArrayList<>();
  private String replaced = "";
  private @Nullable PtxModule replacement;

  DirectStream(EmulatorDriver driver) {
    super(driver.properties());
    this.emulator = driver.emulator();
  }

  void replace(String family, PtxModule module) {
    replaced = family;
    replacement = module;
  }

  /** Oldest first. */
  List<Launch> launches() {
    return launches;
  }

  @Override
  protected void destroy() {}

  @Override
  protected void enqueueCopyIn(long to, MemorySegment from) {
    emulator.copyIn(to, from);
  }

  @Override
  protected void enqueueCopyOut(MemorySegment to, long from) {
    emulator.copyOut(from, to);
  }

  @Override
  protected void enqueueCopy(long to, long from, long bytes) {
    emulator.copy(from, to, bytes);
  }

  @Override
  protected void enqueueFill(long to, int word, long words) {
    int[] values = new int[(int) words];
    java.util.Arrays.fill(values, word);
    emulator.copyIn(to, MemorySegment.ofArray(values));
  }

  @Override
  protected void enqueueLaunch(
      GpuKernel kernel, Grid grid, int dynamicSharedBytes, List<KernelArgument> arguments) {
    PtxModule other = replacement;
    boolean swap = other != null && kernel.entry().module().equals(replaced);
    var entry = swap && other != null ? other.entry(kernel.entry().name()) : kernel.entry();
    launches.add(emulator.launch(entry, grid, dynamicSharedBytes, arguments));
  }

  @Override
  protected void enqueueGraph(GpuGraph graph) {
    throw notHere();
  }

  @Override
  protected void enqueueRecord(GpuEvent event) {
    throw notHere();
  }

  @Override
  protected void enqueueWait(GpuEvent event) {
    throw notHere();
  }

  @Override
  protected void await() {}

  @Override
  protected void beginCapture() {
    throw notHere();
  }

  @Override
  protected GpuGraph endCapture(Set<GpuStream> joined) {
    throw notHere();
  }

  @Override
  protected void abandonCapture(Set<GpuStream> joined) {}

  private static UnsupportedOperationException notHere() {
    return new UnsupportedOperationException("direct stream: runs single kernels only");
  }
}
