package dev.hone.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.tensor.backend.Backend;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hone against itself as the peer, honest and cheating. */
class RefereeTest {
  private static final Setting SETTING = new Setting(4, 1, CpuBackendProvider.lanes());
  private static final Stopwatch BRIEF = new Stopwatch(Duration.ZERO, Duration.ZERO, 6);
  private static final Backend CPU = CpuBackendProvider.withThreads(1);

  private static final Problem PROBLEM = Problem.untrained(CPU, 4);

  /** Hone, whose result called {@code wrong} is multiplied by {@code factor}. */
  private record Cheat(Engine honest, String wrong, float factor) implements Engine {
    @Override
    public String description() {
      return "a cheat";
    }

    @Override
    public Runnable prepare(Workload workload) {
      return honest.prepare(workload);
    }

    @Override
    public Map<String, float[]> results(Workload workload) {
      var results = new LinkedHashMap<>(honest.results(workload));
      results.computeIfPresent(wrong, (name, values) -> times(values));
      return results;
    }

    private float[] times(float[] values) {
      float[] scaled = values.clone();
      for (int i = 0; i < scaled.length; i++) {
        scaled[i] *= factor;
      }
      return scaled;
    }

    @Override
    public void close() {}
  }

  private static Engine hone(Problem problem) {
    return new HoneEngine(problem, CPU, "Hone");
  }

  private static Contest contest(Workload workload, Function<Problem, Engine> peer) {
    try (var referee = new Referee(PROBLEM, SETTING, RefereeTest::hone, peer)) {
      return referee.contest(workload, BRIEF);
    }
  }

  @Test
  void timesEnginesThatAgreeInTurn() {
    Contest contest = contest(new Workload.TrainingStep(), RefereeTest::hone);
    assertEquals(0, contest.verdict().batch().relative());
    assertEquals(6, contest.hone().count());
    assertEquals(6, contest.ratio().count());
    assertEquals(SETTING, contest.setting());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "logits",
        "task loss",
        "gradient of conv1.weight",
        "gradient of layer2.0.bn1.weight",
        "bn1.running_var after a step"
      })
  void refusesToTimeAWrongTrainingStep(String wrong) {
    assertRefused(new Workload.TrainingStep(), wrong, 1.01f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logits", "loss", "gradient of the input", "movement of the input"})
  void refusesToTimeAWrongPerturbation(String wrong) {
    for (Workload workload : Workloads.contested(Suite.STEPS)) {
      if (workload instanceof Workload.Icp) {
        assertRefused(workload, wrong, 1.01f);
      }
    }
  }

  @Test
  void refusesToTimeAWrongDistillationStep() {
    assertRefused(new Workload.Distillation(2), "distillation loss", 0.99f);
    assertRefused(new Workload.Distillation(2), "gradient of linear.bias", Float.NaN);
  }

  private static void assertRefused(Workload workload, String wrong, float factor) {
    var e =
        assertThrows(
            Referee.Disagreement.class,
            () -> contest(workload, p -> new Cheat(hone(p), wrong, factor)));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(wrong) && message.contains(workload.name()), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void enginesMustShowTheSameResults() {
    var e =
        assertThrows(
            IllegalStateException.class,
            () ->
                Agreement.of(
                    Map.of("a", new float[1], "b", new float[1]), Map.of("a", new float[1])));
    assertTrue(String.valueOf(e.getMessage()).contains("[b]"), e.getMessage());
    Agreement lengths = Agreement.of(Map.of("a", new float[1]), Map.of("a", new float[2]));
    assertTrue(lengths.largest().exceeds(1e9));
  }

  @Test
  void theLargestDifferenceIsNamed() {
    var ours = Map.of("x", new float[] {3, 4}, "y", new float[] {1, 0}, "z", new float[] {0, 0});
    var theirs = Map.of("x", new float[] {3, 4}, "y", new float[] {1, .5f}, "z", new float[2]);
    Agreement agreement = Agreement.of(ours, theirs);
    assertEquals(new Agreement.Difference("y", 0.5), agreement.largest());
    assertEquals(3, agreement.differences().size());
    assertEquals(List.of("Hone", "a cheat"), describe());
  }

  private static List<String> describe() {
    try (var referee =
        new Referee(PROBLEM, SETTING, RefereeTest::hone, p -> new Cheat(hone(p), "", 1))) {
      return referee.descriptions();
    }
  }
}
