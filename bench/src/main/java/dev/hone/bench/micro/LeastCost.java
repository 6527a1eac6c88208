package dev.hone.bench.micro;

import dev.hone.icp.BatchNormMode;

/**
 * The least that a step of ResNet-20 can cost on a device that keeps nothing between launches and
 * runs one convolution per launch: everything else rides in a convolution's prologue or epilogue,
 * so each tensor a convolution needs is read once and each result written once. A bound to compare
 * with, which no implementation has to reach.
 *
 * <p>Eval mode, forward: x and w read, y written, and in the second convolution of each block the
 * residual read. Backward to x: dy and w read, dx written; but for the first layer x read for
 * relu's mask, and in each block the cotangent of the residual added. The step reads x and dx and
 * writes x. A shortcut between stages is a convolution of stride 2 with constants, forward and
 * backward: it reads every fourth pixel of x, and its dx is what the block's first adds.
 *
 * <p>Train mode: statistics are known only when y is complete, so forward reads it again and writes
 * what batch norm makes of it; backward, batch norm reads dy and y once for its sums and once more
 * to write the cotangent of y. The gradient of the weights reads that and x and writes dw. The
 * optimizer reads weight, gradient and velocity and writes weight and velocity.
 *
 * @param launches of kernels
 * @param bytes read and written in global memory
 */
public record LeastCost(int launches, double bytes) {
  private static final int BLOCKS_PER_STAGE = 3;

  /** From one stage to the next. */
  private static final int SHORTCUTS = 2;

  private static final int HEAD = 1;
  private static final int STEP = 1;

  /** Of {@code workload}, which must be a training step or ICP in eval mode. */
  public static LeastCost of(Workload workload, int batch) {
    return switch (workload) {
      case Workload.Icp(_, BatchNormMode mode, int steps) when mode == BatchNormMode.EVAL ->
          icp(steps, batch);
      case Workload.TrainingStep _ -> training(batch);
      case Workload.Icp _,
          Workload.Forward _,
          Workload.Distillation _,
          Workload.ConvolutionPass _,
          Workload.Op _ ->
          throw new IllegalArgumentException("least cost: not counted for " + workload.name());
    };
  }

  private static LeastCost icp(int steps, int batch) {
    double floats = 0;
    int convolutions = 0;
    for (ConvolutionShape s : ConvolutionShape.RESNET_20) {
      double x = s.x(batch).size();
      double pass = x + s.w().size() + s.y(batch).size();
      double mask = isFirst(s) ? 0 : x;
      floats += s.count() * (2 * pass + mask);
      convolutions += s.count();
    }
    floats += residuals(batch) + shortcuts(batch);
    floats += 3.0 * ConvolutionShape.RESNET_20.getFirst().x(batch).size();
    int launches = 2 * (convolutions + SHORTCUTS) + HEAD + STEP;
    return new LeastCost(steps * launches, steps * Float.BYTES * floats);
  }

  private static LeastCost training(int batch) {
    double floats = 0;
    double weights = 0;
    int launches = 2 * SHORTCUTS + HEAD + STEP;
    for (ConvolutionShape s : ConvolutionShape.RESNET_20) {
      double x = s.x(batch).size();
      double y = s.y(batch).size();
      double w = s.w().size();
      double forward = x + w + y + 2 * y;
      double norm = 2 * 2 * y + y;
      double gradients = (y + x + w) + (isFirst(s) ? 0 : y + w + x);
      floats += s.count() * (forward + norm + gradients);
      weights += s.count() * w;
      launches += s.count() * (2 + 2 + (isFirst(s) ? 1 : 2));
    }
    floats += residuals(batch) + shortcuts(batch) + 5 * weights;
    return new LeastCost(launches, Float.BYTES * floats);
  }

  private static boolean isFirst(ConvolutionShape s) {
    return s.equals(ConvolutionShape.RESNET_20.getFirst());
  }

  /**
   * Floats of all blocks' residuals: forward one as large as the block's y is read, backward the
   * cotangent of one as large as its x, which a shortcut halves.
   */
  private static double residuals(int batch) {
    double floats = 0;
    for (ConvolutionShape s : ConvolutionShape.RESNET_20) {
      if (s.in() == s.out()) {
        floats += 2.0 * BLOCKS_PER_STAGE * s.y(batch).size();
      } else if (!isFirst(s)) {
        floats += s.x(batch).size() - s.y(batch).size();
      }
    }
    return floats;
  }

  /** Floats of the shortcuts between stages, both ways. */
  private static double shortcuts(int batch) {
    double floats = 0;
    for (ConvolutionShape s : ConvolutionShape.RESNET_20) {
      if (s.in() != s.out() && !isFirst(s)) {
        double x = s.x(batch).size();
        double y = s.y(batch).size();
        double w = (double) s.in() * s.out();
        floats += (x / 4 + w + y) + (y + w + x);
      }
    }
    return floats;
  }
}
