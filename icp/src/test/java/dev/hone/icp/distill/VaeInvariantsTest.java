package dev.hone.icp.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.icp.Perturbation;
import dev.hone.icp.TinyNet;
import dev.hone.icp.ValidRange;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.Mode;
import dev.hone.nn.loss.Elbo;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.nn.loss.Reconstruction;
import dev.hone.nn.model.Vae;
import dev.hone.nn.optim.Optimizer;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for ICP and its distillation, on a VAE whose noise is drawn once per batch. */
class VaeInvariantsTest {
  private static final Backend CPU = CpuBackendProvider.withThreads(2);
  private static final int LATENT = 4;
  private static final Elbo ELBO = new Elbo(new Reconstruction.Gaussian(0.2), 0.5);

  static List<Perturbation> rules() {
    // The loss is a sum over pixels, so its gradient and SGD's steps are large.
    return List.of(
        Perturbation.sgd(1e-4), Perturbation.sign(), Perturbation.adam(), Perturbation.adEmaMix());
  }

  private static Tensor images(Backend backend, int n) {
    return Random.of(backend, 31).uniform(Shape.of(n, 1, 16, 16));
  }

  private static Tensor noise(Backend backend, int n) {
    return Random.of(backend, 32).normal(Shape.of(n, LATENT));
  }

  /** A model whose running statistics have seen three batches. */
  private static Vae vae(Backend backend) {
    Vae vae = Vae.of(16, 1, LATENT, 4, Random.of(backend, 33));
    for (int i = 0; i < 3; i++) {
      try (var tape = Tape.inference()) {
        Variable x = tape.constant(images(backend, 6));
        vae.with(noise(backend, 6)).apply(x, Mode.train(Random.of(backend, i)));
      }
    }
    return vae;
  }

  private static Tensor moved(Perturbation p, Backend backend, int n) {
    Tensor x = images(backend, n);
    return p.apply(vae(backend).with(noise(backend, n)), ELBO.to(x), x);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void withoutStepsOrEpsNothingMovesAndTheDistillationLossIsZero(Perturbation p) {
    for (Perturbation still : List.of(p.steps(0), p.eps(0))) {
      assertEquals(TinyNet.list(images(CPU, 3)), TinyNet.list(moved(still, CPU, 3)));
      assertEquals(0, step(CPU, DistillationSettings.of(0, 4, still), 1).distillation());
    }
    assertTrue(step(CPU, DistillationSettings.of(0, 4, p), 1).distillation() > 0);
  }

  private static StepLosses step(Backend backend, DistillationSettings settings, int epoch) {
    Vae vae = vae(backend);
    var step = new DistillationStep<>(vae, adam(vae), settings);
    Tensor x = images(backend, 5);
    return step.take(
        vae.with(noise(backend, 5)), x, ELBO.to(x), epoch, 1e-3, Random.of(backend, 9));
  }

  private static Optimizer adam(Vae vae) {
    return Optimizer.of(vae, Optimizer.Settings.adam(0));
  }

  @Test
  void withASmallEpsNoSamplesLossRises() {
    int n = 8;
    Tensor x = images(CPU, n);
    Vae drawn = vae(CPU).with(noise(CPU, n));
    var trace = Perturbation.sgd(1e-5).traced().run(drawn, ELBO.to(x), x).trace();
    for (int t = 1; t < trace.size(); t++) {
      for (int i = 0; i < n; i++) {
        double before = trace.loss(t - 1, i);
        assertTrue(trace.loss(t, i) <= before + 1e-5 * Math.abs(before), trace::toString);
      }
      assertTrue(trace.sum(t) < trace.sum(t - 1), trace::toString);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aSamplesResultDoesNotDependOnItsBatch(Perturbation p) {
    int n = 37;
    Tensor x = images(CPU, n);
    Vae drawn = vae(CPU).with(noise(CPU, n));
    Tensor together = p.apply(drawn, ELBO.to(x), x);
    for (int size : new int[] {1, 5, 16}) {
      for (int from = 0; from < n; from += size) {
        int to = Math.min(from + size, n);
        Tensor part = x.slice(0, from, to);
        Tensor alone = p.apply(drawn.part(from, to), ELBO.to(part), part);
        assertEquals(TinyNet.list(together.slice(0, from, to)), TinyNet.list(alone));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void partsGiveTheBitsOfTheWhole(Perturbation p) {
    int n = 61;
    Tensor x = images(CPU, n);
    Vae drawn = vae(CPU).with(noise(CPU, n));
    var cuts = new AtomicInteger();
    PerSampleLoss cut = ELBO.to(x);
    Tensor inParts = p.apply(drawn, new Counted(cut, cuts), x);
    assertTrue(cuts.get() > 2, () -> "only " + cuts.get() + " parts");
    assertEquals(TinyNet.list(p.apply(drawn, cut::of, x)), TinyNet.list(inParts));
  }

  /** Counts how often it is cut. */
  private record Counted(PerSampleLoss loss, AtomicInteger cuts) implements PerSampleLoss {
    @Override
    public Variable of(Variable output) {
      return loss.of(output);
    }

    @Override
    public Optional<PerSampleLoss> part(int from, int to) {
      cuts.incrementAndGet();
      return loss.part(from, to);
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void resultsDoNotDependOnTheNumberOfThreads(Perturbation p) {
    Backend one = CpuBackendProvider.withThreads(1);
    List<Double> alone = TinyNet.list(moved(p, one, 37));
    Map<String, List<Double>> trained = trained(one, p);
    for (int threads : new int[] {2, 3, 5}) {
      Backend many = CpuBackendProvider.withThreads(threads);
      assertEquals(alone, TinyNet.list(moved(p, many, 37)));
      assertEquals(trained, trained(many, p));
    }
  }

  private static Map<String, List<Double>> trained(Backend backend, Perturbation p) {
    Vae vae = vae(backend);
    var step = new DistillationStep<>(vae, adam(vae), DistillationSettings.of(0, 3, p));
    Tensor x = images(backend, 9);
    for (int e = 0; e < 2; e++) {
      Tensor drawn = Random.of(backend, e).normal(Shape.of(9, LATENT));
      step.take(vae.with(drawn), x, ELBO.to(x), e, 1e-3, Random.of(backend, e));
    }
    return TinyNet.snapshot(vae);
  }

  @Test
  void aCallLeavesNoTraceEvenIfItFails() {
    int n = 5;
    Tensor x = images(CPU, n);
    Vae vae = vae(CPU);
    Vae drawn = vae.with(noise(CPU, n));
    var before = List.of(TinyNet.snapshot(vae), TinyNet.list(x), TinyNet.list(noise(CPU, n)));
    Perturbation p = Perturbation.adam().within(ValidRange.of(0, 1));
    assertNotEquals(TinyNet.list(x), TinyNet.list(p.apply(drawn, ELBO.to(x), x)));
    var passes = new ArrayList<Integer>();
    PerSampleLoss failing =
        output -> {
          passes.add(passes.size());
          if (passes.size() == 3) {
            throw new IllegalStateException("third pass");
          }
          return ELBO.to(x).of(output);
        };
    assertThrows(IllegalStateException.class, () -> p.apply(drawn, failing, x));
    assertEquals(
        before, List.of(TinyNet.snapshot(vae), TinyNet.list(x), TinyNet.list(noise(CPU, n))));
  }

  @Test
  void theNoiseIsTheSameInEveryStepAndBothFeaturePasses() {
    // With other noise in the target's pass, the decoder's features would differ at T = 0.
    var settings = DistillationSettings.of(0, 4, Perturbation.adam().steps(0));
    assertEquals(0, step(CPU, settings, 2).distillation());
    Tensor x = images(CPU, 4);
    Vae vae = vae(CPU);
    Tensor one = Perturbation.sgd(1e-4).apply(vae.with(noise(CPU, 4)), ELBO.to(x), x);
    Tensor other =
        Perturbation.sgd(1e-4)
            .apply(vae.with(Random.of(CPU, 77).normal(Shape.of(4, LATENT))), ELBO.to(x), x);
    assertNotEquals(TinyNet.list(one), TinyNet.list(other), "and it does matter");
  }

  @Test
  void theTargetOfTheReconstructionStaysWhereTheInputMoves() {
    Tensor x = images(CPU, 4);
    Vae drawn = vae(CPU).with(noise(CPU, 4));
    Tensor better = Perturbation.adam(0.02).within(ValidRange.of(0, 1)).apply(drawn, ELBO.to(x), x);
    try (var tape = Tape.inference()) {
      double before = ELBO.to(x).of(drawn.apply(tape.constant(x))).sum().item();
      double after = ELBO.to(x).of(drawn.apply(tape.constant(better))).sum().item();
      assertTrue(after < before, after + " against " + before);
    }
  }
}
