package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.tensor.Philox;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.StepRule;
import dev.hone.tensor.backend.Stride;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is fused against what it is composed of on the oracle, on the interpreter with every
 * sanitizer, in four orders. Steps are the composition's to the bit.
 */
class FusedKernelsTest {
  private static final Backend ORACLE = ReferenceBackend.float32();

  /**
   * Words of (0, 0) whose upper 24 bits are 0, 2^24 - 1 (the ends of u and v), 2^21 and 2^21 + 1
   * (an eighth of the circle), 2^22 - 1, 2^22 and 2^22 + 1, 3 * 2^21, 2^23, 3 * 2^22 - 1 and 3 *
   * 2^22.
   */
  private static final long[] EXTREMES = {
    59_535_980,
    9_320_226,
    47_459_484,
    28_171_005,
    2_480_315,
    2_523_872,
    32_764_661,
    39_305_684,
    1_819_059,
    1_216_191,
    600_312
  };

  private static Tensor draw(Backend on, long stream, int... dims) {
    return Random.of(on, stream).uniform(Shape.of(dims), -2, 2);
  }

  private static Tensor positive(Backend on, long stream, int... dims) {
    return Random.of(on, stream).uniform(Shape.of(dims), 0.1f, 3);
  }

  /** The rules at step t; the averages are those of the steps before. */
  private static List<StepRule> rules(long t) {
    return List.of(
        new StepRule.Gradient(),
        new StepRule.Signed(),
        new StepRule.Momentum(0.9, 0, false, t == 1),
        new StepRule.Momentum(0.9, 0, true, t == 1),
        new StepRule.Momentum(0.8, 0.3, false, t == 1),
        new StepRule.Adam(0.9, 0.999, 1e-8, t),
        new StepRule.AdEmaMix(0.9, 0.999, 0.9999, 5, 1e-8, t));
  }

  private static void same(Tensor expected, Tensor actual, String what) {
    assertEquals(expected.shape(), actual.shape(), what);
    assertArrayEquals(expected.toFloats(), actual.toFloats(), what);
  }

  @Test
  void everyFusedKernelIsItsCompositionInEveryOrderAndEveryLineRuns() {
    CheckedEmulator emulator = CheckedEmulator.ofOwnKernels();
    for (int i = 0; i < emulator.backends().size(); i++) {
      check(emulator.get(i));
    }
    var missed = new ArrayList<>(List.of("update", "loss", "pieces", "random"));
    missed.replaceAll(emulator::missed);
    assertEquals(List.of("", "", "", ""), missed);
  }

  private static void check(CudaBackend backend) {
    updates(backend);
    losses(backend);
    pieces(backend);
    random(backend);
  }

  static void updates(CudaBackend backend) {
    for (int[] shape : new int[][] {{1}, {3, 5}, {128}, {2, 3, 7, 5}, {4, 3, 17}}) {
      steps(backend, shape);
      strides(backend, shape);
    }
  }

  /** Numbers from counters: the host's bits. */
  static void random(CudaBackend backend) {
    for (int n : new int[] {3, 128}) {
      Random theirs = Random.at(ORACLE, new Philox(-5, 1L << 40), (1L << 34) + 1);
      Random mine = Random.at(backend, theirs.philox(), theirs.position());
      Shape s = Shape.of(n);
      same(theirs.uniform(s, -1, 2), mine.uniform(s, -1, 2), "uniform");
      same(theirs.uniform(s, 0x1p24f, 0x1p24f + 2), mine.uniform(s, 0x1p24f, 0x1p24f + 2), "end");
      same(theirs.dropoutMask(s, 0.5f), mine.dropoutMask(s, 0.5f), "mask");
      float drawn = theirs.philox().uniform(theirs.position() + 2); // what equals p is kept
      same(theirs.dropoutMask(s, drawn), mine.dropoutMask(s, drawn), "border");
      theirs.uniform(Shape.of(1)); // so that both words are of one counter, and of two
      mine.uniform(Shape.of(1));
      same(theirs.normal(s), mine.normal(s), "normal");
    }
    var philox = new Philox(0, 0);
    for (long word : EXTREMES) {
      for (long first : new long[] {word, word - 1}) { // as u's word, and as v's
        Tensor expected = ORACLE.normal(philox, first, Shape.of(2));
        same(expected, backend.normal(philox, first, Shape.of(2)), "normal of word " + word);
      }
    }
  }

  private static void steps(CudaBackend backend, int... shape) {
    int count = rules(1).size();
    for (int r = 0; r < count; r++) {
      var mine = new ArrayList<Tensor>();
      var theirs = new ArrayList<Tensor>();
      for (int a = 0; a < rules(1).get(r).averages(); a++) {
        mine.add(Tensor.zeros(backend, Shape.of(shape)));
        theirs.add(Tensor.zeros(ORACLE, Shape.of(shape)));
      }
      for (long t = 1; t <= 3; t++) {
        StepRule rule = rules(t).get(r);
        Tensor expected = rule.apply(theirs, draw(ORACLE, t, shape));
        same(expected, backend.step(rule, mine, draw(backend, t, shape)), rule.toString());
      }
      for (int a = 0; a < mine.size(); a++) {
        same(theirs.get(a), mine.get(a), "average " + a);
      }
    }
  }

  /** Strides of x's shape with limits that broadcast in different ways, on one backend. */
  private static List<Stride> limits(Backend on, int... shape) {
    Tensor eps = positive(on, 1).times(0.1);
    Tensor scalar = positive(on, 2).times(0.05);
    Tensor low = draw(on, 3).minus(1);
    int rank = shape.length;
    var all = new ArrayList<Stride>();
    all.add(new Stride(eps, false, null, null, null, null, null));
    all.add(new Stride(eps, true, null, scalar, low, low.plus(1.5), mask(on, shape)));
    if (rank > 1) {
      int[] perSample = new int[rank];
      Arrays.fill(perSample, 1);
      int[] perChannel = perSample.clone();
      perSample[0] = shape[0];
      perChannel[1] = shape[1];
      Tensor unit = positive(on, 4, perChannel);
      Tensor bound = draw(on, 5, perChannel).minus(1);
      all.add(
          new Stride(
              positive(on, 6, perSample),
              false,
              unit,
              scalar.dividedBy(unit),
              bound,
              bound.plus(2),
              mask(on, perSample)));
    }
    if (rank == 4) { // one that no single stride walks through
      int[] rows = {1, 1, shape[2], 1};
      all.add(new Stride(eps, false, null, null, null, null, mask(on, rows)));
    }
    return all;
  }

  private static Tensor mask(Backend on, int... shape) {
    return Random.of(on, 7).uniform(Shape.of(shape)).greater(Tensor.scalar(on, 0.5));
  }

  private static void strides(CudaBackend backend, int... shape) {
    for (StepRule rule : rules(2)) {
      strides(backend, rule, shape);
    }
  }

  private static void strides(CudaBackend backend, StepRule rule, int... shape) {
    List<Stride> mine = limits(backend, shape);
    List<Stride> theirs = limits(ORACLE, shape);
    for (int i = 0; i < mine.size(); i++) {
      Tensor expected = Tensor.zeros(ORACLE, Shape.of(shape));
      ORACLE.stride(
          rule,
          averages(ORACLE, rule, shape),
          withNaN(draw(ORACLE, 20, shape)),
          theirs.get(i),
          draw(ORACLE, 21, shape),
          draw(ORACLE, 22, shape),
          expected);
      Tensor x = draw(backend, 21, shape);
      Tensor target = i % 2 == 0 ? Tensor.zeros(backend, x.shape()) : x; // in place, too
      backend.stride(
          rule,
          averages(backend, rule, shape),
          withNaN(draw(backend, 20, shape)),
          mine.get(i),
          x,
          draw(backend, 22, shape),
          target);
      same(expected, target, "stride " + i + " of " + target.shape());
    }
  }

  /** The first element is 0, and the last NaN, which no limit may hide. */
  private static Tensor withNaN(Tensor g) {
    float[] values = g.toFloats();
    values[0] = 0;
    values[values.length - 1] = Float.NaN;
    return Tensor.of(g.backend(), g.shape(), values);
  }

  private static List<Tensor> averages(Backend on, StepRule rule, int... shape) {
    var averages = new ArrayList<Tensor>();
    while (averages.size() < rule.averages()) {
      averages.add(positive(on, 31 + averages.size(), shape));
    }
    return averages;
  }

  static void losses(CudaBackend backend) {
    for (int[] d : new int[][] {{1, 1}, {5, 3}, {7, 10}, {3, 77}, {300, 2}, {128, 1}}) {
      int[] classes = new int[d[0]];
      Arrays.setAll(classes, i -> new Philox(3, 3).below(d[1], i));
      Tensor labels = Tensor.ofInts(ORACLE, Shape.of(d[0]), classes);
      Tensor mine = labels.to(backend);
      for (double s : new double[] {0, 0.1}) {
        String what = d[0] + " rows of " + d[1] + ", smoothed by " + s;
        near(
            ORACLE.crossEntropy(draw(ORACLE, 40, d), labels, s),
            backend.crossEntropy(draw(backend, 40, d), mine, s),
            what);
        near(
            ORACLE.crossEntropyGradient(draw(ORACLE, 41, d[0]), draw(ORACLE, 40, d), labels, s),
            backend.crossEntropyGradient(draw(backend, 41, d[0]), draw(backend, 40, d), mine, s),
            what);
      }
    }
    wideRows(backend);
    manySquaredErrors(backend);
    Tensor nan = Tensor.of(backend, Shape.of(1, 2), 1, Float.NaN);
    Tensor label = Tensor.ofInts(backend, Shape.of(1), 0);
    assertEquals(Float.NaN, backend.crossEntropy(nan, label, 0).item());
    for (int n : new int[] {0, 1, 33, 128, 1000, 16_385}) {
      Tensor a = draw(ORACLE, 50, n);
      Tensor b = draw(ORACLE, 51, n);
      near(
          ORACLE.meanSquaredError(a, b),
          backend.meanSquaredError(a.to(backend), b.to(backend)),
          "squares of " + n);
      Tensor dy = Tensor.scalar(ORACLE, 1.5);
      near(
          ORACLE.meanSquaredErrorGradient(dy, a, b),
          backend.meanSquaredErrorGradient(dy.to(backend), a.to(backend), b.to(backend)),
          "their gradient");
    }
  }

  /** Logits far apart, the largest at the end of a long row and at the beginning of the next. */
  private static void wideRows(CudaBackend backend) {
    float[] values = draw(ORACLE, 80, 300).times(60).toFloats();
    values[98] = 400;
    values[100] = 1e4f;
    values[163] = 1e4f;
    Tensor logits = Tensor.of(ORACLE, Shape.of(3, 100), values);
    Tensor labels = Tensor.ofInts(ORACLE, Shape.of(3), 98, 63, 5);
    Tensor dy = Tensor.of(ORACLE, Shape.of(3), 1, -2, 0.5f);
    Tensor mine = labels.to(backend);
    Tensor want = ORACLE.crossEntropy(logits, labels, 0.1);
    Tensor got = backend.crossEntropy(logits.to(backend), mine, 0.1);
    assertArrayEquals(want.toFloats(), got.toFloats(), 1e-2f, "of up to 1e4");
    near(
        ORACLE.crossEntropyGradient(dy, logits, labels, 0.1),
        backend.crossEntropyGradient(dy.to(backend), logits.to(backend), mine, 0.1),
        "wide rows");
  }

  /** More pieces than blocks, so that a block takes several, one after the other. */
  private static void manySquaredErrors(CudaBackend backend) {
    int pieces = 128;
    Tensor a = draw(backend, 55, 3 * pieces);
    Tensor partials = Tensor.zeros(backend, Shape.of(pieces));
    var arguments =
        new Arguments().tensor(partials).tensor(a).tensor(a.fullLike(0)).u32(3 * pieces, pieces, 3);
    backend.device().launch("loss", "squared_errors", 256L * pieces, arguments);
    near(a.times(a).reshape(pieces, 3).sum(1), partials, "sums of three squares");
  }

  private static void near(@Nullable Tensor expected, Tensor actual, String what) {
    Tensor e = Objects.requireNonNull(expected);
    assertEquals(e.shape(), actual.shape(), what);
    assertArrayEquals(e.toFloats(), actual.toFloats(), 2e-6f, what);
  }

  static void pieces(CudaBackend backend) {
    var parts = new ArrayList<Tensor>();
    for (int n : new int[] {3, 0, 5000, 1, 77}) {
      parts.add(draw(backend, 60 + n, n));
    }
    parts.add(draw(backend, 70, 4, 3).transpose());
    List<Tensor> flat = parts.stream().map(p -> p.reshape(-1)).toList();
    List<Tensor> oracle = flat.stream().map(p -> p.to(ORACLE)).toList();
    Tensor whole = Tensor.concat(0, flat);
    same(Tensor.concat(0, oracle), whole, "joined");
    List<Tensor> targets = parts.stream().map(p -> Tensor.zeros(backend, p.shape())).toList();
    backend.split(whole, targets);
    for (int i = 0; i < parts.size(); i++) {
      same(parts.get(i), targets.get(i), "piece " + i);
    }
    Tensor turned = Tensor.zeros(backend, Shape.of(4, 3)).transpose();
    backend.split(whole, List.of(targets.get(0), turned.slice(0, 0, 0), turned));
    same(whole.slice(0, 3, 15).reshape(3, 4), turned, "a view");
  }
}
