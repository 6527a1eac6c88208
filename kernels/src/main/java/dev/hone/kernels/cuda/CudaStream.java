package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;

/** A stream of the driver's. */
final class CudaStream extends GpuStream {
  private final CudaDriver driver;
  private final CUstream stream;

  CudaStream(CudaDriver driver, CUstream stream) {
    super(driver.properties());
    this.driver = driver;
    this.stream = stream;
  }

  CUstream handle() {
    requireOpen();
    return stream;
  }

  @Override
  protected void enqueueCopyIn(long to, MemorySegment from) {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuMemcpyHtoDAsync(
            new CudaAddress(to), CudaAddress.host(from), from.byteSize(), stream),
        "cuMemcpyHtoDAsync");
  }

  @Override
  protected void enqueueCopyOut(MemorySegment to, long from) {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuMemcpyDtoHAsync(
            CudaAddress.host(to), new CudaAddress(from), to.byteSize(), stream),
        "cuMemcpyDtoHAsync");
  }

  @Override
  protected void enqueueCopy(long to, long from, long bytes) {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuMemcpyDtoDAsync(new CudaAddress(to), new CudaAddress(from), bytes, stream),
        "cuMemcpyDtoDAsync");
  }

  @Override
  protected void enqueueFill(long to, int word, long words) {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuMemsetD32Async(new CudaAddress(to), word, words, stream), "cuMemsetD32Async");
  }

  @Override
  protected void enqueueLaunch(
      GpuKernel kernel, Grid grid, int dynamicSharedBytes, List<KernelArgument> arguments) {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuLaunchKernel(
            ((CudaModule.Kernel) kernel).function(),
            grid.gridX(),
            grid.gridY(),
            grid.gridZ(),
            grid.blockX(),
            grid.blockY(),
            grid.blockZ(),
            dynamicSharedBytes,
            stream,
            parameters(arguments),
            null),
        "cuLaunchKernel of %s on %s".formatted(kernel.entry().name(), grid));
  }

  /** A pointer to each value; the driver copies the values before the call returns. */
  private static Pointer parameters(List<KernelArgument> arguments) {
    NativePointerObject[] values = new NativePointerObject[arguments.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (arguments.get(i)) {
            case KernelArgument.Int(int value) -> Pointer.to(new int[] {value});
            case KernelArgument.Long(long value) -> Pointer.to(new long[] {value});
            case KernelArgument.Float(float value) -> Pointer.to(new float[] {value});
            case KernelArgument.Double(double value) -> Pointer.to(new double[] {value});
            case KernelArgument.Address(long value) -> Pointer.to(new long[] {value});
          };
    }
    return Pointer.to(values);
  }

  @Override
  protected void enqueueGraph(GpuGraph graph) {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuGraphLaunch(((CudaGraph) graph).handle(), stream), "cuGraphLaunch");
  }

  @Override
  protected void enqueueRecord(GpuEvent event) {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuEventRecord(((CudaEvent) event).handle(), stream), "cuEventRecord");
  }

  @Override
  protected void enqueueWait(GpuEvent event) {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuStreamWaitEvent(stream, ((CudaEvent) event).handle(), 0),
        "cuStreamWaitEvent");
  }

  @Override
  protected void await() {
    driver.use();
    CudaStatus.check(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
  }

  @Override
  protected void beginCapture() {
    driver.use();
    CudaStatus.check(
        JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL),
        "cuStreamBeginCapture");
  }

  @Override
  protected GpuGraph endCapture(Set<GpuStream> joined) {
    driver.use();
    var graph = new CUgraph();
    CudaStatus.check(JCudaDriver.cuStreamEndCapture(stream, graph), "cuStreamEndCapture");
    try {
      long[] nodes = {0};
      CudaStatus.check(JCudaDriver.cuGraphGetNodes(graph, null, nodes), "cuGraphGetNodes");
      var executable = new CUgraphExec();
      CudaStatus.check(JCudaDriver.cuGraphInstantiate(executable, graph, 0), "cuGraphInstantiate");
      return new CudaGraph(driver, executable, Math.toIntExact(nodes[0]));
    } finally {
      CudaStatus.check(JCudaDriver.cuGraphDestroy(graph), "cuGraphDestroy");
    }
  }

  /** The status is that the capture failed, which the caller knows and says better. */
  @Override
  protected void abandonCapture(Set<GpuStream> joined) {
    driver.use();
    var graph = new CUgraph();
    if (JCudaDriver.cuStreamEndCapture(stream, graph) == 0) {
      CudaStatus.check(JCudaDriver.cuGraphDestroy(graph), "cuGraphDestroy");
    }
  }

  @Override
  protected void destroy() {
    if (driver.alive()) {
      driver.use();
      CudaStatus.check(JCudaDriver.cuStreamDestroy(stream), "cuStreamDestroy");
    }
  }
}
