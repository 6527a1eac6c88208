package dev.hone.bench.micro;

import dev.hone.icp.distill.DistillationSettings;
import dev.hone.icp.distill.DistillationStep;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.optim.Optimizer;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** From the start of the JVM to the end of the first training step, nothing warm. */
public final class FirstStep {
  private FirstStep() {}

  /** Takes it, and says how long ago the JVM started. */
  public static Duration take(Setting setting) {
    var backend = CpuBackendProvider.withThreads(setting.threads(), setting.lanes());
    var random = Random.of(backend, 0);
    var model = Problem.network(random);
    var optimizer =
        Optimizer.of(model, Optimizer.Settings.sgdNesterov(Problem.MOMENTUM, Problem.DECAY));
    int n = setting.batch();
    Tensor images = random.split(1).normal(Shape.of(n, 3, 32, 32));
    Tensor labels = Tensor.ofInts(backend, Shape.of(n), new int[n]);
    new DistillationStep<>(model, optimizer, DistillationSettings.baseline(1))
        .take(images, CrossEntropy.to(labels), 0, Problem.LEARNING_RATE, random);
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    return Duration.ofMillis(System.currentTimeMillis() - started);
  }
}
