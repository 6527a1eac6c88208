package dev.hone.bench.peer.libtorch;

import dev.hone.bench.micro.ConvolutionOperands;
import dev.hone.bench.micro.Engine;
import dev.hone.bench.micro.Problem;
import dev.hone.bench.micro.Workload;
import dev.hone.bench.peer.libtorch.Layer.Statistics;
import dev.hone.icp.BatchNormMode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The best honest PyTorch we know how to write: channels-last, {@code autograd.grad} of the input
 * alone through detached weights, nothing recorded where no gradient follows, in place where
 * autograd allows it, eval-mode batch norm folded into the convolutions where that is faster.
 */
final class LibtorchEngine implements Engine {
  private static final long SUM = 2;
  private static final long IGNORE_NO_LABEL = -100;
  private static final int TRIES = 6;

  private final Problem problem;
  private final int threads;
  private final Tensor images;
  private final Tensor labels;

  /** Whether eval mode is faster folded; null until it was tried. */
  private @Nullable Boolean folds;

  private LibtorchEngine(Problem problem, int threads) {
    this.problem = problem;
    this.threads = threads;
    images = Torch.of(problem.images());
    labels = Torch.of(problem.labels());
  }

  static LibtorchEngine open(Problem problem, int threads) {
    torch.set_num_threads(threads);
    return new LibtorchEngine(problem, threads);
  }

  @Override
  public String description() {
    return "libtorch %s, %d %s, channels-last, eval-mode batch norm %s (which was faster)"
        .formatted(
            Torch.version(),
            threads,
            threads == 1 ? "thread" : "threads",
            folds() ? "folded into the convolutions" : "as a layer of its own");
  }

  @Override
  public Runnable prepare(Workload workload) {
    return switch (workload) {
      case Workload.Forward _ -> {
        TorchResNet model = network();
        yield Torch.scoped(() -> Torch.withoutGradients(() -> evaluated(model)));
      }
      case Workload.TrainingStep _ -> {
        var trainer = new Trainer(state(), Problem.LEARNING_RATE);
        yield Torch.scoped(() -> trainer.step(trainer.task(images, labels)));
      }
      case Workload.Icp icp -> {
        TorchResNet model = network();
        yield Torch.scoped(() -> perturbed(model, icp));
      }
      case Workload.Distillation d -> {
        var trainer = new Trainer(state(), Problem.LEARNING_RATE);
        yield Torch.scoped(() -> trainer.step(distillation(trainer, d)));
      }
      case Workload.ConvolutionPass pass -> {
        TorchConvolution convolution = convolution(pass);
        yield Torch.scoped(convolution::run);
      }
      case Workload.Op _ -> throw new UnsupportedOperationException(workload.name());
    };
  }

  @Override
  public Map<String, float[]> results(Workload workload) {
    try (var scope = new PointerScope()) {
      return switch (workload) {
        case Workload.Forward _ -> Map.of("logits", Torch.floats(evaluated(network())));
        case Workload.TrainingStep _ -> {
          var trainer = new Trainer(state(), 1);
          yield trainer.resultsOfStep(trainer.task(images, labels));
        }
        case Workload.Icp icp -> resultsOf(icp);
        case Workload.Distillation d -> {
          var trainer = new Trainer(state(), 1);
          yield trainer.resultsOfStep(distillation(trainer, d));
        }
        case Workload.ConvolutionPass pass ->
            Map.of("result", Torch.floats(convolution(pass).run()));
        case Workload.Op _ -> throw new UnsupportedOperationException(workload.name());
      };
    }
  }

  @Override
  public void close() {}

  private Map<String, Tensor> state() {
    return TorchResNet.copy(problem.state());
  }

  private TorchResNet network() {
    return TorchResNet.of(state()).constant();
  }

  private TorchConvolution convolution(Workload.ConvolutionPass pass) {
    var backend = problem.images().backend();
    var drawn = ConvolutionOperands.of(backend, pass.shape(), problem.batch());
    return new TorchConvolution(
        Torch.of(drawn.x()),
        Torch.of(drawn.w()),
        Torch.of(drawn.dy()),
        pass.shape().stride(),
        pass.pass());
  }

  /** The network ready for eval mode, until its weights change. */
  private TorchResNet eval(TorchResNet model) {
    return folds() ? model.folded() : model;
  }

  private Tensor evaluated(TorchResNet model) {
    return eval(model).apply(images, Statistics.RUNNING);
  }

  // ---- ICP ----

  private Trainer.Losses distillation(Trainer trainer, Workload.Distillation d) {
    return trainer.distillation(
        images, labels, () -> perturbed(trainer.constant(), d.perturbation()));
  }

  private Tensor perturbed(TorchResNet model, Workload.Icp icp) {
    TorchResNet ready = icp.batchNorm() == BatchNormMode.EVAL ? eval(model) : model;
    Tensor x = images;
    for (int t = 0; t < icp.steps(); t++) {
      x = x.sub(inputGradient(ready, x, statistics(icp)), new Scalar(Problem.ICP_EPS));
    }
    return x;
  }

  private static Statistics statistics(Workload.Icp icp) {
    return switch (icp.batchNorm()) {
      case EVAL -> Statistics.RUNNING;
      case BATCH_NO_UPDATE -> Statistics.OF_THE_BATCH_ONLY;
      case TRAIN -> Statistics.OF_THE_BATCH;
    };
  }

  /** The summed loss's gradient with respect to x alone; x itself wants none. */
  private Tensor inputGradient(TorchResNet model, Tensor x, Statistics statistics) {
    Tensor leaf = x.detach().set_requires_grad(true);
    Tensor loss = sumOfLosses(model.apply(leaf, statistics));
    return torch.grad(new TensorVector(loss), new TensorVector(leaf)).get(0);
  }

  private Tensor sumOfLosses(Tensor logits) {
    return torch.cross_entropy_loss(logits, labels, Torch.NONE, SUM, IGNORE_NO_LABEL, 0);
  }

  private Map<String, float[]> resultsOf(Workload.Icp icp) {
    Map<String, Tensor> state = state();
    TorchResNet model = TorchResNet.of(state).constant();
    TorchResNet ready = icp.batchNorm() == BatchNormMode.EVAL ? eval(model) : model;
    var all = new LinkedHashMap<String, float[]>();
    Tensor logits = ready.apply(images, statistics(icp));
    all.put("logits", Torch.floats(logits));
    all.put("loss", Torch.floats(sumOfLosses(logits)));
    Tensor dx = inputGradient(ready, images, statistics(icp));
    all.put("gradient of the input", Torch.floats(dx));
    all.put("movement of the input", Torch.floats(perturbed(model, icp).sub(images)));
    state.forEach((name, t) -> {
      if (TorchResNet.isBuffer(name)) {
        all.put(name, Torch.floats(t));
      }
    });
    return all;
  }

  /** Tries both when it is first asked. */
  private boolean folds() {
    Boolean known = folds;
    if (known == null) {
      TorchResNet model = network();
      long folded = Long.MAX_VALUE;
      long plain = Long.MAX_VALUE;
      for (int i = 0; i < TRIES; i++) {
        folded = Math.min(folded, nanosOfInputGradient(model::folded));
        plain = Math.min(plain, nanosOfInputGradient(() -> model));
      }
      known = folded < plain;
      folds = known;
    }
    return known;
  }

  private long nanosOfInputGradient(Supplier<TorchResNet> model) {
    long start = System.nanoTime();
    Torch.scoped(() -> inputGradient(model.get(), images, Statistics.RUNNING)).run();
    return System.nanoTime() - start;
  }
}
