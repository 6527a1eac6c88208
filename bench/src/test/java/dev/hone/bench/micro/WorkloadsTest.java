package dev.hone.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.Summary;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.conformance.OpCase;
import dev.hone.tensor.conformance.OpCases;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WorkloadsTest {
  private static final Backend CPU = CpuBackendProvider.withThreads(1);
  private static final Problem PROBLEM = Problem.untrained(CPU, 2);

  @ParameterizedTest
  @EnumSource(Suite.class)
  void namesAreUniqueAndFindTheirRow(Suite suite) {
    List<Workload> rows = Workloads.of(suite);
    var names = new HashSet<String>();
    for (Workload row : rows) {
      assertTrue(names.add(row.name()), "twice: " + row.name());
    }
    for (Workload row : List.of(rows.getFirst(), rows.getLast())) {
      assertEquals(row.name(), Workloads.named(row.name()).name());
    }
    assertThrows(IllegalArgumentException.class, () -> Workloads.named("no such"));
  }

  @Test
  void everyOpOfTheCaseTableIsThere() {
    List<OpCase> rows =
        Workloads.of(Suite.OPS).stream().map(row -> ((Workload.Op) row).row()).toList();
    assertEquals(OpCases.all(), rows);
    assertSame(OpCases.all().getFirst(), rows.getFirst());
  }

  @Test
  void everyPassOfEveryConvolutionIsThere() {
    assertEquals(3 * ConvolutionShape.RESNET_20.size(), Workloads.of(Suite.CONV).size());
  }

  /** The table of layers against the network itself; shortcuts A multiply by constants. */
  @Test
  void flopsAreThoseOfTheNetwork() {
    var model = Problem.network(Random.of(CPU, 1));
    double counted = 2.0 * Summary.of(model, Shape.of(2, 3, 32, 32)).multiplyAdds();
    assertEquals(counted, new Workload.Forward().flops(2));
    assertEquals(2 * 40.55e6, new Workload.Forward().flops(1), 0.02e6, "He et al. say 41 million");
  }

  static Stream<Workload> brief() {
    return Stream.concat(
        Workloads.of(Suite.ALL).stream().filter(row -> !row.name().contains("10")),
        Workloads.of(Suite.OPS).stream().limit(3));
  }

  /** What is timed is what is compared: both paths of the engine run on every row. */
  @ParameterizedTest
  @MethodSource("brief")
  void everyRowRunsAndHasFiniteResults(Workload workload) {
    try (Engine hone = new HoneEngine(PROBLEM, CPU, "Hone")) {
      Runnable run = hone.prepare(workload);
      run.run();
      run.run();
      Map<String, float[]> results = hone.results(workload);
      assertFalse(results.isEmpty());
      if (!(workload instanceof Workload.Op)) {
        results.forEach((name, values) -> {
          for (float v : values) {
            assertTrue(Float.isFinite(v), name);
          }
        });
      }
    }
  }

  /** A run of the product never sees a peer; the interface alone costs nothing. */
  @Test
  void noPeerIsNeeded() {
    assertEquals(List.of(), PeerProvider.found());
  }

  @Test
  void jmhFindsItsBenchmark() {
    assertNotNull(WorkloadsTest.class.getResource("/META-INF/BenchmarkList"));
  }
}
