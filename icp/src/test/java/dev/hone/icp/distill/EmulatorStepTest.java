package dev.hone.icp.distill;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.NonFiniteException;
import dev.hone.icp.Perturbation;
import dev.hone.icp.Projection;
import dev.hone.icp.ValidRange;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.kernels.cuda.CudaBackendProvider;
import dev.hone.kernels.cuda.EmulatorBackendProvider;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.nn.Flatten;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.loss.Elbo;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.nn.loss.Reconstruction;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.model.Vae;
import dev.hone.nn.optim.Optimizer;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * From images to trained weights on the emulated GPU, as on the CPU: a ResNet-8, an ICP loop, a
 * distillation step. Fresh device memory holds NaN here, so that nothing unwritten is read.
 */
class EmulatorStepTest {
  private static final int CLASSES = 5;
  private static final int N = 3;

  private static Backend emulator() {
    return EmulatorBackendProvider.on(EmulatorOptions.fast(), 7);
  }

  private static ResNet model(Backend backend) {
    return ResNet.cifar(8, CLASSES, Random.of(backend, 21));
  }

  private static Tensor images(Backend backend) {
    return Random.of(backend, 100).normal(Shape.of(N, 3, 12, 12));
  }

  private static Tensor labels(Backend backend) {
    return Tensor.ofInts(backend, Shape.of(N), 4, 0, 2);
  }

  /**
   * |e - a| / |e| in L2: Adam divides by the gradient's size, so where that is nearly 0 the last
   * digits decide about the direction of single elements.
   */
  private static double distance(Tensor expected, Tensor actual) {
    double[] e = expected.toDoubles();
    double[] a = actual.toDoubles();
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < e.length; i++) {
      difference += (e[i] - a[i]) * (e[i] - a[i]);
      norm += e[i] * e[i];
    }
    return Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-6);
  }

  static Perturbation[] perturbations() {
    return new Perturbation[] {
      Perturbation.sgd(),
      Perturbation.sign().within(Projection.linf(0.003)),
      Perturbation.adam().within(Projection.l2(0.05)).within(ValidRange.of(-1, 1)),
      Perturbation.adEmaMix().randomStart(0.01)
    };
  }

  @ParameterizedTest
  @MethodSource("perturbations")
  void anIcpLoopAgreesWithTheCpu(Perturbation p) {
    Tensor expected = perturbed(p, CpuBackendProvider.withThreads(1));
    Tensor actual = perturbed(p, emulator());
    assertEquals(0, distance(expected, actual), 2e-4, p::toString);
  }

  /** A trace needs each step's losses on the host, so with one, steps go one by one. */
  @ParameterizedTest
  @MethodSource("perturbations")
  void stepsRepeatedByTheDeviceAreThoseOneByOneToTheBit(Perturbation p) {
    Backend backend = emulator();
    assertArrayEquals(
        perturbed(p.traced(), 4, backend).toFloats(), perturbed(p, 4, backend).toFloats());
  }

  @Test
  void aRepeatedStepIsOneCallOfTheDriver() {
    Backend backend = emulator();
    var calls = new long[3];
    for (int steps = 4; steps <= 6; steps++) {
      long before = CudaBackendProvider.driverCalls(backend);
      perturbed(Perturbation.adam(), steps, backend);
      calls[steps - 4] = CudaBackendProvider.driverCalls(backend) - before;
    }
    // The first call of all also loads the kernels, and a pool that is empty fills.
    assertEquals(1, calls[2] - calls[1]);
  }

  /** The logarithm's gradient at 0, times 0: x reaches 0 in two steps of -1/4. */
  @Test
  void aGradientThatIsNotFiniteIsNamedAsOnTheCpu() {
    assertEquals(failure(CpuBackendProvider.withThreads(1)), failure(emulator()));
    assertTrue(failure(emulator()).contains("sample 1 has a NaN or an infinity at step 2 of 6"));
  }

  private static String failure(Backend backend) {
    Tensor x = Tensor.of(backend, Shape.of(3, 2), 3, 4, 5, 0.5f, 6, 7);
    PerSampleLoss loss = y -> y.log().times(0).plus(y).sum(1);
    var p = Perturbation.sgd(0.25f).steps(6);
    var thrown = assertThrows(NonFiniteException.class, () -> p.apply(new Flatten(), loss, x));
    return String.valueOf(thrown.getMessage());
  }

  private static Tensor perturbed(Perturbation p, Backend backend) {
    return perturbed(p, 2, backend);
  }

  private static Tensor perturbed(Perturbation p, int steps, Backend backend) {
    return p.steps(steps)
        .run(
            model(backend),
            CrossEntropy.to(labels(backend)),
            images(backend),
            Random.of(backend, 5))
        .x();
  }

  @Test
  void distillationStepsAgreeWithTheCpuAndTheMemoryGoesBack() throws InterruptedException {
    Map<String, Tensor> expected = trained(CpuBackendProvider.withThreads(1));
    Backend emulator = emulator();
    Map<String, Tensor> actual = trained(emulator);
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, e) ->
        assertEquals(0, distance(e, actual.getOrDefault(name, e.fullLike(9))), 1e-3, name));
    actual.clear();
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (CudaBackendProvider.memoryInUse(emulator) > 0 && System.nanoTime() < deadline) {
      System.gc();
      Thread.sleep(20);
    }
    assertEquals("nothing", CudaBackendProvider.memoryReport(emulator));
  }

  /** Everything that two steps of training change, on the host. */
  private static Map<String, Tensor> trained(Backend backend) {
    ResNet model = model(backend);
    var optimizer = Optimizer.of(model, Optimizer.Settings.sgdNesterov(0.9, 5e-4));
    var settings = DistillationSettings.of(0, 2, Perturbation.sgd().steps(2));
    var step = new DistillationStep<>(model, optimizer, settings);
    var all = new LinkedHashMap<String, Tensor>();
    Backend host = CpuBackendProvider.withThreads(1);
    for (int i = 0; i < 2; i++) {
      StepLosses losses =
          step.take(
              images(backend),
              CrossEntropy.to(labels(backend)),
              i,
              0.05,
              Random.of(backend, 10 + i));
      assertTrue(Double.isFinite(losses.task()), losses::toString);
      all.put("output " + i, losses.output().to(host));
    }
    model.parameters().forEach((name, p) -> all.put(name, p.value().to(host)));
    model.buffers().forEach((name, b) -> all.put(name, b.to(host)));
    optimizer.state().forEach((name, s) -> all.put(name, s.to(host)));
    return all;
  }

  @Test
  void anAutoencodersStepAgreesWithTheCpu() {
    Map<String, Tensor> expected = autoencoder(CpuBackendProvider.withThreads(1));
    Map<String, Tensor> actual = autoencoder(emulator());
    expected.forEach((name, e) ->
        assertEquals(0, distance(e, actual.getOrDefault(name, e.fullLike(9))), 1e-3, name));
  }

  /** Everything that a step changes, on the host. */
  private static Map<String, Tensor> autoencoder(Backend backend) {
    Vae vae = Vae.of(16, 1, 2, 2, Random.of(backend, 41));
    var optimizer = Optimizer.of(vae, Optimizer.Settings.sgdNesterov(0.9, 0));
    var settings = DistillationSettings.of(0, 2, Perturbation.sgd(1e-4).steps(2));
    Tensor x = Random.of(backend, 42).uniform(Shape.of(2, 1, 16, 16));
    var elbo = new Elbo(new Reconstruction.Bernoulli(), 0.5);
    StepLosses losses =
        new DistillationStep<>(vae, optimizer, settings)
            .take(
                vae.with(Random.of(backend, 43).normal(Shape.of(2, 2))),
                x,
                elbo.to(x),
                1,
                1e-4,
                Random.of(backend, 44));
    assertTrue(losses.distillation() > 0, losses::toString);
    var all = new LinkedHashMap<String, Tensor>();
    Backend host = CpuBackendProvider.withThreads(1);
    all.put("output", losses.output().to(host));
    vae.state().forEach((name, t) -> all.put(name, t.to(host)));
    return all;
  }
}
