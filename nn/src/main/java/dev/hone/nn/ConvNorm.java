package dev.hone.nn;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import org.jspecify.annotations.Nullable;

/**
 * A convolution followed by its batch norm, computed as one: y = act(norm(conv(x)) + residual), act
 * relu or the identity. The two stay parts of whatever block holds them, under PyTorch's names.
 *
 * <p>In train mode the residual and relu ride on the batch norm. In eval mode the batch norm folds
 * into the convolution, which is then the only pass over the data:
 *
 * <pre>scale = gamma / sqrt(running_var + eps)
 * w' = w * scale, b' = beta + (b - running_mean) * scale</pre>
 *
 * The folding is recorded like any arithmetic, so gradients still reach w, gamma and beta; where
 * they were not asked for, they cost nothing.
 */
public record ConvNorm(Conv2d conv, BatchNorm2d norm) {

  /**
   * @param x {@code [N, C, H, W]}
   * @param residual {@code [N, K, OH, OW]} or null
   * @return {@code [N, K, OH, OW]}
   */
  public Variable apply(Variable x, @Nullable Variable residual, boolean relu, Mode mode) {
    return switch (mode) {
      case Mode.Train train -> {
        Variable z = conv.apply(x, mode);
        yield norm.inside(z, () -> norm.normalize(z, residual, relu, train));
      }
      case Mode.Eval _ -> conv.inside(x, () -> fold(x.tape()).of(x, residual, relu, conv));
      case Mode.Frozen frozen ->
          conv.inside(
              x, () -> frozen.once(this, this::fold).on(x.tape()).of(x, residual, relu, conv));
    };
  }

  /** w' {@code [K, C, KH, KW]} and b' {@code [K]}. */
  private record Folded(Variable w, Variable b) {
    /** The same values as constants of {@code tape}. */
    Folded on(Tape tape) {
      return new Folded(tape.constant(w.value()), tape.constant(b.value()));
    }

    Variable of(Variable x, @Nullable Variable residual, boolean relu, Conv2d conv) {
      return conv.convolve(x, w, b, residual, relu);
    }
  }

  private Folded fold(Tape tape) {
    BatchNorm2d.Affine a = norm.affine(tape);
    Parameter bias = conv.bias();
    return new Folded(
        conv.weight().on(tape).times(a.scale().reshape(-1, 1, 1, 1)),
        bias == null ? a.shift() : a.shift().plus(bias.on(tape).times(a.scale())));
  }
}
