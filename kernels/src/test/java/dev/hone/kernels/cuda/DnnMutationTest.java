package dev.hone.kernels.cuda;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.PtxModule;
import dev.hone.kernels.ptx.PtxMutations;
import dev.hone.kernels.ptx.PtxMutations.Kind;
import dev.hone.kernels.ptx.PtxMutations.Mutant;
import dev.hone.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Whether the tests of the heavy kernels would notice a mistake: barriers forgotten, comparisons
 * the wrong way, constants one off. The build tries every barrier and one in 24 of the rest; {@code
 * -Dhone.mutation=all} tries all.
 */
class DnnMutationTest {
  private static final int STEP = "all".equals(System.getProperty("hone.mutation")) ? 1 : 24;

  private static final EmulatorOptions OPTIONS =
      EmulatorOptions.checked().withCoverage(false).withInstructionLimit(2_000_000);

  private static final String COSTS =
      "a panel beyond the last column is filled with zeros that nobody multiplies";
  private static final String ZERO = "0 and 0 are the same";
  private static final String SHIFTED = "its lowest bit is shifted out";
  private static final String OUTSIDE = "anywhere far outside will do";

  /** Mistakes that change nothing that matters, and why. */
  private static final Map<String, String> HARMLESS =
      Map.ofEntries(
          entry("add.u32 %r1, %r1, 64; -> add.u32 %r1, %r1, 63;", COSTS),
          entry("setp.lt.u32 %p1, %r1, %N; -> setp.le.u32 %p1, %r1, %N;", COSTS),
          entry("add.u32 %now, %now, 64; -> add.u32 %now, %now, 63;", COSTS),
          entry("add.u32 %now, %now, 64; -> add.u32 %now, %now, 65;", COSTS),
          entry("setp.lt.u32 %p1, %now, %N; -> setp.le.u32 %p1, %now, %N;", COSTS),
          entry("mov.u32 %h, -1073741824; -> mov.u32 %h, -1073741823;", OUTSIDE),
          entry("mov.u32 %h, -1073741824; -> mov.u32 %h, -1073741825;", OUTSIDE),
          entry(
              "setp.le.and.f32 %p2, %v0, 0f00000000, %relu;"
                  + " -> setp.lt.and.f32 %p2, %v0, 0f00000000, %relu;",
              ZERO),
          entry(
              "setp.le.and.f32 %p, %v, 0f00000000, %relu;"
                  + " -> setp.lt.and.f32 %p, %v, 0f00000000, %relu;",
              ZERO),
          entry(
              "setp.ge.u32 %p1, %kk, %slice; -> setp.gt.u32 %p1, %kk, %slice;",
              "an entry too many lies in the patch, which is filled later"),
          entry("mov.u32 %r1, 64; -> mov.u32 %r1, 65;", SHIFTED),
          entry("mov.u32 %r1, 16; -> mov.u32 %r1, 17;", SHIFTED),
          entry("setp.lt.f64 %p, %s2, %d; -> setp.le.f64 %p, %s2, %d;", ZERO));

  private static void assertNoticed(String family, Consumer<DnnFixture> check) {
    String source = PtxFamily.source(family);
    run(family, source, check);
    List<Mutant> all = PtxMutations.of(source).mutants();
    var survivors = new ArrayList<Mutant>();
    int tried = 0;
    for (int i = 0; i < all.size(); i++) {
      Mutant m = all.get(i);
      if (m.kind() == Kind.BARRIER || i % STEP == 0) {
        tried++;
        if (survives(family, m, check)) {
          survivors.add(m);
        }
      }
    }
    List<Mutant> unexplained =
        survivors.stream().filter(m -> !HARMLESS.containsKey(change(m))).toList();
    assertEquals(List.of(), unexplained);
    boolean few = STEP > 1 || survivors.size() <= 0.05 * tried;
    assertTrue(few, "%d of %d survive".formatted(survivors.size(), tried));
  }

  private static String change(Mutant m) {
    return m.before().strip() + " -> " + m.after().strip();
  }

  private static boolean survives(String family, Mutant m, Consumer<DnnFixture> check) {
    try {
      run(family, m.source(), check);
      return true;
    } catch (RuntimeException | AssertionError _) {
      return false;
    }
  }

  /** The device is not closed: after a fault there may be scratch that nobody gave back. */
  private static void run(String family, String source, Consumer<DnnFixture> check) {
    var fixture = new DnnFixture(OPTIONS);
    fixture.stream.replace(family, PtxModule.parse(source, "mutant"));
    check.accept(fixture);
  }

  @Test
  void gemm() {
    assertNoticed(
        "gemm",
        f -> {
          var kernels = new GemmKernels(f.driver, f.allocator);
          GemmKernelsTest.CASES.forEach(s -> GemmKernelsTest.check(f, kernels, s));
          GemmKernelsTest.checkSectors(f, kernels);
        });
  }

  @Test
  void convolution() {
    assertNoticed(
        "convolution",
        f -> {
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels = new ConvolutionKernels(f.driver, f.allocator, gemm, _ -> false);
          for (ConvolutionShapes s : ConvolutionKernelsTest.CASES) {
            ConvolutionKernelsTest.checkForward(f, kernels, s);
            ConvolutionKernelsTest.checkInputGradient(f, kernels, s);
            ConvolutionKernelsTest.checkWeightGradient(f, kernels, s);
          }
          ConvolutionKernelsTest.checkSectors(f, kernels);
        });
  }

  @Test
  void direct() {
    assertNoticed(
        "direct",
        f -> {
          var gemm = new GemmKernels(f.driver, f.allocator);
          var kernels = new ConvolutionKernels(f.driver, f.allocator, gemm, DirectTiles::possible);
          for (ConvolutionShapes s : ConvolutionKernelsTest.CASES) {
            ConvolutionKernelsTest.checkForward(f, kernels, s);
            ConvolutionKernelsTest.checkInputGradient(f, kernels, s);
          }
        });
  }

  @Test
  void pooling() {
    assertNoticed(
        "pooling",
        f -> {
          var kernels = new PoolingKernels(f.driver, f.allocator);
          PoolingKernelsTest.CASES.forEach(s -> PoolingKernelsTest.check(f, kernels, s));
          PoolingKernelsTest.checkTiesAndNan(f, kernels);
        });
  }

  @Test
  void batchNorm() {
    assertNoticed(
        "batchnorm",
        f -> {
          var kernels = new BatchNormKernels(f.driver, f.allocator);
          for (Shape s : BatchNormKernelsTest.CASES) {
            BatchNormKernelsTest.checkForward(f, kernels, s);
            BatchNormKernelsTest.checkGradient(f, kernels, s);
          }
          BatchNormKernelsTest.checkAccuracy(f, kernels);
        });
  }
}
