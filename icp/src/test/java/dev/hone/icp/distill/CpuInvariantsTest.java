package dev.hone.icp.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.icp.Perturbation;
import dev.hone.icp.TinyNet;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.optim.Optimizer;
import dev.hone.tensor.Random;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuInvariantsTest extends InvariantsOfIcp {
  private static final Backend TWO_THREADS = CpuBackendProvider.withThreads(2);

  @Override
  Backend backend() {
    return TWO_THREADS;
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aSamplesResultDoesNotDependOnTheNumberOfThreads(Perturbation p) {
    List<Double> alone = perturbed(p, CpuBackendProvider.withThreads(1));
    for (int threads : new int[] {2, 3, 5}) {
      assertEquals(
          alone, perturbed(p, CpuBackendProvider.withThreads(threads)), () -> threads + " threads");
    }
  }

  private static List<Double> perturbed(Perturbation p, Backend backend) {
    Tensor x = TinyNet.images(Random.of(backend, 3), 37);
    return TinyNet.list(p.apply(TinyNet.of(backend, 4), TinyNet.loss(0), x));
  }

  @Test
  void aDistillationStepDoesNotDependOnTheNumberOfThreads() {
    var alone = trained(CpuBackendProvider.withThreads(1));
    for (int threads : new int[] {2, 3, 5}) {
      assertEquals(alone, trained(CpuBackendProvider.withThreads(threads)), threads + " threads");
    }
  }

  private static Map<String, List<Double>> trained(Backend backend) {
    TinyNet net = TinyNet.of(backend, 4);
    var optimizer = Optimizer.of(net, Optimizer.Settings.sgdNesterov(0.9, 5e-4));
    var step =
        new DistillationStep<>(net, optimizer, DistillationSettings.of(0, 3, Perturbation.adam()));
    for (int e = 0; e < 3; e++) {
      Tensor x = TinyNet.images(Random.of(backend, e), 21);
      step.take(x, TinyNet.loss(0), e, 0.1, Random.of(backend, 10 + e));
    }
    return TinyNet.snapshot(net);
  }

  @Test
  void theOracleFindsTheSamePerturbation() {
    // SGD, since it alone does not blow the last digit of a tiny gradient up to a whole step.
    double[] oracle = moved(ReferenceBackend.float32());
    assertArrayEquals(oracle, moved(TWO_THREADS), 2e-6);
  }

  private static double[] moved(Backend backend) {
    Tensor x = TinyNet.images(Random.of(backend, 3), 5);
    return Perturbation.sgd().apply(TinyNet.of(backend, 4), TinyNet.loss(0), x).toDoubles();
  }
}
