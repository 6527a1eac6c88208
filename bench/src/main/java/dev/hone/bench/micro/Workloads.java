package dev.hone.bench.micro;

import dev.hone.bench.experiment.Rule;
import dev.hone.icp.BatchNormMode;
import dev.hone.tensor.conformance.OpCases;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;

/** The one table of what is timed. */
public final class Workloads {
  private static final List<BatchNormMode> MODES =
      List.of(BatchNormMode.EVAL, BatchNormMode.BATCH_NO_UPDATE);
  private static final List<Rule> RULES = List.of(Rule.SGD, Rule.ADAM, Rule.ADEMAMIX);

  private Workloads() {}

  /** The rows of a suite, in the order in which they run. */
  public static List<Workload> of(Suite suite) {
    return switch (suite) {
      case STEPS -> steps();
      case ICP -> icp();
      case TRAIN -> train();
      case CONV -> convolutions();
      case OPS -> OpCases.all().stream().<Workload>map(Workload.Op::new).toList();
      case ALL -> {
        var all = new LinkedHashSet<Workload>(steps());
        all.addAll(icp());
        all.addAll(train());
        all.addAll(convolutions());
        yield List.copyOf(all);
      }
    };
  }

  /** The row called {@code name}. */
  public static Workload named(String name) {
    return Stream.of(Suite.ALL, Suite.OPS)
        .flatMap(suite -> of(suite).stream())
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no workload '" + name + "'"));
  }

  /** What is compared with a peer: the rule is SGD, whose steps are continuous in the gradient. */
  public static List<Workload> contested(Suite suite) {
    return of(suite).stream().filter(Workloads::isContested).toList();
  }

  private static boolean isContested(Workload workload) {
    return switch (workload) {
      case Workload.Icp(var rule, _, var steps) -> rule == Rule.SGD && steps == 1;
      case Workload.TrainingStep _, Workload.Distillation _, Workload.ConvolutionPass _ -> true;
      case Workload.Forward _ -> true;
      case Workload.Op _ -> false;
    };
  }

  private static List<Workload> steps() {
    return List.of(
        new Workload.Forward(),
        new Workload.TrainingStep(),
        new Workload.Icp(Rule.SGD, BatchNormMode.EVAL, 1),
        new Workload.Icp(Rule.SGD, BatchNormMode.BATCH_NO_UPDATE, 1),
        new Workload.Distillation(5));
  }

  private static List<Workload> icp() {
    var rows = new ArrayList<Workload>();
    rows.add(new Workload.TrainingStep()); // what the others' cost is given in
    for (BatchNormMode mode : MODES) {
      for (Rule rule : RULES) {
        rows.add(new Workload.Icp(rule, mode, 1));
      }
    }
    for (int steps : List.of(5, 10)) {
      rows.add(new Workload.Icp(Rule.SGD, BatchNormMode.EVAL, steps));
    }
    return rows;
  }

  private static List<Workload> train() {
    return List.of(
        new Workload.Forward(),
        new Workload.TrainingStep(),
        new Workload.Distillation(1),
        new Workload.Distillation(5),
        new Workload.Distillation(10));
  }

  private static List<Workload> convolutions() {
    var rows = new ArrayList<Workload>();
    for (ConvolutionShape shape : ConvolutionShape.RESNET_20) {
      for (var pass : Workload.ConvolutionPass.Pass.values()) {
        rows.add(new Workload.ConvolutionPass(shape, pass));
      }
    }
    return rows;
  }
}
