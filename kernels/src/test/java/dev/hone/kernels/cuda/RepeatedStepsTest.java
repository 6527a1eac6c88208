package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.Repetition;
import dev.hone.tensor.backend.StepRule;
import dev.hone.tensor.backend.Stride;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Steps that the device repeats against the same steps one by one. */
class RepeatedStepsTest {
  private static final Shape SHAPE = Shape.of(3, 2, 5);

  /** What makes a gradient at x in its arena. */
  private interface Slope {
    Tensor at(Tensor x);
  }

  private static CudaBackend backend() {
    return backend(EmulatorOptions.fast());
  }

  private static CudaBackend backend(EmulatorOptions options) {
    return (CudaBackend) EmulatorBackendProvider.on(options, 3);
  }

  /** A rule for each step, by its number from 1. */
  private static List<IntFunction<StepRule>> formulas() {
    return List.of(
        t -> new StepRule.Gradient(),
        t -> new StepRule.Signed(),
        t -> new StepRule.Momentum(0.9, 0.1, false, t == 1),
        t -> new StepRule.Momentum(0.9, 0, true, t == 1),
        t -> new StepRule.Adam(0.9, 0.999, 1e-8, t),
        t -> new StepRule.AdEmaMix(0.9, 0.999, 1 - 0.01 / t, t * 0.5, 1e-8, t));
  }

  /** A descent from a fixed start: where x is in the end. */
  private static final class Descent {
    final Tensor x;
    final Repetition steps;
    int calls;

    /**
     * @param atOnce whether a step is one pass, else the rule's step is projected by other ops
     */
    Descent(Backend on, IntFunction<StepRule> formula, int count, boolean atOnce, Slope slope) {
      x = Random.of(on, 1).uniform(SHAPE, 0.5f, 1);
      Tensor origin = x.keep();
      var rules = new ArrayList<StepRule>();
      for (int t = 1; t <= count; t++) {
        rules.add(formula.apply(t));
      }
      var averages = new ArrayList<Tensor>();
      for (int a = 0; a < formula.apply(1).averages(); a++) {
        averages.add(Tensor.zeros(on, SHAPE));
      }
      var stride = new Stride(Tensor.scalar(on, 0.01), false, null, null, null, null, null);
      steps =
          new Repetition(
              rules,
              (rule, finite) -> {
                calls++;
                try (Arena arena = new Arena()) {
                  Tensor g = slope.at(x.in(arena));
                  finite.require(g);
                  if (atOnce) {
                    on.stride(rule, averages, g, stride, x, origin, x);
                  } else {
                    x.assign(x.in(arena).minus(on.step(rule, averages, g).times(0.01)));
                  }
                }
              },
              (step, sample) -> new ArithmeticException("step " + step + ", sample " + sample));
    }
  }

  private static Tensor curved(Tensor x) {
    return x.times(x).times(x.tanh()).minus(0.3);
  }

  @Test
  void stepsOfEveryRuleAreTheSameToTheBitAsOneByOne() {
    CudaBackend backend = backend();
    for (IntFunction<StepRule> formula : formulas()) {
      for (int count : new int[] {0, 1, 2, 3, 7}) {
        for (boolean atOnce : new boolean[] {true, false}) {
          var single = new Descent(backend, formula, count, atOnce, RepeatedStepsTest::curved);
          single.steps.run();
          assertEquals(count, single.calls);
          var repeated = new Descent(backend, formula, count, atOnce, RepeatedStepsTest::curved);
          backend.repeat(repeated.steps);
          assertEquals(Math.min(count, 2), repeated.calls);
          assertArrayEquals(
              single.x.toFloats(), repeated.x.toFloats(), formula.apply(1).toString());
        }
      }
    }
  }

  /** The sanitizers look on, and the kernels' blocks run in every order. */
  @Test
  void checkedInEveryOrder() {
    CheckedEmulator emulator = CheckedEmulator.ofOwnKernels();
    for (CudaBackend backend : emulator.backends()) {
      check(backend);
    }
    assertEquals("", emulator.missed("repeat"));
  }

  static void check(CudaBackend backend) {
    for (IntFunction<StepRule> formula : formulas()) {
      var single = new Descent(backend, formula, 4, true, RepeatedStepsTest::curved);
      single.steps.run();
      var repeated = new Descent(backend, formula, 4, true, RepeatedStepsTest::curved);
      backend.repeat(repeated.steps);
      assertArrayEquals(single.x.toFloats(), repeated.x.toFloats());
    }
    for (Bad bad : BAD) {
      assertEquals(bad.text, failure(backend, bad), bad::toString);
    }
  }

  /**
   * Gradients of 1, but for one element whose gradient is not finite once x has gone below what it
   * is after {@code step} steps.
   */
  private record Bad(int count, int step, int[] elements, float value, String text) {}

  private static final List<Bad> BAD =
      List.of(
          new Bad(5, 2, new int[] {19}, Float.NaN, "step 2, sample 1"),
          new Bad(5, 2, new int[] {20}, Float.POSITIVE_INFINITY, "step 2, sample 2"),
          new Bad(5, 4, new int[] {29}, Float.NEGATIVE_INFINITY, "step 4, sample 2"),
          new Bad(5, 0, new int[] {9, 10}, Float.NaN, "step 0, sample 0"),
          new Bad(5, 3, new int[] {29, 10, 11}, Float.NaN, "step 3, sample 1"),
          new Bad(2, 1, new int[] {0}, Float.NaN, "step 1, sample 0"));

  private static String failure(CudaBackend backend, Bad bad) {
    float[] start = Random.of(backend, 1).uniform(SHAPE, 0.5f, 1).toFloats();
    float[] border = new float[start.length];
    Arrays.fill(border, Float.NEGATIVE_INFINITY);
    for (int e : bad.elements) {
      border[e] = start[e] - 0.01f * bad.step + 0.005f;
    }
    Tensor borders = Tensor.of(backend, SHAPE, border);
    Tensor wrong = Tensor.full(backend, SHAPE, bad.value);
    Slope slope = x -> Tensor.where(x.less(borders), wrong, x.fullLike(1));
    var descent = new Descent(backend, t -> new StepRule.Gradient(), bad.count, true, slope);
    var thrown = assertThrows(ArithmeticException.class, () -> backend.repeat(descent.steps));
    return String.valueOf(thrown.getMessage());
  }

  @Test
  void aStepInAGraphIsOneCallOfTheDriver() {
    CudaBackend backend = backend(EmulatorOptions.fast());
    GpuStream stream = backend.device().stream();
    long[] calls = new long[2];
    for (int i = 0; i < calls.length; i++) {
      var descent = new Descent(backend, adam(), 10 + i, true, RepeatedStepsTest::curved);
      long before = stream.calls();
      backend.repeat(descent.steps);
      calls[i] = stream.calls() - before;
    }
    assertEquals(1, calls[1] - calls[0]);
    var single = new Descent(backend, adam(), 2, true, RepeatedStepsTest::curved);
    long before = stream.calls();
    single.steps.run();
    assertTrue(stream.calls() - before > 2 * 5, "one by one, each kernel is a call");
  }

  private static IntFunction<StepRule> adam() {
    return formulas().get(4);
  }

  /** As a loss of a user's may, which is then computed in each step. */
  @Test
  void aStepThatReadsBackIsTakenOneByOne() {
    CudaBackend backend = backend();
    var seen = new ArrayList<Float>();
    Slope reading =
        x -> {
          seen.add(x.toFloats()[3]);
          return curved(x);
        };
    var single = new Descent(backend, adam(), 6, true, RepeatedStepsTest::curved);
    single.steps.run();
    var repeated = new Descent(backend, adam(), 6, true, reading);
    backend.repeat(repeated.steps);
    assertArrayEquals(single.x.toFloats(), repeated.x.toFloats());
    assertEquals(6, seen.size());
  }

  @Test
  void theMemoryGoesBackToThePoolAndAFailureLeavesTheStreamAsItWas() {
    CudaBackend backend = backend();
    CachingAllocator allocator = backend.device().allocator();
    var descent = new Descent(backend, adam(), 5, true, RepeatedStepsTest::curved);
    long held = allocator.heldBytes();
    backend.repeat(descent.steps);
    assertEquals(held, allocator.heldBytes());
    long asked = allocator.allocations();
    backend.repeat(descent.steps);
    assertEquals(asked, allocator.allocations(), "the pool's memory does for the next batch");
    var calls = new AtomicInteger();
    Slope failing =
        x -> {
          if (calls.incrementAndGet() == 2) {
            throw new UnsupportedOperationException("in a capture");
          }
          return x;
        };
    var broken = new Descent(backend, adam(), 5, true, failing);
    assertThrows(UnsupportedOperationException.class, () -> backend.repeat(broken.steps));
    assertEquals(false, backend.device().stream().isCapturing());
    assertEquals(6, Tensor.of(backend, Shape.of(2), 2, 4).sum().item());
  }

  /** What another thread does meanwhile is not caught in the graph. */
  @Test
  void otherThreadsGoOn() {
    CudaBackend backend = backend();
    var single = new Descent(backend, adam(), 5, true, RepeatedStepsTest::curved);
    single.steps.run();
    Tensor counter = Tensor.zeros(backend, Shape.of(1));
    var others =
        CompletableFuture.runAsync(() -> {
          for (int i = 0; i < 200; i++) {
            try (Arena arena = new Arena()) {
              counter.assign(counter.in(arena).plus(1));
            }
          }
        });
    for (int i = 0; i < 20; i++) {
      var repeated = new Descent(backend, adam(), 5, true, RepeatedStepsTest::curved);
      backend.repeat(repeated.steps);
      assertArrayEquals(single.x.toFloats(), repeated.x.toFloats());
    }
    others.join();
    assertEquals(200, counter.item());
  }
}
