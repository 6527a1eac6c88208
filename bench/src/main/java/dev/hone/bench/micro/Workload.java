package dev.hone.bench.micro;

import dev.hone.bench.experiment.Rule;
import dev.hone.icp.BatchNormMode;
import dev.hone.tensor.conformance.OpCase;
import java.util.Locale;

/**
 * What is timed, as data: {@code hone bench}, JMH and the peers all read {@link Workloads}, and an
 * {@link Engine} makes a row something that runs.
 */
public sealed interface Workload {
  /** What tables, JSON and JMH call it; no two have the same. */
  String name();

  /**
   * Multiplications and additions of the convolutions and linear layers in one run, by their
   * definitions, whatever algorithm computes them; 0 if nobody counted.
   */
  double flops(int batch);

  /** Whether it is a step of the whole network. */
  default boolean runsTheNetwork() {
    return switch (this) {
      case Forward _, TrainingStep _, Icp _, Distillation _ -> true;
      case ConvolutionPass _, Op _ -> false;
    };
  }

  /** The network's output for a batch, eval-mode batch norm, no gradient. */
  record Forward() implements Workload {
    @Override
    public String name() {
      return "forward";
    }

    @Override
    public double flops(int batch) {
      return ResNet20.forward(batch);
    }
  }

  /**
   * Forward, the gradient of every weight, and a step of SGD with Nesterov's momentum and decay.
   */
  record TrainingStep() implements Workload {
    @Override
    public String name() {
      return "training step";
    }

    @Override
    public double flops(int batch) {
      return ResNet20.forward(batch) + ResNet20.weightGradients(batch);
    }
  }

  /**
   * T steps of ICP on a batch.
   *
   * @param steps T
   */
  record Icp(Rule rule, BatchNormMode batchNorm, int steps) implements Workload {
    @Override
    public String name() {
      String mode = batchNorm == BatchNormMode.EVAL ? "eval BN" : "train BN";
      return (steps == 1 ? "ICP step" : "ICP T=" + steps) + ", " + mode + ", " + label(rule);
    }

    private static String label(Rule rule) {
      return switch (rule) {
        case SGD -> "SGD";
        case SIGN -> "Sign";
        case ADAM -> "Adam";
        case ADEMAMIX -> "AdEMAMix";
      };
    }

    @Override
    public double flops(int batch) {
      return steps * (ResNet20.forward(batch) + ResNet20.inputGradient(batch));
    }
  }

  /**
   * A training step with self-distillation from the features of T-step ICP, eval-mode batch norm in
   * ICP, batch statistics in the target's pass.
   *
   * @param steps T
   */
  record Distillation(int steps) implements Workload {
    /** ICP as this step runs it. */
    public Icp perturbation() {
      return new Icp(Rule.SGD, BatchNormMode.EVAL, steps);
    }

    @Override
    public String name() {
      return "T=" + steps + " ICP and distillation step";
    }

    @Override
    public double flops(int batch) {
      return new TrainingStep().flops(batch)
          + perturbation().flops(batch)
          + ResNet20.forward(batch);
    }
  }

  /** One pass of one convolution, operands and result in the layout the engine prefers. */
  record ConvolutionPass(ConvolutionShape shape, Pass pass) implements Workload {
    /** Which way. */
    public enum Pass {
      FORWARD,
      BACKWARD_DATA,
      BACKWARD_WEIGHTS
    }

    @Override
    public String name() {
      return shape + " " + pass.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public double flops(int batch) {
      return shape.flops(batch);
    }
  }

  /** A row of the conformance table. */
  record Op(OpCase row) implements Workload {
    @Override
    public String name() {
      return row.toString();
    }

    @Override
    public double flops(int batch) {
      return 0;
    }
  }
}
