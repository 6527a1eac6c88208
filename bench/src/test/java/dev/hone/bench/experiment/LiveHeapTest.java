package dev.hone.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.icp.Perturbation;
import dev.hone.icp.distill.DistillationSettings;
import dev.hone.icp.distill.DistillationStep;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.optim.Optimizer;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Training with ICP keeps nothing: the heap after step 200 is that after step 20. */
class LiveHeapTest {
  /** What the JVM itself may come and go by; one leaked image batch a step would be 9 MB. */
  private static final long SLACK = 1 << 20;

  @Test
  void liveHeapAfterStep200EqualsThatAfterStep20() {
    Backend cpu = CpuBackendProvider.withThreads(2);
    Random random = Random.of(cpu, 1);
    ResNet model = ResNet.cifar(8, 10, random);
    var optimizer = Optimizer.of(model, Optimizer.Settings.sgdNesterov(0.9, 5e-4));
    var settings = DistillationSettings.of(0, 2, Perturbation.adam().steps(1));
    var step = new DistillationStep<>(model, optimizer, settings);
    Tensor images = random.split(1).normal(Shape.of(4, 3, 32, 32));
    Tensor labels = Tensor.ofInts(cpu, Shape.of(4), 0, 1, 2, 3);
    long after20 = 0;
    for (int i = 1; i <= 200; i++) {
      step.take(images, CrossEntropy.to(labels), 1, 1e-3, random.split(i));
      if (i == 20) {
        after20 = live();
      }
    }
    long grown = live() - after20;
    assertTrue(grown < SLACK, "the live heap grew by " + grown + " bytes in 180 steps");
  }

  private static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
