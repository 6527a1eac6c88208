package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.tensor.conformance.Check;
import dev.hone.tensor.conformance.OpCase;
import dev.hone.tensor.conformance.OpCases;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether the tests of our light kernels would notice a mistake: see {@link KernelMutants}. */
class OwnMutationTest {
  private static final int LARGEST = 300;

  private static final EmulatorOptions OPTIONS =
      EmulatorOptions.checked()
          .withCounters(false)
          .withCoverage(false)
          .withInstructionLimit(2_000_000);

  private static final Map<String, Set<String>> OPS =
      Map.of(
          "elementwise", Set.of("unary", "binary", "clamp", "where", "cast"),
          "moves", Set.of("contiguous", "assign", "concat", "pad", "gather", "scatterAdd"),
          "reduce", Set.of("reduce", "argmax"),
          "softmax", Set.of("softmax", "logSoftmax"),
          "finish", Set.of("convolution", "convolutionInputGradient"),
          "running", Set.of("follow"));

  /** The table's rows of {@code ops}, mixed, so that a mistake in any of them is soon noticed. */
  private static void rows(Set<String> ops, CudaBackend backend) {
    var rows = new ArrayList<OpCase>(OpCases.all());
    Collections.shuffle(rows, new Random(1));
    for (OpCase row : rows) {
      if (ops.contains(row.op()) && elements(row) <= LARGEST) {
        assertEquals(List.of(), Check.problems(row, backend));
      }
    }
  }

  private static int elements(OpCase row) {
    return row.inputs().stream().mapToInt(input -> input.shape().size()).max().orElse(0);
  }

  /** What the tests of {@code family} do, what is short first. */
  private static void check(String family, CudaBackend backend) {
    switch (family) {
      case "elementwise" -> {
        OwnKernelsTest.minusZero(backend);
        OwnKernelsTest.powers(backend);
        OwnKernelsTest.indices(backend);
        OwnKernelsTest.exactFit(backend);
      }
      case "moves" -> {
        OwnKernelsTest.indices(backend);
        OwnKernelsTest.exactFit(backend);
      }
      case "reduce" -> {
        OwnKernelsTest.exactFit(backend);
        OwnKernelsTest.firstOfTheLargest(backend);
        OwnKernelsTest.longReductions(backend);
        OwnKernelsTest.manyLongReductions(backend);
      }
      case "softmax" -> OwnKernelsTest.longRows(backend);
      case "finish" -> {
        OwnKernelsTest.exactFit(backend);
        OwnKernelsTest.finish(backend);
      }
      case "running" -> OwnKernelsTest.follow(backend);
      case "update" -> FusedKernelsTest.updates(backend);
      case "loss" -> FusedKernelsTest.losses(backend);
      case "pieces" -> FusedKernelsTest.pieces(backend);
      case "pixels" -> PixelKernelsTest.check(backend);
      case "variational" -> VariationalKernelsTest.check(backend);
      case "random" -> FusedKernelsTest.random(backend);
      case "repeat" -> RepeatedStepsTest.check(backend);
      case "peak" -> PeakKernelsTest.check(backend);
      default -> throw new IllegalArgumentException(family);
    }
    rows(OPS.getOrDefault(family, Set.of()), backend);
  }

  private static void run(String family, String source) {
    var driver = new EmulatorDriver(OPTIONS, 1);
    var device = new CudaDevice(new ReplacingDriver(driver, family, source));
    check(family, new CudaBackend("emulator", device, new HostDnnProvider(driver)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "elementwise",
        "moves",
        "reduce",
        "softmax",
        "finish",
        "update",
        "loss",
        "pieces",
        "random",
        "variational",
        "pixels",
        "repeat",
        "running",
        "peak"
      })
  void mistakesAreNoticed(String family) {
    KernelMutants.assertNoticed(family, source -> run(family, source));
  }
}
