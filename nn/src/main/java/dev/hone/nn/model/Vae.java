package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.Conv2d;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.Linear;
import dev.hone.nn.Mode;
import dev.hone.nn.Tapped;
import dev.hone.nn.Variational;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolutional variational autoencoder (Kingma and Welling 2013, arXiv 1312.6114) of square
 * images: {@code [N, C, S, S]}, pixels in [0, 1], to {@link Variational} packed as {@code [N, C * S
 * * S + 2L]}.
 *
 * <p>The encoder halves the resolution by 3x3 convolutions of stride 2, each with batch norm and
 * relu, down to 4x4; its widths are w, 2w, 4w, 8w, 8w. A linear layer makes mean and log-variance
 * of q(z | x). The decoder goes back the same way: a linear layer to 4x4, then doublings, each
 * followed by a 3x3 convolution, batch norm and relu, the last with w channels at full size, and a
 * 3x3 convolution to the logits. Doubling by nearest neighbour instead of transposed convolution
 * leaves no checkerboards (Odena et al. 2016, "Deconvolution and checkerboard artifacts"), and the
 * CPU's convolutions of stride 1 are its fastest.
 *
 * <p>z = mean + exp(log-variance / 2) * noise, with the noise of {@link #with}. Without it, z is
 * drawn from the mode's random in train mode, and is the mean in eval mode.
 *
 * <p>The features tapped are the outputs of all stages, the encoder's and then the decoder's. With
 * the encoder's alone, nothing would teach the decoder once the weight of the task loss has faded.
 */
public final class Vae extends Block implements FeatureModel {
  /**
   * Log-variances stay within plus and minus this, by b * tanh(r / b): exp of them neither
   * overflows nor vanishes whatever the weights do, and unlike a clamp's, the gradient leads back
   * from outside. The deviations allowed are .018 to 55.
   */
  public static final double LOG_VARIANCE_BOUND = 8;

  private static final int BOTTOM = 4;
  private static final int WIDEST = 8;
  private static final long MOMENTS = 100;
  private static final long LATENT = 101;
  private static final long LOGITS = 102;
  private static final long DECODER = 200;

  private final int size;
  private final int channels;
  private final List<VaeStage> encoder;
  private final Linear moments;
  private final Linear latent;
  private final List<VaeStage> decoder;
  private final Conv2d logits;
  private final @Nullable Tensor noise;

  private Vae(int size, int channels, int latentSize, int width, Random random) {
    this.size = size;
    this.channels = channels;
    this.noise = null;
    int stages = Integer.numberOfTrailingZeros(size / BOTTOM);
    encoder = new ArrayList<>();
    int[] widths = new int[stages + 1];
    widths[0] = width;
    for (int i = 0; i < stages; i++) {
      widths[i + 1] = Math.min(width << i, WIDEST * width);
      int in = i == 0 ? channels : widths[i];
      encoder.add(
          child("encoder" + (i + 1), VaeStage.down(in, widths[i + 1], random.split(1 + i))));
    }
    int bottom = widths[stages] * BOTTOM * BOTTOM;
    moments = child("moments", new Linear(bottom, 2 * latentSize, random.split(MOMENTS)));
    latent = child("latent", new Linear(latentSize, bottom, random.split(LATENT)));
    decoder = new ArrayList<>();
    for (int i = 0; i < stages; i++) {
      int in = widths[stages - i];
      int out = widths[stages - i - 1];
      decoder.add(child("decoder" + (i + 1), VaeStage.up(in, out, random.split(DECODER + i))));
    }
    var same = new Convolution(1, 1);
    logits = child("logits", new Conv2d(widths[0], channels, 3, same, true, random.split(LOGITS)));
  }

  /** The same model, its parts and all, for one batch. */
  private Vae(Vae model, Tensor noise) {
    this.size = model.size;
    this.channels = model.channels;
    this.encoder = model.encoder;
    this.moments = model.moments;
    this.latent = model.latent;
    this.decoder = model.decoder;
    this.logits = model.logits;
    this.noise = noise;
    model.children().forEach(this::child);
  }

  /**
   * A new model.
   *
   * @param size S of the images {@code [N, C, S, S]}: 16, 32, 64, 128, ...
   * @param channels C: 1 or 3
   * @param latent L, how many numbers describe an image
   * @param width w, channels of the first stage
   * @param random says on which backend, and what the weights start as; it is left where it is
   */
  public static Vae of(int size, int channels, int latent, int width, Random random) {
    if (size < 16 || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException(
          "vae: the image size must be a power of two from 16 on, such as 32, 64 or 128, but is "
              + size);
    }
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          "vae: images must have 1 or 3 channels, but have " + channels);
    }
    if (latent < 1 || width < 1) {
      throw new IllegalArgumentException(
          "vae: needs a latent size and a width of at least 1, but got "
              + latent
              + " and "
              + width);
    }
    return new Vae(size, channels, latent, width, random);
  }

  /** S of the images {@code [N, C, S, S]}. */
  public int size() {
    return size;
  }

  /** C of the images {@code [N, C, S, S]}. */
  public int channels() {
    return channels;
  }

  /** L, the size of the latent space. */
  public int latentSize() {
    return moments.parameters().values().iterator().next().shape().dim(0) / 2;
  }

  /**
   * This model for one batch, with the noise that all of the batch's passes share, whatever their
   * mode: the perturbed and the original image then differ in nothing else.
   *
   * @param noise standard normal, {@code [N, L]}
   */
  public Vae with(Tensor noise) {
    Shape shape = noise.shape();
    if (shape.rank() != 2 || shape.dim(1) != latentSize()) {
      throw new ShapeException("vae: the noise must be [N, " + latentSize() + "], but is " + shape);
    }
    return new Vae(this, noise);
  }

  @Override
  public Vae part(int from, int to) {
    return noise == null ? this : new Vae(this, noise.slice(0, from, to));
  }

  @Override
  public Tapped tapped(Variable x, Mode mode) {
    return inside(x, () -> run(x, mode));
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return run(x, mode).output();
  }

  private Tapped run(Variable x, Mode mode) {
    var features = new ArrayList<Variable>();
    Moments q = encode(x, mode, features);
    Variable y = decode(draw(q, mode), mode, features);
    var output =
        new Variational(y.reshape(y.shape().dim(0), -1), q.mean(), q.logVariance()).packed();
    return new Tapped(output, List.copyOf(features));
  }

  /** Mean and log-variance of q(z | x), {@code [N, L]} each. */
  private record Moments(Variable mean, Variable logVariance) {}

  private Moments encode(Variable x, Mode mode, List<Variable> features) {
    Shape shape = x.shape();
    if (!shape.equals(Shape.of(shape.rank() == 0 ? 0 : shape.dim(0), channels, size, size))) {
      throw new ShapeException(
          "vae: x must be [N, %d, %d, %d], but is %s".formatted(channels, size, size, shape));
    }
    Variable y = x;
    for (VaeStage stage : encoder) {
      y = stage.apply(y, mode);
      features.add(y);
    }
    Variable both = moments.apply(y.reshape(shape.dim(0), -1), mode);
    int l = latentSize();
    Variable raw = both.slice(1, l, 2 * l);
    return new Moments(
        both.slice(1, 0, l), raw.dividedBy(LOG_VARIANCE_BOUND).tanh().times(LOG_VARIANCE_BOUND));
  }

  /** z {@code [N, L]}: equation 4 of the paper's appendix, the "reparameterization trick". */
  private Variable draw(Moments q, Mode mode) {
    Tensor drawn = noise;
    if (drawn == null && mode instanceof Mode.Train train) {
      drawn = train.random().normal(q.mean().shape());
    }
    if (drawn == null) {
      return q.mean();
    }
    if (!drawn.shape().equals(q.mean().shape())) {
      throw new ShapeException(
          "vae: the noise "
              + drawn.shape()
              + " is that of another batch; this one needs "
              + q.mean().shape());
    }
    return q.mean().reparameterize(q.logVariance(), q.mean().tape().constant(drawn));
  }

  /**
   * Images from latent numbers.
   *
   * @param z {@code [N, L]}; standard normal, such are samples of the model
   * @return logits {@code [N, C, S, S]}, whose sigmoid are the images
   */
  public Variable decode(Variable z, Mode mode) {
    return inside(z, () -> decode(z, mode, new ArrayList<>()));
  }

  private Variable decode(Variable z, Mode mode, List<Variable> features) {
    Variable y = latent.apply(z, mode).reshape(z.shape().dim(0), -1, BOTTOM, BOTTOM);
    for (VaeStage stage : decoder) {
      y = stage.apply(y, mode);
      features.add(y);
    }
    return logits.apply(y, mode);
  }
}
