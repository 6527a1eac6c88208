package dev.hone.nn.loss;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * How alike two images are: 1 for equal ones, less for others. One implementation serves as a loss,
 * which wants gradients, and as a metric, which does not.
 */
public sealed interface ImageSimilarity permits Ssim, MultiScaleSsim {
  /**
   * The similarity of each pair; gradients flow to both sides.
   *
   * @param x {@code [N, C, H, W]}
   * @param y {@code [N, C, H, W]}
   * @return {@code [N]}
   */
  Variable of(Variable x, Variable y);

  /** The similarity of each pair as numbers only, {@code [N]}; nothing is recorded. */
  default Tensor of(Tensor x, Tensor y) {
    try (var tape = Tape.inference()) {
      return of(tape.constant(x), tape.constant(y)).value().keep();
    }
  }

  /** The loss 1 - similarity of each sample to {@code target} {@code [N, C, H, W]}. */
  default PerSampleLoss to(Tensor target) {
    return new ToTarget(this, target);
  }

  /** See {@link #to}. */
  record ToTarget(ImageSimilarity similarity, Tensor target) implements PerSampleLoss {
    @Override
    public Variable of(Variable x) {
      return similarity.of(x, x.tape().constant(target)).negate().plus(1);
    }

    @Override
    public Optional<PerSampleLoss> part(int from, int to) {
      return Optional.of(new ToTarget(similarity, target.slice(0, from, to)));
    }
  }
}
