package dev.hone.bench.micro;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BatchStatistics;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Notices when a vector kernel falls off a cliff: when the compiler gives up on one and boxes every
 * vector, it becomes 6 to 10 times slower, still right, and nothing else would say so. Each family
 * runs beside the scalar backend, in turn, one thread each, and fails only where it is slower than
 * noise, JaCoCo and a narrow machine can explain, or where it goes on allocating once compiled: one
 * boxed vector in a hundred costs little time and yet tens of megabytes per step.
 */
class CliffTest {
  private static final int LEAST_ROUNDS = 12;
  private static final long ENOUGH = 400_000_000L;
  private static final long PATIENCE = 10_000_000_000L;

  /** What a call may allocate: its tensors' objects, but not a vector per few elements. */
  private static final long MOST_BYTES = 128 * 1024;

  /** Of a training step, whatever its batch. */
  private static final long MOST_BYTES_OF_A_STEP = 1_000_000;

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private static final List<String> SEEN = new ArrayList<>();

  /**
   * One family of kernels.
   *
   * @param floor how often as fast as the scalar kernel it must be
   * @param prepare its operands on a backend, and what runs on them
   */
  record Kernel(String name, double floor, Function<Random, Work> prepare) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** Runs once, leaving its results to the arena. */
  interface Work {
    void in(Arena arena);
  }

  static Stream<Kernel> kernels() {
    return Stream.of(
        new Kernel("convolution, Winograd", 1.5, convolution(16, 16, 16, 1)),
        new Kernel("convolution, direct", 1.5, convolution(8, 16, 16, 1)),
        new Kernel("convolution, stride 2", 1.5, convolution(16, 32, 16, 2)),
        new Kernel("input gradient, Winograd", 1.5, inputGradient(16, 16, 1)),
        new Kernel("input gradient, stride 2", 1.5, inputGradient(16, 32, 2)),
        new Kernel("convolution, epilogue", 1.5, finished(16, 16, 1)),
        new Kernel("convolution, stride 2, epilogue", 1.5, finished(16, 32, 2)),
        new Kernel("input gradient, masked", 1.5, masked(16, 16, 1)),
        new Kernel("input gradient, stride 2, masked", 1.5, masked(16, 32, 2)),
        new Kernel("weight gradient", 1.5, weightGradient(16, 16, 1)),
        new Kernel("weight gradient, stride 2", 1.5, weightGradient(16, 32, 2)),
        new Kernel("batch norm, statistics", 1.5, images(x -> x::batchStatistics)),
        new Kernel("batch norm, apply", 1.5, CliffTest::batchNorm),
        new Kernel("batch norm, gradient", 4, CliffTest::batchNormGradient),
        new Kernel("matmul", 3, CliffTest::matmul),
        new Kernel("exp", 1.2, rows(x -> x::exp)),
        new Kernel("plus", 2, rows(x -> () -> x.plus(x))),
        new Kernel("softmax", 1.5, rows(x -> x::softmax)),
        new Kernel("sum of rows", 0.5, rows(x -> () -> x.sum(1))),
        new Kernel("sum of columns", 0.4, rows(x -> () -> x.sum(0))),
        new Kernel("max of rows", 0.5, rows(x -> () -> x.max(1))));
  }

  private static final int BATCH = 16;

  /** A tensor in the backend's own layout of images. */
  private static Tensor images(Random random, int channels, int size) {
    Tensor rows = random.normal(Shape.of(BATCH, channels, size, size));
    return rows.convolution(
        ConvolutionOperands.identity(random.backend(), channels), new Convolution(1, 0));
  }

  private static Tensor weights(Random random, int in, int out) {
    return random.normal(Shape.of(out, in, 3, 3));
  }

  private static Function<Random, Work> convolution(int in, int out, int size, int stride) {
    return random -> {
      Tensor x = images(random, in, size);
      Tensor w = weights(random, in, out);
      return arena -> x.in(arena).convolution(w, new Convolution(stride, 1));
    };
  }

  private static Function<Random, Work> finished(int in, int out, int stride) {
    return random -> {
      Tensor x = images(random, in, 16);
      Tensor w = weights(random, in, out);
      Tensor bias = random.normal(Shape.of(out));
      Tensor residual = images(random, out, 16 / stride);
      return arena -> x.in(arena).convolution(w, bias, residual, true, new Convolution(stride, 1));
    };
  }

  private static Function<Random, Work> masked(int in, int out, int stride) {
    return random -> {
      Tensor dy = images(random, out, 16 / stride);
      Tensor w = weights(random, in, out);
      Tensor x = images(random, in, 16);
      return arena ->
          dy.in(arena).convolutionInputGradient(w, x.shape(), new Convolution(stride, 1), x, x);
    };
  }

  private static Function<Random, Work> inputGradient(int in, int out, int stride) {
    return random -> {
      Tensor dy = images(random, out, 16 / stride);
      Tensor w = weights(random, in, out);
      Shape x = Shape.of(BATCH, in, 16, 16);
      return arena -> dy.in(arena).convolutionInputGradient(w, x, new Convolution(stride, 1));
    };
  }

  private static Function<Random, Work> weightGradient(int in, int out, int stride) {
    return random -> {
      Tensor x = images(random, in, 16);
      Tensor dy = images(random, out, 16 / stride);
      Shape w = Shape.of(out, in, 3, 3);
      return arena -> dy.in(arena).convolutionWeightGradient(x, w, new Convolution(stride, 1));
    };
  }

  private static Function<Random, Work> images(Function<Tensor, Runnable> op) {
    return random -> {
      Tensor x = images(random, 16, 32);
      return arena -> op.apply(x.in(arena)).run();
    };
  }

  private static Work batchNorm(Random random) {
    Tensor x = images(random, 16, 32);
    Tensor one = Tensor.ones(random.backend(), Shape.of(16));
    BatchStatistics statistics = x.batchStatistics();
    return arena -> x.in(arena).batchNorm(statistics, one, one, 1e-5f, x, true);
  }

  private static Work batchNormGradient(Random random) {
    Tensor x = images(random, 16, 32);
    Tensor one = Tensor.ones(random.backend(), Shape.of(16));
    BatchStatistics statistics = x.batchStatistics();
    Backend backend = random.backend();
    return arena ->
        backend.batchNormGradient(x.in(arena), x, x, statistics, one, 1e-5f, true, true);
  }

  private static Work matmul(Random random) {
    Tensor a = random.normal(Shape.of(128, 64));
    Tensor b = random.normal(Shape.of(64, 128));
    return arena -> a.in(arena).matmul(b);
  }

  private static Function<Random, Work> rows(Function<Tensor, Runnable> op) {
    return random -> {
      Tensor x = random.normal(Shape.of(256, 256));
      return arena -> op.apply(x.in(arena)).run();
    };
  }

  @BeforeAll
  static void needsVectors() {
    assumeTrue(CpuBackendProvider.lanes() > 1, "no vectors on this machine");
  }

  @AfterAll
  static void report() {
    System.out.println("vector kernels, times as fast as scalar ones (at least):");
    SEEN.forEach(System.out::println);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void isNotBoxed(Kernel kernel) {
    Work vector = kernel.prepare.apply(on(CpuBackendProvider.lanes()));
    Work scalar = kernel.prepare.apply(on(1));
    long start = System.nanoTime();
    long bestVector = Long.MAX_VALUE;
    long bestScalar = Long.MAX_VALUE;
    long bytes = Long.MAX_VALUE;
    double ratio = 0;
    // Compilation comes when it comes, so a slow start is waited for; a boxed kernel stays slow.
    for (int round = 0; ; round++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      bestVector = Math.min(bestVector, nanos(vector));
      bytes = Math.min(bytes, THREADS.getCurrentThreadAllocatedBytes() - before);
      bestScalar = Math.min(bestScalar, nanos(scalar));
      ratio = (double) bestScalar / bestVector;
      long spent = System.nanoTime() - start;
      boolean looked = round >= LEAST_ROUNDS && spent > ENOUGH;
      if ((looked && ratio >= kernel.floor && bytes <= MOST_BYTES) || spent > PATIENCE) {
        break;
      }
    }
    SEEN.add(
        String.format(
            Locale.ROOT,
            "  %-32s %5.1f (%.1f)  %8.1f us %6.1f KB",
            kernel.name,
            ratio,
            kernel.floor,
            bestVector / 1e3,
            bytes / 1024.0));
    double seen = ratio;
    assertTrue(
        ratio >= kernel.floor,
        () ->
            "%s: only %.2f times as fast as the scalar kernel, where %.1f is the least; is a vector boxed?"
                .formatted(kernel.name, seen, kernel.floor));
    long allocated = bytes;
    assertTrue(
        bytes <= MOST_BYTES,
        () ->
            "%s: allocates %d bytes with each call, where %d is the most; is a vector boxed?"
                .formatted(kernel.name, allocated, MOST_BYTES));
  }

  /** What no kernel's row shows: scratch arrays made anew, small objects by the thousand. */
  @Test
  void aTrainingStepAllocatesLittle() {
    Backend backend = CpuBackendProvider.withThreads(1);
    var engine = new HoneEngine(Problem.untrained(backend, BATCH), backend, "one thread");
    Runnable step = engine.prepare(new Workload.TrainingStep());
    long start = System.nanoTime();
    long least = Long.MAX_VALUE;
    while (least > MOST_BYTES_OF_A_STEP && System.nanoTime() - start < PATIENCE) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      step.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    long seen = least;
    assertTrue(
        least <= MOST_BYTES_OF_A_STEP,
        () ->
            "a training step allocates %d bytes, where %d is the most"
                .formatted(seen, MOST_BYTES_OF_A_STEP));
  }

  private static Random on(int lanes) {
    return Random.of(CpuBackendProvider.withThreads(1, lanes), 1);
  }

  private static long nanos(Work work) {
    try (var arena = new Arena()) {
      long start = System.nanoTime();
      work.in(arena);
      return System.nanoTime() - start;
    }
  }
}
