package dev.hone.nn.loss;

import dev.hone.autograd.Variable;
import dev.hone.nn.Variational;
import dev.hone.tensor.Tensor;
import java.util.Optional;

/**
 * The negative evidence lower bound of a variational autoencoder (Kingma and Welling 2013, arXiv
 * 1312.6114, equation 3, with one draw of z as in equation 10), in nats per image:
 *
 * <pre>L[n] = -log p(x[n] | z[n]) + beta * KL(q(z | x[n]) || N(0, 1))</pre>
 *
 * with beta 1 there, and larger or smaller in Higgins et al. 2017 ("beta-VAE").
 */
public record Elbo(Reconstruction reconstruction, double beta) {
  public Elbo {
    if (!(beta >= 0 && Double.isFinite(beta))) {
      throw new IllegalArgumentException(
          "elbo: beta must be finite and not negative, but is " + beta);
    }
  }

  /**
   * The two terms of each sample.
   *
   * @param reconstruction -log p(x | z), {@code [N]}
   * @param divergence KL(q(z | x) || N(0, 1)) without its beta, {@code [N]}
   */
  public record Terms(Variable reconstruction, Variable divergence) {}

  /**
   * The two terms of each sample.
   *
   * @param output of the model, {@link Variational#packed} {@code [N, D + 2L]}
   * @param x the images to be reconstructed, {@code [N, ...]} of D values each, in [0, 1]
   */
  public Terms terms(Variable output, Tensor x) {
    int n = x.shape().rank() == 0 ? 0 : x.shape().dim(0);
    Variational parts = Variational.of(output, x.shape().size() / Math.max(n, 1));
    return new Terms(
        reconstruction.none(parts.logits(), x), divergence(parts.mean(), parts.logVariance()));
  }

  /**
   * KL(N(m, s^2) || N(0, 1)) = 1/2 sum (m^2 + s^2 - log s^2 - 1) of each sample, {@code [N]}:
   * Kingma and Welling 2013, appendix B.
   *
   * @param mean {@code [N, L]}
   * @param logVariance log s^2, {@code [N, L]}
   */
  public static Variable divergence(Variable mean, Variable logVariance) {
    return mean.gaussianDivergence(logVariance);
  }

  /** The loss of each sample against {@code x}, {@code [N, ...]} in [0, 1]. */
  public PerSampleLoss to(Tensor x) {
    return new ToImages(this, x);
  }

  private record ToImages(Elbo elbo, Tensor x) implements PerSampleLoss {
    @Override
    public Variable of(Variable output) {
      Terms t = elbo.terms(output, x);
      return t.reconstruction.plus(t.divergence.times(elbo.beta));
    }

    @Override
    public Optional<PerSampleLoss> part(int from, int to) {
      return Optional.of(new ToImages(elbo, x.slice(0, from, to)));
    }
  }
}
