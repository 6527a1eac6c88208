package dev.hone.nn.loss;

import dev.hone.autograd.Variable;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import java.util.Optional;
import java.util.stream.IntStream;

/** The mean of (x - target)^2. Nothing broadcasts: shapes that differ are an error. */
public final class MeanSquaredError {
  private MeanSquaredError() {}

  /** Over all elements, {@code []}. */
  public static Variable mean(Variable x, Variable target) {
    requireSame(x, target);
    return x.meanSquaredError(target);
  }

  /** Over the elements of each sample: x and target {@code [N, ...]}, result {@code [N]}. */
  public static Variable none(Variable x, Variable target) {
    Variable squares = squares(x, target);
    int rank = squares.shape().rank();
    if (rank == 0) {
      throw new ShapeException("mean squared error: x must be [N, ...], but is a scalar");
    }
    return rank == 1 ? squares : squares.mean(IntStream.range(1, rank).toArray());
  }

  /** The loss of each sample against {@code target} {@code [N, ...]}. */
  public static PerSampleLoss to(Tensor target) {
    return new ToTarget(target);
  }

  private record ToTarget(Tensor target) implements PerSampleLoss {
    @Override
    public Variable of(Variable x) {
      return none(x, x.tape().constant(target));
    }

    @Override
    public Optional<PerSampleLoss> part(int from, int to) {
      return Optional.of(new ToTarget(target.slice(0, from, to)));
    }
  }

  private static Variable squares(Variable x, Variable target) {
    requireSame(x, target);
    return x.minus(target).square();
  }

  private static void requireSame(Variable x, Variable target) {
    if (!x.shape().equals(target.shape())) {
      throw new ShapeException(
          "mean squared error: x " + x.shape() + " and target " + target.shape() + " differ");
    }
  }
}
