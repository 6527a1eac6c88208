package dev.hone.icp;

import dev.hone.autograd.NonFiniteException;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.nn.optim.RuleState;
import dev.hone.nn.optim.UpdateRule;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a {@link Perturbation}: the point that moves, the rule's state and what was seen on
 * the way. All of it lives in an arena of its own; each step has a tape of its own besides.
 *
 * <p>Everything here is elementwise or per sample, so in eval mode a batch may be split in groups
 * that run apart, with the same result. A random start is drawn for the whole batch beforehand.
 */
final class Descent<S extends RuleState> {
  private static final long START = 0;
  private static final long DROPOUT = 1;

  private final Perturbation settings;
  private final UpdateRule<S> rule;
  private final Block model;
  private final PerSampleLoss loss;
  private final Random random;

  /** Where each sample started, {@code [N, ...]}; never written. */
  private final Tensor origin;

  /** Where each sample is, {@code [N, ...]}: memory of this run. */
  private final Tensor x;

  private final S state;

  /** 1 where an element may move, else 0, broadcasting to x; null: everywhere. */
  private @Nullable Tensor movable;

  /** Each sample's best point so far; null: nobody asked. */
  private final @Nullable Tensor best;

  private final double[] bestLoss;
  private final boolean[] arrived;
  private final List<double[]> seen = new ArrayList<>();

  private Descent(
      Perturbation settings,
      UpdateRule<S> rule,
      Block model,
      PerSampleLoss loss,
      Tensor images,
      Random random,
      Arena arena) {
    this.settings = settings;
    this.rule = rule;
    this.model = model;
    this.loss = loss;
    this.random = random;
    this.origin = images.in(arena);
    this.x = images.backend().contiguous(images, arena);
    this.state = rule.init(x);
    this.movable = movable(settings.limits());
    this.best = settings.watch().best() ? images.backend().contiguous(images, arena) : null;
    int n = images.shape().dim(0);
    this.bestLoss = new double[n];
    Arrays.fill(bestLoss, Double.POSITIVE_INFINITY);
    this.arrived = new boolean[n];
  }

  static Perturbed run(
      Perturbation p, Block model, PerSampleLoss loss, Tensor images, Random random) {
    if (images.shape().rank() == 0) {
      throw new ShapeException("perturbation: the input must be a batch, [N, ...], but is []");
    }
    return run(p, p.rule(), model, loss, images, random);
  }

  private static <S extends RuleState> Perturbed run(
      Perturbation p,
      UpdateRule<S> rule,
      Block model,
      PerSampleLoss loss,
      Tensor images,
      Random random) {
    try (var arena = new Arena()) {
      var descent = new Descent<>(p, rule, model, loss, images, random, arena);
      Tensor result = descent.descend();
      return new Perturbed(
          images.backend().contiguous(result, images.arena()), new Trace(descent.seen()));
    }
  }

  /** Takes the steps; returns the last or the best point. */
  private Tensor descend() {
    boolean still = settings.limits().sampleEps() == null && settings.eps() == 0;
    int steps = still ? 0 : settings.steps();
    if (steps > 0 && settings.limits().startRadius() > 0) {
      startAtRandom();
    }
    boolean done = false;
    for (int t = 0; t < steps && !done; t++) {
      done = step(t);
    }
    if (!done && settings.watch().needsLosses()) {
      look();
    }
    return best == null ? x : best;
  }

  private void startAtRandom() {
    try (var scratch = new Arena()) {
      float radius = (float) settings.limits().startRadius();
      Tensor noise = random.split(START).uniform(x.shape(), -radius, radius).in(scratch);
      move(origin.in(scratch).plus(settings.limits().space().toInput(noise)));
    }
  }

  /** One step from x; true if there is none left to take. */
  private boolean step(int t) {
    try (var tape = Tape.record()) {
      Variable at = tape.watch(x);
      var mode = settings.batchNorm().mode(random.split(DROPOUT));
      Variable losses = perSample(loss.of(model.apply(at, mode)));
      if (settings.watch().needsLosses() && observe(losses.value())) {
        return true;
      }
      // The sum, not the mean: each sample's own gradient, whatever the batch size.
      Tensor dx = tape.gradients(losses.sum(), at).get(at);
      requireFinite(dx, t);
      Space space = settings.limits().space();
      Tensor step = space.toInput(scaled(rule.step(state, at.value(), space.gradient(dx))));
      move(
          switch (settings.direction()) {
            case CONSTRUCTIVE -> at.value().minus(step);
            case ADVERSARIAL -> at.value().plus(step);
          });
    }
    return false;
  }

  private Tensor scaled(Tensor step) {
    Tensor perSample = settings.limits().sampleEps();
    return perSample == null
        ? step.times(settings.eps())
        : step.times(Axes.perSample(perSample, step.shape().rank()));
  }

  /** Goes to {@code there}, or as near as the limits allow. */
  private void move(Tensor there) {
    var limits = settings.limits();
    Tensor inside = limits.projection().apply(there, origin, limits.space());
    Tensor valid = limits.range().clamp(inside);
    Tensor free = movable;
    x.assign(free == null ? valid : Tensor.where(free, valid, x.in(valid.arena())));
  }

  /** Looks at the losses of the last point. */
  private void look() {
    try (var tape = Tape.inference()) {
      var mode = settings.batchNorm().looking(random.split(DROPOUT));
      observe(perSample(loss.of(model.apply(tape.constant(x), mode))).value());
    }
  }

  /** Takes notice of the losses {@code [N]} at x; true if every sample has arrived. */
  private boolean observe(Tensor lossesAtX) {
    double[] losses = lossesAtX.toDoubles();
    seen.add(losses);
    double down = settings.direction() == Direction.CONSTRUCTIVE ? 1 : -1;
    float[] improved = new float[losses.length];
    boolean all = settings.watch().stops();
    boolean news = false;
    for (int i = 0; i < losses.length; i++) {
      if (down * losses[i] < bestLoss[i]) {
        bestLoss[i] = down * losses[i];
        improved[i] = 1;
      }
      if (settings.watch().stops() && down * losses[i] <= down * settings.watch().stopAt()) {
        news |= !arrived[i];
        arrived[i] = true;
      }
      all &= arrived[i];
    }
    if (best != null) {
      best.assign(Tensor.where(perSample(improved), x.in(lossesAtX.arena()), best));
    }
    if (news) {
      freezeArrived();
    }
    return all;
  }

  private void freezeArrived() {
    float[] going = new float[arrived.length];
    for (int i = 0; i < going.length; i++) {
      going[i] = arrived[i] ? 0 : 1;
    }
    Tensor free = movable;
    movable = free == null ? perSample(going) : free.times(perSample(going));
  }

  /** The settings' mask and, where samples have their own eps, those that have any. */
  private @Nullable Tensor movable(Perturbation.Limits limits) {
    Tensor free = null;
    Tensor mask = limits.mask();
    if (mask != null) {
      if (!mask.shape().broadcastsTo(x.shape())) {
        throw new ShapeException(
            "perturbation: the mask must broadcast to the input "
                + x.shape()
                + ", but has shape "
                + mask.shape());
      }
      free = mask.in(x.arena()).notEqualTo(mask.fullLike(0));
    }
    Tensor eps = limits.sampleEps();
    if (eps != null) {
      requireSampleEps(eps);
      Tensor positive = eps.in(x.arena()).greater(eps.fullLike(0));
      Tensor moves = Axes.perSample(positive, x.shape().rank());
      free = free == null ? moves : free.times(moves);
    }
    return free;
  }

  private void requireSampleEps(Tensor eps) {
    Shape expected = Shape.of(x.shape().dim(0));
    if (!eps.shape().equals(expected)) {
      throw new ShapeException(
          "perturbation: eps per sample must have shape " + expected + ", but has " + eps.shape());
    }
    for (double e : eps.toDoubles()) {
      if (!(e >= 0 && Double.isFinite(e))) {
        throw new IllegalArgumentException(
            "perturbation: eps must be finite and not negative, but one sample's is " + e);
      }
    }
  }

  private Tensor perSample(float[] values) {
    return Axes.perSample(
        Tensor.of(x.backend(), Shape.of(values.length), values), x.shape().rank());
  }

  private Variable perSample(Variable losses) {
    Shape expected = Shape.of(x.shape().dim(0));
    if (!losses.shape().equals(expected)) {
      throw new ShapeException(
          "perturbation: the loss must be one per sample, "
              + expected
              + ", but has shape "
              + losses.shape()
              + "; do not reduce it over the batch");
    }
    return losses;
  }

  private void requireFinite(Tensor dx, int t) {
    if (dx.shape().size() == 0) {
      return;
    }
    int rank = dx.shape().rank();
    Tensor largest = rank == 1 ? dx.abs() : dx.abs().max(Axes.withinSample(rank));
    double[] bySample = largest.toDoubles();
    for (int i = 0; i < bySample.length; i++) {
      if (!Double.isFinite(bySample[i])) {
        throw new NonFiniteException(
            "perturbation: the gradient of sample "
                + i
                + " has a NaN or an infinity at step "
                + t
                + " of "
                + settings.steps()
                + "; look at that input, or lower eps");
      }
    }
  }

  private List<double[]> seen() {
    return settings.watch().traced() ? seen : List.of();
  }
}
