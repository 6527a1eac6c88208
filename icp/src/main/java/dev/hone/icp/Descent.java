package dev.hone.icp;

import dev.hone.autograd.NonFiniteException;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.Mode;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.nn.optim.RuleState;
import dev.hone.nn.optim.UpdateRule;
import dev.hone.tensor.DType;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Repetition;
import dev.hone.tensor.backend.StepRule;
import dev.hone.tensor.backend.Stride;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a {@link Perturbation} on a batch, or on a part of one: the point that moves, the
 * rule's state and what was seen on the way. All of it lives in an arena of its own; each step has
 * a tape of its own besides.
 *
 * <p>Everything here is elementwise or per sample, so in eval mode the batch is worked on in {@link
 * dev.hone.tensor.backend.Backend#forParts parts}, each of which takes all its steps before the
 * next begins: "depth first", with the same bits as layer by layer. A random start is drawn for the
 * whole batch beforehand.
 */
final class Descent<S extends RuleState> {
  private static final long START = 0;
  private static final long DROPOUT = 1;

  private final Perturbation settings;
  private final Perturbation.Limits limits;
  private final UpdateRule<S> rule;
  private final Block model;
  private final PerSampleLoss loss;
  private final Mode mode;
  private final Mode looking;

  /** The number of the first sample in the whole batch, for errors. */
  private final int first;

  private final Arena arena;

  /** Where each sample started, {@code [N, ...]}; never written. */
  private final Tensor origin;

  /** Where each sample is, {@code [N, ...]}; it moves in place. */
  private final Tensor x;

  private final S state;

  /** Whether no sample depends on another. */
  private final boolean alone;

  /** 1 where an element may move, else 0, broadcasting to x; null: everywhere. */
  private @Nullable Tensor movable;

  /** How x moves where the backend does it in one pass; null where it does not. */
  private @Nullable Stride stride;

  /** Each sample's best point so far; null: nobody asked. */
  private final @Nullable Tensor best;

  private final double[] bestLoss;
  private final boolean[] arrived;
  private final List<double[]> seen = new ArrayList<>();

  private Descent(
      Whole whole, UpdateRule<S> rule, PerSampleLoss loss, int from, int to, Arena arena) {
    this.settings = whole.settings;
    this.alone = whole.alone;
    this.rule = rule;
    this.model = whole.model.part(from, to);
    this.loss = loss;
    this.mode = whole.mode;
    this.looking = whole.looking;
    this.first = from;
    this.arena = arena;
    this.limits = settings.limits().part(whole.images.shape(), from, to);
    Tensor part = whole.images.in(arena).slice(0, from, to);
    this.origin = part.backend().packed(part, arena);
    this.x = part.backend().packed(origin, arena);
    this.state = rule.init(origin);
    this.movable = movable(limits);
    this.best = settings.watch().best() ? part.backend().packed(origin, arena) : null;
    int n = to - from;
    this.bestLoss = new double[n];
    Arrays.fill(bestLoss, Double.POSITIVE_INFINITY);
    this.arrived = new boolean[n];
    this.stride = stride();
  }

  /** What all parts of a batch share. */
  private record Whole(
      Perturbation settings,
      Block model,
      PerSampleLoss loss,
      Tensor images,
      @Nullable Tensor noise,
      Mode mode,
      Mode looking,
      boolean alone) {}

  static Perturbed run(
      Perturbation p, Block model, PerSampleLoss loss, Tensor images, Random random) {
    if (images.shape().rank() == 0) {
      throw new ShapeException("perturbation: the input must be a batch, [N, ...], but is []");
    }
    p.limits().requireFit(images.shape());
    try (var arena = new Arena();
        var frozen = Mode.frozen()) {
      boolean alone = p.batchNorm() == BatchNormMode.EVAL;
      Random dropout = random.split(DROPOUT);
      Mode mode = alone ? frozen : p.batchNorm().mode(dropout);
      Mode looking = alone ? frozen : p.batchNorm().looking(dropout);
      float radius = (float) p.limits().startRadius();
      Tensor noise =
          radius > 0 && stepsOf(p) > 0
              ? random.split(START).uniform(images.shape(), -radius, radius).in(arena)
              : null;
      return run(new Whole(p, model, loss, images, noise, mode, looking, alone));
    }
  }

  /** T, or 0 where no step would move anything. */
  private static int stepsOf(Perturbation p) {
    return p.limits().sampleEps() == null && p.eps() == 0 ? 0 : p.steps();
  }

  private static Perturbed run(Whole whole) {
    Tensor images = whole.images;
    int n = images.shape().dim(0);
    Tensor result = images.backend().full(images.shape(), images.dtype(), 0, images.arena());
    Trace.Parts seen = new Trace.Parts(n);
    if (whole.alone && n > 0 && whole.loss.part(0, n).isPresent()) {
      images
          .backend()
          .forParts(
              images.shape(),
              (from, to) ->
                  run(whole, whole.loss.part(from, to).orElseThrow(), from, to, result, seen));
    } else {
      run(whole, whole.loss, 0, n, result, seen);
    }
    return new Perturbed(result, whole.settings.watch().traced() ? seen.trace() : Trace.none());
  }

  private static void run(
      Whole whole, PerSampleLoss loss, int from, int to, Tensor result, Trace.Parts seen) {
    run(whole, whole.settings.rule(), loss, from, to, result, seen);
  }

  private static <S extends RuleState> void run(
      Whole whole,
      UpdateRule<S> rule,
      PerSampleLoss loss,
      int from,
      int to,
      Tensor result,
      Trace.Parts seen) {
    try (var arena = new Arena()) {
      var descent = new Descent<>(whole, rule, loss, from, to, arena);
      Tensor noise = whole.noise;
      result
          .slice(0, from, to)
          .assign(descent.descend(noise == null ? null : noise.in(arena).slice(0, from, to)));
      seen.add(from, descent.seen);
    }
  }

  /** Takes the steps, the first from {@code noise} away; returns the last or the best point. */
  private Tensor descend(@Nullable Tensor noise) {
    if (noise != null) {
      move(origin.plus(limits.space().toInput(noise)));
    }
    var steps = new Repetition(rules(), this::step, this::notFinite);
    if (settings.watch().needsLosses()) {
      takeWatched(steps);
    } else if (alone) {
      x.backend().repeat(steps);
    } else {
      steps.run();
    }
    return best == null ? x : best;
  }

  private List<StepRule> rules() {
    return Stream.generate(() -> rule.next(state)).limit(stepsOf(settings)).toList();
  }

  /** One by one, with a look at the losses before each and after the last. */
  private void takeWatched(Repetition steps) {
    for (int t = 0; t < steps.rules().size(); t++) {
      if (step(steps.rules().get(t), steps.finiteAt(t))) {
        return;
      }
    }
    look();
  }

  /** One step from x; true if there is none left to take. */
  private boolean step(StepRule formula, Repetition.Finite finite) {
    try (var tape = Tape.record()) {
      Variable at = tape.watch(x);
      Variable losses = perSample(loss.of(model.apply(at, mode)));
      if (settings.watch().needsLosses() && observe(losses.value())) {
        return true;
      }
      // Of their sum, not their mean: each sample's own gradient, whatever the batch size.
      Tensor dx = tape.vjp(losses, losses.value().fullLike(1), List.of(at)).get(at);
      finite.require(dx);
      Stride limited = stride;
      if (limited != null) {
        x.backend().stride(formula, state.averages(), dx, limited, x, origin, x);
        return false;
      }
      Space space = limits.space();
      Tensor step = x.backend().step(formula, state.averages(), space.gradient(dx));
      step = space.toInput(scaled(step));
      move(
          switch (settings.direction()) {
            case CONSTRUCTIVE -> at.value().minus(step);
            case ADVERSARIAL -> at.value().plus(step);
          });
    }
    return false;
  }

  /**
   * {@link #scaled}, {@link #move} and the limits, said in tensors, where the backend steps,
   * projects and clamps at once; else null. An L2 norm needs a pass of its own.
   */
  private @Nullable Stride stride() {
    if (!x.backend().strides() || limits.projection() instanceof Projection.L2) {
      return null;
    }
    int rank = x.shape().rank();
    Tensor bounds = x.in(arena);
    Tensor perSample = limits.sampleEps();
    Tensor eps =
        perSample == null
            ? x.backend().full(Shape.of(), DType.FLOAT32, settings.eps(), arena)
            : Axes.perSample(perSample.in(arena), rank);
    return new Stride(
        eps,
        settings.direction() == Direction.ADVERSARIAL,
        limits.space().unit(bounds),
        limits.projection().radius(bounds, limits.space()),
        limits.range().low(bounds),
        limits.range().high(bounds),
        movable);
  }

  private Tensor scaled(Tensor step) {
    Tensor perSample = limits.sampleEps();
    return perSample == null
        ? step.times(settings.eps())
        : step.times(Axes.perSample(perSample, step.shape().rank()));
  }

  /** Goes to {@code there}, or as near as the limits allow. */
  private void move(Tensor there) {
    Tensor inside = limits.projection().apply(there, origin, limits.space());
    Tensor valid = limits.range().clamp(inside);
    Tensor free = movable;
    x.assign(free == null ? valid : Tensor.where(free, valid, x.in(valid.arena())));
  }

  /** Looks at the losses of the last point. */
  private void look() {
    try (var tape = Tape.inference()) {
      observe(perSample(loss.of(model.apply(tape.constant(x), looking))).value());
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
    stride = stride();
  }

  /** The settings' mask and, where samples have their own eps, those that have any. */
  private @Nullable Tensor movable(Perturbation.Limits limits) {
    Tensor free = null;
    Tensor mask = limits.mask();
    if (mask != null) {
      free = mask.in(arena).notEqualTo(mask.in(arena).fullLike(0));
    }
    Tensor eps = limits.sampleEps();
    if (eps != null) {
      Tensor positive = eps.in(arena).greater(eps.in(arena).fullLike(0));
      Tensor moves = Axes.perSample(positive, x.shape().rank());
      free = free == null ? moves : free.times(moves);
    }
    return free;
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

  private NonFiniteException notFinite(int step, int sample) {
    return new NonFiniteException(
        "perturbation: the gradient of sample "
            + (first + sample)
            + " has a NaN or an infinity at step "
            + step
            + " of "
            + settings.steps()
            + "; look at that input, or lower eps");
  }
}
