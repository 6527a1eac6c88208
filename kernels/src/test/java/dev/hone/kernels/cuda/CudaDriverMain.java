package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Every call of the driver once, in a JVM of its own whose libcuda.so.1 is a stub. */
final class CudaDriverMain {
  static final String PTX =
      """
      .version 7.0
      .target sm_70
      .address_size 64
      .visible .entry k_ailf(.param .u64 x, .param .u32 n, .param .u64 seed, .param .f32 scale)
      {
        .reg .f32 %f<2>;
        .reg .b64 %rd<2>;
        ld.param.u64 %rd1, [x];
        cvta.to.global.u64 %rd1, %rd1;
        ld.param.f32 %f1, [scale];
        st.global.f32 [%rd1], %f1;
        ret;
      }
      """;

  private CudaDriverMain() {}

  public static void main(String[] args) {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    String before = System.getProperty("java.io.tmpdir");
    try (CudaDriver driver = CudaDriver.open(Integer.parseInt(args[0]))) {
      out.println(driver.properties() + ", free " + driver.freeBytes());
      work(driver, out);
    } catch (GpuException e) {
      out.println("GpuException: " + e.getMessage());
    }
    out.println("tmpdir kept: " + before.equals(System.getProperty("java.io.tmpdir")));
  }

  private static void work(GpuDriver driver, PrintStream out) {
    try (GpuStream stream = driver.newStream();
        GpuStream other = driver.newStream();
        GpuEvent start = driver.newEvent();
        GpuEvent end = driver.newEvent();
        var staging = new PinnedStaging(driver);
        DeviceMemory x = driver.allocate(16);
        DeviceMemory y = driver.allocate(16);
        GpuModule module = driver.load(PTX, "k")) {
      stream.record(start);
      staging.upload(stream, x, new int[] {42, 2, 3, 4});
      stream.copy(y, x);
      stream.fill(y.slice(4, 8), Float.floatToRawIntBits(1));
      int[] back = new int[4];
      staging.download(stream, back, y);
      out.println(Arrays.toString(back));
      GpuKernel kernel = module.kernel("k_ailf");
      launch(stream, kernel, x);
      stream.record(end);
      other.waitFor(end);
      other.synchronize();
      out.println(end.isDone() + " " + end.millisSince(start));
      try (GpuGraph graph = stream.capture(() -> launch(stream, kernel, x))) {
        stream.launch(graph);
        out.println("nodes " + graph.nodes());
      }
      driver.synchronize();
    }
  }

  private static void launch(GpuStream stream, GpuKernel kernel, DeviceMemory x) {
    stream.launch(
        kernel,
        new Grid(5, 4, 3, 32, 2, 1),
        128,
        List.of(
            x.argument(),
            new KernelArgument.Int(-7),
            new KernelArgument.Long(1L << 40),
            new KernelArgument.Float(0.25f)));
  }
}
