package dev.hone.icp;

import dev.hone.nn.Block;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.nn.optim.AdEmaMix;
import dev.hone.nn.optim.Adam;
import dev.hone.nn.optim.Sgd;
import dev.hone.nn.optim.Sign;
import dev.hone.nn.optim.UpdateRule;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Iterative Constructive Perturbation (arXiv 2505.14751): an {@link UpdateRule} moves a model's
 * input down its own loss, while the model stays as it is. A value; every setting has a wither:
 *
 * <pre>{@code
 * Tensor better = Perturbation.adam(0.002f).steps(5).within(range).apply(model, loss, images);
 * }</pre>
 *
 * <p>The loss is <b>summed</b> over the batch, so a sample's gradient is its own and does not
 * shrink with the batch; in eval mode (the default) the result for a sample does not depend on its
 * batch mates at all, and a batch may be split at will.
 *
 * <p>Nothing outside changes: parameters, buffers, the caller's tensor and random state are as
 * before, after an exception too. Only {@link BatchNormMode#TRAIN}, if asked for, moves the running
 * statistics.
 *
 * @param rule what makes a step of a gradient; its state starts afresh with every call
 * @param eps the length of a step, in the units of {@link Limits#space}
 * @param steps T, how many steps are taken
 * @param direction down the loss or up
 * @param limits where the input may go
 * @param watch what is looked at on the way
 * @param batchNorm how batch norm and dropout run
 */
public record Perturbation(
    UpdateRule<?> rule,
    double eps,
    int steps,
    Direction direction,
    Limits limits,
    Watch watch,
    BatchNormMode batchNorm) {

  /** The paper's T. */
  public static final int DEFAULT_STEPS = 5;

  /**
   * Where the input may go.
   *
   * @param projection how far from its start
   * @param range the values it may take
   * @param space what eps, radii and the random start are stated in
   * @param startRadius a uniform random start within this distance per element; 0: none
   * @param sampleEps {@code [N]}: an eps for each sample instead of one for all; null: one for all
   * @param mask broadcasts to the input: where 0, it stays; null: everything moves
   */
  public record Limits(
      Projection projection,
      ValidRange range,
      Space space,
      double startRadius,
      @Nullable Tensor sampleEps,
      @Nullable Tensor mask) {
    static final Limits NONE =
        new Limits(Projection.none(), ValidRange.unlimited(), Space.asGiven(), 0, null, null);

    /** Complains unless mask and eps per sample fit an input of shape {@code x}. */
    void requireFit(Shape x) {
      if (mask != null && !mask.shape().broadcastsTo(x)) {
        throw new ShapeException(
            "perturbation: the mask must broadcast to the input "
                + x
                + ", but has shape "
                + mask.shape());
      }
      if (sampleEps == null) {
        return;
      }
      Shape expected = Shape.of(x.dim(0));
      if (!sampleEps.shape().equals(expected)) {
        throw new ShapeException(
            "perturbation: eps per sample must have shape "
                + expected
                + ", but has "
                + sampleEps.shape());
      }
      for (double e : sampleEps.toDoubles()) {
        if (!(e >= 0 && Double.isFinite(e))) {
          throw new IllegalArgumentException(
              "perturbation: eps must be finite and not negative, but one sample's is " + e);
        }
      }
    }

    /** The limits of the samples {@code from} to {@code to} of an input of shape {@code x}. */
    Limits part(Shape x, int from, int to) {
      boolean perSample =
          mask != null && mask.shape().rank() == x.rank() && mask.shape().dim(0) > 1;
      return new Limits(
          projection,
          range,
          space,
          startRadius,
          sampleEps == null ? null : sampleEps.slice(0, from, to),
          mask != null && perSample ? mask.slice(0, from, to) : mask);
    }
  }

  /**
   * What is looked at on the way; each costs one more forward pass at the end.
   *
   * @param traced whether the losses are returned
   * @param best whether each sample's best point is returned instead of its last
   * @param stopAt the loss at which a sample has arrived and stays; NaN: none
   */
  public record Watch(boolean traced, boolean best, double stopAt) {
    static final Watch NOTHING = new Watch(false, false, Double.NaN);

    boolean needsLosses() {
      return traced || best || stops();
    }

    boolean stops() {
      return !Double.isNaN(stopAt);
    }
  }

  public Perturbation {
    if (!(eps >= 0 && Double.isFinite(eps))) {
      throw new IllegalArgumentException(
          "perturbation: eps must be finite and not negative, but is "
              + eps
              + "; to climb the loss, use adversarial()");
    }
    if (steps < 0) {
      throw new IllegalArgumentException(
          "perturbation: the number of steps must not be negative, but is " + steps);
    }
    if (!(limits.startRadius >= 0 && Double.isFinite(limits.startRadius))) {
      throw new IllegalArgumentException(
          "perturbation: the random start's radius must be finite and not negative, but is "
              + limits.startRadius);
    }
  }

  // ---- the four rules, with steps that move a normalised image equally far ----

  /** SGD-ICP with its default eps of .2. */
  public static Perturbation sgd() {
    return sgd(0.2);
  }

  /** SGD-ICP: {@code eps * g}. */
  public static Perturbation sgd(double eps) {
    return of(Sgd.plain(), eps);
  }

  /** Sign-ICP with its default eps of .002. */
  public static Perturbation sign() {
    return sign(0.002);
  }

  /** Sign-ICP: {@code eps * sign(g)}; {@link #adversarial} makes it FGSM and i-FGSM. */
  public static Perturbation sign(double eps) {
    return of(new Sign(), eps);
  }

  /** Adam-ICP with its default eps of .002. */
  public static Perturbation adam() {
    return adam(0.002);
  }

  /** Adam-ICP: {@code eps * mhat / (sqrt(vhat) + 1e-8)}. */
  public static Perturbation adam(double eps) {
    return of(new Adam(), eps);
  }

  /** AdEMAMix-ICP with its default eps of .002. */
  public static Perturbation adEmaMix() {
    return adEmaMix(0.002);
  }

  /** AdEMAMix-ICP: {@code eps * (m1hat + 5 m2) / (sqrt(vhat) + 1e-8)}. */
  public static Perturbation adEmaMix(double eps) {
    return of(new AdEmaMix(), eps);
  }

  /** Any rule. */
  public static Perturbation of(UpdateRule<?> rule, double eps) {
    return new Perturbation(
        rule,
        eps,
        DEFAULT_STEPS,
        Direction.CONSTRUCTIVE,
        Limits.NONE,
        Watch.NOTHING,
        BatchNormMode.EVAL);
  }

  // ---- withers ----

  /** T, how many steps are taken. */
  public Perturbation steps(int t) {
    return new Perturbation(rule, eps, t, direction, limits, watch, batchNorm);
  }

  /** The length of a step, the same for all samples. */
  public Perturbation eps(double other) {
    return new Perturbation(rule, other, steps, direction, limits, watch, batchNorm);
  }

  /** The length of a step for each sample, {@code [N]}; a sample with 0 stays as it is. */
  public Perturbation eps(Tensor perSample) {
    return limits(
        new Limits(
            limits.projection,
            limits.range,
            limits.space,
            limits.startRadius,
            perSample,
            limits.mask));
  }

  /** Up the loss instead of down. */
  public Perturbation adversarial() {
    return direction(Direction.ADVERSARIAL);
  }

  public Perturbation direction(Direction other) {
    return new Perturbation(rule, eps, steps, other, limits, watch, batchNorm);
  }

  /** Each sample stays within a ball around where it came from. */
  public Perturbation within(Projection projection) {
    return limits(
        new Limits(
            projection,
            limits.range,
            limits.space,
            limits.startRadius,
            limits.sampleEps,
            limits.mask));
  }

  /** Every element keeps to its valid values. */
  public Perturbation within(ValidRange range) {
    return limits(
        new Limits(
            limits.projection,
            range,
            limits.space,
            limits.startRadius,
            limits.sampleEps,
            limits.mask));
  }

  /** What eps, radii and the random start are stated in. */
  public Perturbation space(Space space) {
    return limits(
        new Limits(
            limits.projection,
            limits.range,
            space,
            limits.startRadius,
            limits.sampleEps,
            limits.mask));
  }

  /** Starts from a uniform random point at most {@code radius} away in each element. */
  public Perturbation randomStart(double radius) {
    return limits(
        new Limits(
            limits.projection, limits.range, limits.space, radius, limits.sampleEps, limits.mask));
  }

  /** Moves only where {@code mask}, which broadcasts to the input, is not 0. */
  public Perturbation mask(Tensor mask) {
    return limits(
        new Limits(
            limits.projection,
            limits.range,
            limits.space,
            limits.startRadius,
            limits.sampleEps,
            mask));
  }

  private Perturbation limits(Limits other) {
    return new Perturbation(rule, eps, steps, direction, other, watch, batchNorm);
  }

  /** Returns the losses along the way. */
  public Perturbation traced() {
    return watch(new Watch(true, watch.best, watch.stopAt));
  }

  /** Returns, for each sample, the point with the best loss, the start included. */
  public Perturbation bestIterate() {
    return watch(new Watch(watch.traced, true, watch.stopAt));
  }

  /**
   * Leaves a sample where it is once its loss has come down to {@code loss} (or up, if
   * adversarial), and stops when all have.
   */
  public Perturbation stopAt(double loss) {
    return watch(new Watch(watch.traced, watch.best, loss));
  }

  private Perturbation watch(Watch other) {
    return new Perturbation(rule, eps, steps, direction, limits, other, batchNorm);
  }

  /** How batch norm and dropout run; eval unless asked otherwise. */
  public Perturbation batchNorm(BatchNormMode mode) {
    return new Perturbation(rule, eps, steps, direction, limits, watch, mode);
  }

  // ---- running ----

  /** The perturbed {@code x} {@code [N, ...]}; see {@link #run(Block, PerSampleLoss, Tensor)}. */
  public Tensor apply(Block model, PerSampleLoss loss, Tensor x) {
    return run(model, loss, x).x();
  }

  /**
   * Perturbs x.
   *
   * @param loss of each sample, from the model's output: bound to the batch's labels
   * @param x {@code [N, ...]}, which stays as it is
   */
  public Perturbed run(Block model, PerSampleLoss loss, Tensor x) {
    if (limits.startRadius > 0 || batchNorm != BatchNormMode.EVAL) {
      throw new IllegalArgumentException(
          "perturbation: a random start and train mode draw random numbers; pass a Random to"
              + " run(model, loss, x, random)");
    }
    return run(model, loss, x, Random.of(x.backend(), 0));
  }

  /**
   * Perturbs x.
   *
   * @param random what a random start and dropout draw from, the same dropout in every step; it is
   *     left where it is, so pass another one for every batch ({@link Random#split})
   */
  public Perturbed run(Block model, PerSampleLoss loss, Tensor x, Random random) {
    return Descent.run(this, model, loss, x, random);
  }
}
