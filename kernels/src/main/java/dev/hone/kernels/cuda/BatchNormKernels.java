package dev.hone.kernels.cuda;

import static dev.hone.kernels.cuda.Operands.address;
import static dev.hone.kernels.cuda.Operands.flag;
import static dev.hone.kernels.cuda.Operands.number;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Launches batchnorm.ptx: batch norm of x {@code [N, C, ...]} as {@link
 * dev.hone.tensor.backend.Backend} describes it, whatever else is given to a library. All that is
 * per channel is {@code [C]}.
 */
final class BatchNormKernels implements AutoCloseable {
  private static final int THREADS = 256;
  private static final int PER_CHANNEL_THREADS = 128;

  /** Of a channel in one block: 32 for each thread, the most that it adds up in float. */
  private static final int CHUNK = 32 * THREADS;

  private final GpuModule module;
  private final CachingAllocator allocator;

  BatchNormKernels(GpuDriver driver, CachingAllocator allocator) {
    this.module = PtxFamily.load(driver, "batchnorm");
    this.allocator = allocator;
  }

  /** The loaded family, for what was covered of it. */
  GpuModule module() {
    return module;
  }

  /**
   * What says how far a channel spreads.
   *
   * @param values {@code [C]}: the variance, or {@code 1 / sqrt(variance + eps)} if {@code inverse}
   */
  record Spread(DeviceMemory values, boolean inverse, float eps) {
    static Spread variance(DeviceMemory values, float eps) {
      return new Spread(values, false, eps);
    }

    static Spread inverseDeviation(DeviceMemory values) {
      return new Spread(values, true, 0);
    }
  }

  /** How x's elements belong to channels. */
  private record Channels(int channels, int inner, int count) {
    static Channels of(Shape x) {
      int inner = 1;
      for (int axis = 2; axis < x.rank(); axis++) {
        inner *= x.dim(axis);
      }
      return new Channels(x.dim(1), inner, x.dim(0) * inner);
    }

    int ranges() {
      return Math.ceilDiv(count, CHUNK);
    }

    Grid grid() {
      return new Grid(channels, ranges(), 1, THREADS, 1, 1);
    }

    Grid perChannel() {
      return Grid.covering(channels, PER_CHANNEL_THREADS);
    }

    List<KernelArgument> arguments() {
      return List.of(number(channels), number(inner), number(count), number(CHUNK));
    }

    long partialBytes() {
      return 2L * ranges() * channels * Double.BYTES;
    }
  }

  private void launch(
      GpuStream stream,
      String entry,
      Grid grid,
      List<KernelArgument> head,
      KernelArgument... tail) {
    var arguments = new ArrayList<>(head);
    arguments.addAll(List.of(tail));
    stream.launch(module.kernel(entry), grid, 0, arguments);
  }

  private static List<KernelArgument> join(Channels c, KernelArgument... pointers) {
    var arguments = new ArrayList<>(List.of(pointers));
    arguments.addAll(c.arguments());
    return arguments;
  }

  /**
   * Mean and biased variance of each channel.
   *
   * @param variance may be null
   * @param inverseDeviation gets {@code 1 / sqrt(variance + eps)}; may be null
   */
  void statistics(
      GpuStream stream,
      Shape shape,
      DeviceMemory x,
      DeviceMemory mean,
      @Nullable DeviceMemory variance,
      @Nullable DeviceMemory inverseDeviation,
      float eps) {
    Operands.require("batch norm", "x", x, shape);
    requirePerChannel(shape, mean, variance, inverseDeviation);
    Channels c = Channels.of(shape);
    try (DeviceMemory partials = allocator.allocate(c.partialBytes(), stream)) {
      launch(stream, "statistics", c.grid(), join(c, address(x), address(partials)));
      launch(
          stream,
          "finish_statistics",
          c.perChannel(),
          List.of(
              address(x),
              address(partials),
              address(mean),
              address(variance),
              address(inverseDeviation)),
          number(c.channels()),
          number(c.inner()),
          number(c.count()),
          number(c.ranges()),
          new KernelArgument.Float(eps));
    }
  }

  /** y = act((x - mean) / sqrt(variance + eps) * gamma + beta + residual); y may be x. */
  void apply(
      GpuStream stream,
      Shape shape,
      DeviceMemory x,
      DeviceMemory mean,
      Spread spread,
      DeviceMemory gamma,
      DeviceMemory beta,
      @Nullable DeviceMemory residual,
      boolean relu,
      DeviceMemory y) {
    Operands.require("batch norm", "x", x, shape);
    Operands.require("batch norm", "y", y, shape);
    Operands.require("batch norm", "residual", residual, shape);
    requirePerChannel(shape, mean, spread.values(), gamma, beta);
    Channels c = Channels.of(shape);
    launch(
        stream,
        "apply",
        c.grid(),
        join(
            c,
            address(x),
            address(mean),
            address(spread.values()),
            address(gamma),
            address(beta),
            address(residual),
            address(y)),
        new KernelArgument.Float(spread.eps()),
        flag(spread.inverse()),
        flag(relu));
  }

  /**
   * The gradient where the statistics are x's own.
   *
   * @param y the output if relu followed, or null
   * @param dx may be null
   * @param dresidual gets dz, which is dy where y &gt; 0; may be null
   */
  void gradient(
      GpuStream stream,
      Shape shape,
      DeviceMemory dy,
      @Nullable DeviceMemory y,
      DeviceMemory x,
      DeviceMemory mean,
      Spread spread,
      DeviceMemory gamma,
      @Nullable DeviceMemory dx,
      DeviceMemory dgamma,
      DeviceMemory dbeta,
      @Nullable DeviceMemory dresidual) {
    Operands.require("batch norm", "dy", dy, shape);
    Operands.require("batch norm", "y", y, shape);
    Operands.require("batch norm", "x", x, shape);
    Operands.require("batch norm", "dx", dx, shape);
    Operands.require("batch norm", "dresidual", dresidual, shape);
    requirePerChannel(shape, mean, spread.values(), gamma, dgamma, dbeta);
    Channels c = Channels.of(shape);
    KernelArgument eps = new KernelArgument.Float(spread.eps());
    KernelArgument inverse = flag(spread.inverse());
    try (DeviceMemory partials = allocator.allocate(c.partialBytes(), stream)) {
      launch(
          stream,
          "gradient_sums",
          c.grid(),
          join(
              c,
              address(dy),
              address(y),
              address(x),
              address(mean),
              address(spread.values()),
              address(dresidual),
              address(partials)),
          eps,
          inverse);
      launch(
          stream,
          "finish_sums",
          c.perChannel(),
          List.of(address(partials), address(dgamma), address(dbeta)),
          number(c.channels()),
          number(c.ranges()));
    }
    if (dx != null) {
      boolean kept = dresidual != null;
      launch(
          stream,
          "gradient",
          c.grid(),
          join(
              c,
              address(kept ? dresidual : dy),
              address(kept ? null : y),
              address(x),
              address(mean),
              address(spread.values()),
              address(gamma),
              address(dgamma),
              address(dbeta),
              address(dx)),
          eps,
          inverse);
    }
  }

  private static void requirePerChannel(Shape x, @Nullable DeviceMemory... parameters) {
    for (DeviceMemory p : parameters) {
      Operands.require("batch norm", "a parameter", p, (long) x.dim(1));
    }
  }

  @Override
  public void close() {
    module.close();
  }
}
