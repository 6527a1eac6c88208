package dev.hone.icp.distill;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.Mode;
import dev.hone.nn.Tapped;
import dev.hone.nn.loss.MeanSquaredError;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.nn.optim.Optimizer;
import dev.hone.tensor.Random;
import dev.hone.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * One training step with self-distillation from constructively perturbed inputs (arXiv 2505.14751).
 * It knows nothing of the task: the loss per sample is the caller's.
 *
 * @param <M> a model whose features can be tapped
 */
public final class DistillationStep<M extends Block & FeatureModel> {
  /** The student's and the target's pass share their dropout masks and any other noise. */
  private static final long PASS = 0;

  private static final long PERTURBATION = 1;
  private static final long RANDOM_TARGET = 2;

  private final M model;
  private final Optimizer optimizer;
  private final DistillationSettings settings;

  public DistillationStep(M model, Optimizer optimizer, DistillationSettings settings) {
    this.model = model;
    this.optimizer = optimizer;
    this.settings = settings;
  }

  /** Trains the model on one batch; see the other method of this name. */
  public StepLosses take(
      Tensor x, PerSampleLoss loss, int epoch, double learningRate, Random random) {
    return take(model, x, loss, epoch, learningRate, random);
  }

  /**
   * Trains on one batch. All that changes is the model and the optimizer.
   *
   * @param model the model that is trained, or that model bound to this batch: what it holds for
   *     the batch, such as a VAE's latent noise, is the same in all of ICP's steps and in both
   *     feature passes
   * @param x the batch, {@code [N, ...]}
   * @param loss of each sample, bound to the batch's labels
   * @param epoch e, from 0
   * @param random what this step draws from; it is left where it is, so pass another one for every
   *     step ({@link Random#split})
   */
  public StepLosses take(
      M model, Tensor x, PerSampleLoss loss, int epoch, double learningRate, Random random) {
    try (var tape = Tape.record();
        var targetTape = Tape.inference()) {
      Tapped clean = model.tapped(tape.constant(x), Mode.train(random.split(PASS)));
      Variable task = loss.of(clean.output()).mean();
      double a = settings.a(epoch);
      Variable total = task;
      double distillation = 0;
      if (settings.distils(epoch) && settings.target() == Target.NONE) {
        total = task.times(a);
      } else if (settings.distils(epoch)) {
        Variable target = targetTape.constant(targetInput(model, x.in(tape.arena()), loss, random));
        Mode mode = settings.targetMode().mode(random.split(PASS));
        Variable apart = apart(clean.features(), model.tapped(target, mode).features());
        total = task.times(a).plus(apart.times(1 - a));
        distillation = apart.value().toDoubles()[0];
      }
      optimizer.step(tape.gradients(total, optimizer.targets(tape)), tape, learningRate);
      return new StepLosses(
          task.value().toDoubles()[0], distillation, a, clean.output().value().keep());
    }
  }

  /** {@code sum_i w_i mean((F_i - stopgrad(F'_i))^2)}; the target is a constant to the student. */
  private Variable apart(List<Variable> student, List<Variable> target) {
    if (student.isEmpty()) {
      throw new IllegalArgumentException(
          "distillation: the model taps no features, so there is nothing to compare");
    }
    Variable sum = apart(student, target, 0);
    for (int i = 1; i < student.size(); i++) {
      sum = sum.plus(apart(student, target, i));
    }
    return sum;
  }

  private Variable apart(List<Variable> student, List<Variable> target, int i) {
    Variable f = student.get(i);
    Variable fixed = f.tape().constant(target.get(i).value());
    return MeanSquaredError.mean(f, fixed).times(settings.layerWeights().of(i, student.size()));
  }

  /** The input whose features are the target, {@code [N, ...]}. */
  private Tensor targetInput(M model, Tensor x, PerSampleLoss loss, Random random) {
    Tensor perturbed = settings.perturbation().run(model, loss, x, random.split(PERTURBATION)).x();
    return switch (settings.target()) {
      case PERTURBED, NONE -> perturbed;
      case OPPOSITE -> x.minus(perturbed.minus(x));
      case RANDOM -> x.plus(asLongAs(perturbed.minus(x), random.split(RANDOM_TARGET)));
    };
  }

  /** A random difference, for each sample as long as {@code delta}. */
  private static Tensor asLongAs(Tensor delta, Random random) {
    Tensor noise = random.normal(delta.shape()).in(delta.arena());
    return noise.times(norm(delta).dividedBy(norm(noise)));
  }

  private static Tensor norm(Tensor delta) {
    int[] axes = new int[delta.shape().rank() - 1];
    Arrays.setAll(axes, i -> i + 1);
    return delta.times(delta).sum(true, axes).sqrt();
  }
}
