package dev.hone.bench.micro;

import dev.hone.bench.experiment.Rule;
import dev.hone.icp.BatchNormMode;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.conformance.Check;
import dev.hone.tensor.conformance.OpCase;
import dev.hone.tensor.conformance.OpCases;
import dev.hone.tensor.conformance.Tolerance;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Whether a backend computes what it should on this machine: every row of the conformance table
 * against the oracle in double, and whole steps of ResNet-20 against the CPU, or, for the CPU
 * itself, against the oracle.
 */
public final class SelfTest {
  /** Images of a whole step; two pairs for {@link Referee}. */
  static final int BATCH = 4;

  private static final List<Workload> STEPS =
      List.of(
          new Workload.Forward(),
          new Workload.TrainingStep(),
          new Workload.Icp(Rule.SGD, BatchNormMode.EVAL, 5),
          new Workload.Distillation(1));

  private final Backend backend;
  private final Consumer<Part> heard;
  private final List<Part> parts = new ArrayList<>();

  private SelfTest(Backend backend, Consumer<Part> heard) {
    this.backend = backend;
    this.heard = heard;
  }

  /**
   * What became of an op or of a step.
   *
   * @param name an op of the backend, or a step of the network
   * @param passed rows that agreed
   * @param failures what was wrong with rows that did not, a line each
   * @param unsupported what the backend says of rows that it cannot do, a line each
   * @param apart how far a step's results lie apart, relative; 0 for ops
   * @param seconds that it took
   */
  public record Part(
      String name,
      int passed,
      List<String> failures,
      List<String> unsupported,
      double apart,
      double seconds) {
    public Part {
      failures = List.copyOf(failures);
      unsupported = List.copyOf(unsupported);
    }
  }

  /**
   * Tests {@code backend}.
   *
   * @param chosen which parts, by name
   * @param heard is given each part as soon as it is done
   */
  public static List<Part> of(Backend backend, Predicate<String> chosen, Consumer<Part> heard) {
    var test = new SelfTest(backend, heard);
    test.ops(chosen);
    test.steps(STEPS.stream().filter(step -> chosen.test(step.name())).toList());
    return List.copyOf(test.parts);
  }

  /** The names of all parts. */
  public static List<String> names() {
    var names = new ArrayList<>(byOp().keySet());
    STEPS.forEach(step -> names.add(step.name()));
    return names;
  }

  private static Map<String, List<OpCase>> byOp() {
    var byOp = new LinkedHashMap<String, List<OpCase>>();
    for (OpCase row : OpCases.all()) {
      byOp.computeIfAbsent(row.op(), op -> new ArrayList<>()).add(row);
    }
    return byOp;
  }

  private void done(Part part) {
    parts.add(part);
    heard.accept(part);
  }

  // ---- ops ----

  private void ops(Predicate<String> chosen) {
    byOp()
        .forEach((op, rows) -> {
          if (chosen.test(op)) {
            done(op(op, rows, backend));
          }
        });
  }

  /**
   * A row that raises anything but UnsupportedOperationException has failed; the rest still run.
   */
  static Part op(String op, List<OpCase> rows, Backend backend) {
    long start = System.nanoTime();
    var failures = new ArrayList<String>();
    var unsupported = new ArrayList<String>();
    int passed = 0;
    for (OpCase row : rows) {
      try {
        List<String> problems = Check.problems(row, Tolerance.withWinograd(row), backend);
        if (problems.isEmpty()) {
          passed++;
        } else {
          failures.add(String.join("; ", problems));
        }
      } catch (UnsupportedOperationException e) {
        unsupported.add(row + ": " + e.getMessage());
      } catch (RuntimeException e) {
        failures.add(row + ": " + e);
      }
    }
    return new Part(op, passed, failures, unsupported, 0, since(start));
  }

  // ---- whole steps ----

  private void steps(List<Workload> steps) {
    if (steps.isEmpty()) {
      return;
    }
    Backend cpu = CpuBackendProvider.withThreads(Runtime.getRuntime().availableProcessors());
    Backend other = backend.name().equals(cpu.name()) ? ReferenceBackend.float64() : cpu;
    try (var referee =
        new Referee(
            Problem.of(cpu, BATCH),
            new Setting(BATCH, 0, 0),
            problem -> new HoneEngine(problem, backend, backend.name()),
            problem -> new HoneEngine(problem, other, other.name()))) {
      steps.forEach(step -> done(step(referee, step)));
    }
  }

  private static Part step(Referee referee, Workload step) {
    long start = System.nanoTime();
    try {
      Referee.Verdict verdict = referee.judge(step);
      String complaint = verdict.complaint();
      List<String> failures =
          complaint.isEmpty() ? List.of() : List.of(step.name() + ": " + complaint);
      double apart = verdict.pair().relative();
      return new Part(
          step.name(), failures.isEmpty() ? 1 : 0, failures, List.of(), apart, since(start));
    } catch (UnsupportedOperationException e) {
      var unsupported = List.of(step.name() + ": " + e.getMessage());
      return new Part(step.name(), 0, List.of(), unsupported, 0, since(start));
    } catch (RuntimeException e) {
      var failures = List.of(step.name() + ": " + e);
      return new Part(step.name(), 0, failures, List.of(), 0, since(start));
    }
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
