package dev.hone.icp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.NonFiniteException;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A batch that is worked on in parts comes out as one that is not, to the bit. */
class DepthFirstTest {
  private static final Backend CPU = CpuBackendProvider.withThreads(2);

  /** Several groups of images whatever the lanes, the last one not full. */
  private static final int N = 61;

  private static Tensor labels() {
    int[] labels = new int[N];
    for (int i = 0; i < N; i++) {
      labels[i] = i % TinyNet.CLASSES;
    }
    return Tensor.ofInts(CPU, Shape.of(N), labels);
  }

  static List<Perturbation> settings() {
    Random random = Random.of(CPU, 11);
    Tensor eps = random.split(1).uniform(Shape.of(N), 0, 0.2f);
    Tensor mask = random.split(2).dropoutMask(Shape.of(N, 1, 6, 6), 0.5f);
    var all = new ArrayList<Perturbation>();
    for (Perturbation p :
        List.of(Perturbation.sgd(), Perturbation.sign(0.05), Perturbation.adam(0.05))) {
      all.add(p.traced());
      all.add(p.traced().bestIterate().eps(eps));
      all.add(p.mask(mask).randomStart(0.1).within(Projection.l2(0.4)));
      all.add(p.steps(9).traced().stopAt(0.6));
      all.add(p.adversarial().within(ValidRange.of(-1, 1)));
    }
    all.add(Perturbation.adEmaMix(0.05).traced());
    return all;
  }

  @ParameterizedTest
  @MethodSource("settings")
  void partsGiveTheBitsAndTheTraceOfTheWhole(Perturbation p) {
    Tensor x = TinyNet.images(Random.of(CPU, 3), N);
    TinyNet net = TinyNet.of(CPU, 4);
    PerSampleLoss cut = CrossEntropy.to(labels());
    var parts = new AtomicInteger();
    PerSampleLoss counted = new Counted(cut, parts);
    Perturbed inParts = p.run(net, counted, x, Random.of(CPU, 5));
    Perturbed whole = p.run(net, cut::of, x, Random.of(CPU, 5));
    assertTrue(parts.get() > 2, () -> "only " + parts.get() + " parts");
    assertArrayEquals(whole.x().toFloats(), inParts.x().toFloats());
    assertEquals(whole.trace().size(), inParts.trace().size());
    for (int step = 0; step < whole.trace().size(); step++) {
      for (int i = 0; i < N; i++) {
        assertEquals(whole.trace().loss(step, i), inParts.trace().loss(step, i));
      }
    }
  }

  /** Counts how often it is cut. */
  private record Counted(PerSampleLoss loss, AtomicInteger parts) implements PerSampleLoss {
    @Override
    public dev.hone.autograd.Variable of(dev.hone.autograd.Variable output) {
      return loss.of(output);
    }

    @Override
    public java.util.Optional<PerSampleLoss> part(int from, int to) {
      parts.incrementAndGet();
      return loss.part(from, to);
    }
  }

  @Test
  void errorsNumberTheSamplesOfTheWholeBatch() {
    float[] values = TinyNet.images(Random.of(CPU, 3), N).toFloats();
    values[57 * 3 * 36 + 1] = Float.NaN;
    Tensor x = Tensor.of(CPU, Shape.of(N, 3, 6, 6), values);
    TinyNet net = TinyNet.of(CPU, 4);
    var e =
        assertThrows(
            NonFiniteException.class,
            () -> Perturbation.sgd().apply(net, CrossEntropy.to(labels()), x));
    assertTrue(String.valueOf(e.getMessage()).contains("sample 57"), e::getMessage);
    int[] wrong = labels().toInts();
    wrong[50] = 3;
    var f =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Perturbation.sgd()
                    .apply(
                        net,
                        CrossEntropy.to(Tensor.ofInts(CPU, Shape.of(N), wrong)),
                        TinyNet.images(Random.of(CPU, 3), N)));
    assertTrue(String.valueOf(f.getMessage()).contains("sample 50"), f::getMessage);
  }
}
