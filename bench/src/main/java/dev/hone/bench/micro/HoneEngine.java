package dev.hone.bench.micro;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.icp.BatchNormMode;
import dev.hone.icp.Perturbation;
import dev.hone.icp.distill.DistillationSettings;
import dev.hone.icp.distill.DistillationStep;
import dev.hone.icp.distill.Fade;
import dev.hone.icp.distill.StepLosses;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.optim.Optimizer;
import dev.hone.nn.weights.StateDict;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Hone, through its public API: what {@code hone train} runs. */
public final class HoneEngine implements Engine {
  private final Problem problem;
  private final Backend backend;
  private final Random random;
  private final String description;

  public HoneEngine(Problem problem, Backend backend, String description) {
    this.problem = problem.to(backend);
    this.backend = backend;
    this.random = Random.of(backend, 0);
    this.description = description;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Runnable prepare(Workload workload) {
    Runnable work = work(workload);
    return () -> {
      work.run();
      backend.synchronize();
    };
  }

  private Runnable work(Workload workload) {
    return switch (workload) {
      case Workload.Forward _ -> forward();
      case Workload.TrainingStep _ -> step(DistillationSettings.baseline(1), Problem.LEARNING_RATE);
      case Workload.Icp icp -> perturb(icp);
      case Workload.Distillation d -> step(distillation(d), Problem.LEARNING_RATE);
      case Workload.ConvolutionPass pass -> new Operands(pass)::run;
      case Workload.Op(var row) -> {
        List<Tensor> operands = row.inputsOn(backend);
        yield () -> {
          try (var arena = new Arena()) {
            row.apply(operands.stream().map(x -> x.in(arena)).toList());
          }
        };
      }
    };
  }

  @Override
  public Map<String, float[]> results(Workload workload) {
    return switch (workload) {
      case Workload.Forward _ -> Map.of("logits", logits());
      case Workload.TrainingStep _ -> afterStep(DistillationSettings.baseline(1));
      case Workload.Icp icp -> perturbed(icp);
      case Workload.Distillation d -> afterStep(distillation(d));
      case Workload.ConvolutionPass pass -> Map.of("result", new Operands(pass).result());
      case Workload.Op(var row) -> {
        var all = new LinkedHashMap<String, float[]>();
        for (Tensor y : row.apply(row.inputsOn(backend))) {
          all.put("result " + all.size(), y.toFloats());
        }
        yield all;
      }
    };
  }

  @Override
  public void close() {}

  /** A copy of the problem's network. */
  private ResNet network() {
    ResNet model = Problem.network(random);
    StateDict.load(model, problem.state(), "the benchmark's network");
    return model;
  }

  private Runnable forward() {
    ResNet model = network();
    return () -> {
      try (var tape = Tape.inference()) {
        model.apply(tape.constant(problem.images()));
      }
    };
  }

  private float[] logits() {
    try (var tape = Tape.inference()) {
      return network().apply(tape.constant(problem.images())).value().toFloats();
    }
  }

  // ---- ICP ----

  private static Perturbation perturbation(Workload.Icp icp) {
    Perturbation p =
        switch (icp.rule()) {
          case SGD -> Perturbation.sgd(Problem.ICP_EPS);
          case SIGN -> Perturbation.sign();
          case ADAM -> Perturbation.adam();
          case ADEMAMIX -> Perturbation.adEmaMix();
        };
    return p.steps(icp.steps()).batchNorm(icp.batchNorm());
  }

  private Runnable perturb(Workload.Icp icp) {
    ResNet model = network();
    Perturbation p = perturbation(icp);
    return () -> p.run(model, CrossEntropy.to(problem.labels()), problem.images(), random);
  }

  private Map<String, float[]> perturbed(Workload.Icp icp) {
    ResNet model = network();
    var all = new LinkedHashMap<String, float[]>();
    try (var tape = Tape.record()) {
      Variable x = tape.watch(problem.images());
      Variable logits = model.apply(x, icp.batchNorm().mode(random));
      Variable loss = CrossEntropy.sum(logits, problem.labels());
      all.put("logits", logits.value().toFloats());
      all.put("loss", loss.value().toFloats());
      all.put("gradient of the input", tape.gradients(loss, x).get(x).toFloats());
    }
    Tensor moved =
        perturbation(icp)
            .run(model, CrossEntropy.to(problem.labels()), problem.images(), random)
            .x();
    all.put("movement of the input", moved.minus(problem.images()).toFloats());
    model.buffers().forEach((name, buffer) -> putFloats(all, name, buffer));
    return all;
  }

  // ---- steps that train ----

  private static DistillationSettings distillation(Workload.Distillation d) {
    return DistillationSettings.of(0, 1, perturbation(d.perturbation()))
        .withTargetMode(BatchNormMode.BATCH_NO_UPDATE)
        .withFade(new Fade.Constant(Problem.TASK_WEIGHT));
  }

  private static Optimizer optimizer(ResNet model) {
    return Optimizer.of(model, Optimizer.Settings.sgdNesterov(Problem.MOMENTUM, Problem.DECAY));
  }

  private Runnable step(DistillationSettings settings, double learningRate) {
    ResNet model = network();
    var step = new DistillationStep<>(model, optimizer(model), settings);
    return () ->
        step.take(problem.images(), CrossEntropy.to(problem.labels()), 0, learningRate, random);
  }

  private Map<String, float[]> afterStep(DistillationSettings settings) {
    ResNet model = network();
    var optimizer = optimizer(model);
    var step = new DistillationStep<>(model, optimizer, settings);
    StepLosses losses =
        step.take(problem.images(), CrossEntropy.to(problem.labels()), 0, 1, random);
    var all = new LinkedHashMap<String, float[]>();
    all.put("logits", losses.output().toFloats());
    all.put("task loss", new float[] {(float) losses.task()});
    all.put("distillation loss", new float[] {(float) losses.distillation()});
    model.state().forEach((name, value) -> putFloats(all, name + " after a step", value));
    // The velocity after the first step is the gradient with its decay.
    optimizer
        .state()
        .forEach((name, velocity) ->
            all.put("gradient of " + name.replace("/momentum", ""), velocity.toFloats()));
    return all;
  }

  private static void putFloats(Map<String, float[]> all, String name, Tensor value) {
    if (!name.contains("num_batches_tracked")) {
      all.put(name, value.toFloats());
    }
  }

  // ---- one convolution ----

  /** A pass with operands that were made beforehand, in the backend's layout of images. */
  private final class Operands {
    private final Workload.ConvolutionPass pass;
    private final Tensor x;
    private final Tensor w;
    private final Tensor dy;

    Operands(Workload.ConvolutionPass pass) {
      this.pass = pass;
      ConvolutionOperands drawn = ConvolutionOperands.of(backend, pass.shape(), problem.batch());
      x = asImages(drawn.x());
      w = drawn.w();
      dy = asImages(drawn.dy());
    }

    /** A convolution with the identity leaves the numbers alone and chooses the layout. */
    private Tensor asImages(Tensor t) {
      return t.convolution(
          ConvolutionOperands.identity(backend, t.shape().dim(1)),
          null,
          null,
          false,
          new Convolution(1, 0));
    }

    private Tensor run(Arena arena) {
      var c = pass.shape().geometry();
      return switch (pass.pass()) {
        case FORWARD -> x.in(arena).convolution(w, null, null, false, c);
        case BACKWARD_DATA -> dy.in(arena).convolutionInputGradient(w, x.shape(), c);
        case BACKWARD_WEIGHTS -> dy.in(arena).convolutionWeightGradient(x, w.shape(), c);
      };
    }

    void run() {
      try (var arena = new Arena()) {
        run(arena);
      }
    }

    float[] result() {
      try (var arena = new Arena()) {
        return run(arena).toFloats();
      }
    }
  }
}
