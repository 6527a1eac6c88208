package dev.hone.bench.peer.libtorch;

import dev.hone.bench.micro.Problem;
import dev.hone.bench.peer.libtorch.Layer.Statistics;
import dev.hone.icp.distill.LayerWeights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** A network and its optimizer: SGD with Nesterov's momentum and decay of all parameters. */
final class Trainer {
  private final Map<String, Tensor> state;
  private final TorchResNet model;
  private final TorchResNet constant;
  private final SGD optimizer;

  /**
   * The losses of a step, scalars.
   *
   * @param total what is descended
   * @param logits {@code [N, classes]}
   */
  record Losses(Tensor task, Tensor distillation, Tensor total, Tensor logits) {}

  /** Takes over {@code state}. */
  Trainer(Map<String, Tensor> state, double learningRate) {
    this.state = state;
    model = TorchResNet.of(state);
    constant = model.constant();
    var options = new SGDOptions(learningRate);
    options.momentum().put(Problem.MOMENTUM);
    options.weight_decay().put(Problem.DECAY);
    options.nesterov().put(true);
    var parameters = new TensorVector();
    state.forEach((name, t) -> {
      if (!TorchResNet.isBuffer(name)) {
        parameters.push_back(t);
      }
    });
    optimizer = new SGD(parameters, options);
  }

  /** The network's weights of now, in which no gradient is wanted. */
  TorchResNet constant() {
    return constant;
  }

  /** The task loss alone. */
  Losses task(Tensor images, Tensor labels) {
    Tensor logits = model.apply(images, Statistics.OF_THE_BATCH);
    Tensor task = torch.cross_entropy_loss(logits, labels);
    return new Losses(task, Tensor.create(0f), task, logits);
  }

  /**
   * Hone's DistillationStep: {@code a * task + (1 - a) * sum_i w_i mean((F_i - F'_i)^2)}.
   *
   * @param better makes the perturbed images, once the clean pass is over
   */
  Losses distillation(Tensor images, Tensor labels, Supplier<Tensor> better) {
    TorchResNet.Tapped clean = model.tapped(images, Statistics.OF_THE_BATCH);
    Tensor task = torch.cross_entropy_loss(clean.logits(), labels);
    Tensor apart = apart(clean.features(), target(better.get()));
    double a = Problem.TASK_WEIGHT;
    Tensor total = task.mul(new Scalar(a)).add(apart, new Scalar(1 - a));
    return new Losses(task, apart, total, clean.logits());
  }

  private List<Tensor> target(Tensor better) {
    return Torch.withoutGradients(
        () -> constant.tapped(better, Statistics.OF_THE_BATCH_ONLY).features());
  }

  private static Tensor apart(List<Tensor> student, List<Tensor> target) {
    int n = student.size();
    Tensor sum = torch.mse_loss(student.get(0), target.get(0)).mul(weight(0, n));
    for (int i = 1; i < n; i++) {
      sum = sum.add(torch.mse_loss(student.get(i), target.get(i)), weight(i, n));
    }
    return sum;
  }

  private static Scalar weight(int layer, int layers) {
    return new Scalar(LayerWeights.DEEPER.of(layer, layers));
  }

  /** Moves the weights down {@code losses.total}. */
  void step(Losses losses) {
    losses.total.backward();
    optimizer.step();
    optimizer.zero_grad();
  }

  /** Takes a step, and returns all that is worth comparing. */
  Map<String, float[]> resultsOfStep(Losses losses) {
    var all = new LinkedHashMap<String, float[]>();
    all.put("logits", Torch.floats(losses.logits));
    all.put("task loss", Torch.floats(losses.task));
    all.put("distillation loss", Torch.floats(losses.distillation));
    losses.total.backward();
    state.forEach((name, t) -> {
      if (!TorchResNet.isBuffer(name)) {
        Tensor withDecay = t.grad().add(t.detach(), new Scalar(Problem.DECAY));
        all.put("gradient of " + name, Torch.floats(withDecay));
      }
    });
    optimizer.step();
    state.forEach((name, t) -> all.put(name + " after a step", Torch.floats(t)));
    return all;
  }
}
