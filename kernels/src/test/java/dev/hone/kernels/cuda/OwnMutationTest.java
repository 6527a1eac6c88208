package dev.hone.kernels.cuda;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.PtxMutations;
import dev.hone.kernels.ptx.PtxMutations.Kind;
import dev.hone.kernels.ptx.PtxMutations.Mutant;
import dev.hone.tensor.conformance.Check;
import dev.hone.tensor.conformance.OpCase;
import dev.hone.tensor.conformance.OpCases;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whether the tests of our light kernels would notice a mistake: barriers forgotten, comparisons
 * the wrong way, constants one off. The build tries every barrier and one in 40 of the rest; {@code
 * -Dhone.mutation=all} tries all.
 */
class OwnMutationTest {
  private static final boolean ALL = "all".equals(System.getProperty("hone.mutation"));
  private static final int STEP = ALL ? 1 : 40;
  private static final int LARGEST = 300;

  private static final EmulatorOptions OPTIONS =
      EmulatorOptions.checked()
          .withCounters(false)
          .withCoverage(false)
          .withInstructionLimit(2_000_000);

  private static final String BORDER = "both ways are right at the border, or nothing lies there";
  private static final String BASIS = "17, 8, 4, 2, 1 reach all lanes as well";
  private static final String FACTORS = "any two factors of 2^n that are floats will do";
  private static final String COMMON = "a factor of all exponentials cancels";
  private static final String EVERY_LANE = "after a butterfly every lane has the sum";
  private static final String FOR_THE_VERIFIER = "set anew before use, but only where x is moved";
  private static final String UNIT_IS_ONE = "without a unit, it is 1";
  private static final String UNUSED = "there is no function 15";
  private static final String LAST_DIGIT = "the last digit of a double that is rounded to float";

  /** What fdlibm takes either side of a border: they differ in the last digit of a double. */
  private static final String EITHER = "the other polynomial is as good there, to a float";

  /** Mistakes that change nothing that matters, and why. */
  private static final Map<String, String> HARMLESS =
      Map.ofEntries(
          entry("setp.ge.s32 %p, %top, 0x0006147A; -> setp.gt.s32 %p, %top, 0x0006147A;", EITHER),
          entry(
              "setp.le.and.s32 %p, %top, 0x0006B851, %p; -> setp.lt.and.s32 %p, %top, 0x0006B851, %p;",
              EITHER),
          entry("setp.gt.s32 %p, %top, 0x3FE90000; -> setp.ge.s32 %p, %top, 0x3FE90000;", EITHER),
          entry("setp.lt.s32 %p, %top, 0x3FD33333; -> setp.le.s32 %p, %top, 0x3FD33333;", EITHER),
          entry("setp.lt.f32 %p, %c, 0f3F200000; -> setp.le.f32 %p, %c, 0f3F200000;", BORDER),
          entry("setp.ge.f32 %p, %x, 0f00000000; -> setp.gt.f32 %p, %x, 0f00000000;", BORDER),
          entry("setp.le.f32 %p, %x, 0f00000000; -> setp.lt.f32 %p, %x, 0f00000000;", BORDER),
          entry(
              "setp.gt.f64 %p, %m, 0d3FF6A09E667F3BCD; -> setp.ge.f64 %p, %m, 0d3FF6A09E667F3BCD;",
              BORDER),
          entry(
              "setp.gt.f64 %p, %d, 0d4056400000000000; -> setp.ge.f64 %p, %d, 0d4056400000000000;",
              BORDER),
          entry(
              "setp.lt.f64 %p, %d, 0dC05A000000000000; -> setp.le.f64 %p, %d, 0dC05A000000000000;",
              BORDER),
          entry(
              "setp.le.and.f32 %p, %y, 0f00000000, %isRelu;"
                  + " -> setp.lt.and.f32 %p, %y, 0f00000000, %isRelu;",
              BORDER),
          entry("setp.ge.s32 %p, %sign, 0; -> setp.ge.s32 %p, %sign, -1;", "that is a NaN"),
          entry("setp.ge.u32 %p, %f, 16; -> setp.ge.u32 %p, %f, 15;", UNUSED),
          entry("mov.b32 %bottom, 0; -> mov.b32 %bottom, 1;", LAST_DIGIT),
          entry("mov.u32 %mask, 16; -> mov.u32 %mask, 17;", BASIS),
          entry("add.u32 %i, %i, 32; -> add.u32 %i, %i, 31;", "a maximum may look twice"),
          entry("shr.s32 %half, %exponent, 1; -> shr.s32 %half, %exponent, 2;", FACTORS),
          entry("add.s32 %half, %half, 127; -> add.s32 %half, %half, 128;", COMMON),
          entry("add.s32 %half, %half, 127; -> add.s32 %half, %half, 126;", COMMON),
          entry("add.s32 %exponent, %exponent, 127; -> add.s32 %exponent, %exponent, 128;", COMMON),
          entry("add.s32 %exponent, %exponent, 127; -> add.s32 %exponent, %exponent, 126;", COMMON),
          entry("and.b32 %index, %thread, 31; -> and.b32 %index, %thread, 30;", EVERY_LANE),
          entry("setp.eq.u32 %p, %index, 0; -> setp.ne.u32 %p, %index, 0;", EVERY_LANE),
          entry("setp.eq.u32 %p, %index, 0; -> setp.eq.u32 %p, %index, 1;", EVERY_LANE),
          entry("setp.ne.u32 %p, %lane, 0; -> setp.eq.u32 %p, %lane, 0;", EVERY_LANE),
          entry("setp.ne.u32 %p, %lane, 0; -> setp.ne.u32 %p, %lane, 1;", EVERY_LANE),
          entry("setp.ne.u32 %p, %thread, 0; -> setp.ne.u32 %p, %thread, 1;", EVERY_LANE),
          entry("mov.u32 %sample, 0; -> mov.u32 %sample, 1;", FOR_THE_VERIFIER),
          entry("mov.u32 %sample, 0; -> mov.u32 %sample, -1;", FOR_THE_VERIFIER),
          entry("mov.u32 %channel, 0; -> mov.u32 %channel, 1;", FOR_THE_VERIFIER),
          entry("mov.u32 %channel, 0; -> mov.u32 %channel, -1;", FOR_THE_VERIFIER),
          entry("mov.u32 %inner, 0; -> mov.u32 %inner, 1;", FOR_THE_VERIFIER),
          entry("mov.u32 %inner, 0; -> mov.u32 %inner, -1;", FOR_THE_VERIFIER),
          entry("setp.ne.u64 %p, %p_unit, 0; -> setp.ne.u64 %p, %p_unit, 1;", UNIT_IS_ONE),
          entry("setp.ne.u64 %p, %p_unit, 0; -> setp.ne.u64 %p, %p_unit, -1;", UNIT_IS_ONE));

  private static final Map<String, Set<String>> OPS =
      Map.of(
          "elementwise", Set.of("unary", "binary", "clamp", "where", "cast"),
          "moves", Set.of("contiguous", "assign", "concat", "pad", "gather", "scatterAdd"),
          "reduce", Set.of("reduce", "argmax"),
          "softmax", Set.of("softmax", "logSoftmax"),
          "finish", Set.of("convolution", "convolutionInputGradient"),
          "running", Set.of("follow"));

  private static void rows(Set<String> ops, CudaBackend backend) {
    for (OpCase row : OpCases.all()) {
      if (ops.contains(row.op()) && elements(row) <= LARGEST) {
        assertEquals(List.of(), Check.problems(row, backend));
      }
    }
  }

  private static int elements(OpCase row) {
    return row.inputs().stream().mapToInt(input -> input.shape().size()).max().orElse(0);
  }

  /** What the tests of {@code family} do. */
  private static Consumer<CudaBackend> check(String family) {
    return switch (family) {
      case "repeat" -> RepeatedStepsTest::check;
      case "peak" -> PeakKernelsTest::check;
      case "random" -> FusedKernelsTest::random;
      case "pixels" -> PixelKernelsTest::check;
      case "variational" -> VariationalKernelsTest::check;
      case "update", "loss", "pieces" -> FusedKernelsTest::check;
      default ->
          backend -> {
            OwnKernelsTest.beyondTheTable(backend);
            rows(OPS.getOrDefault(family, Set.of()), backend);
          };
    };
  }

  private static void run(String family, String source) {
    var driver = new EmulatorDriver(OPTIONS, 1);
    var device = new CudaDevice(new ReplacingDriver(driver, family, source));
    check(family).accept(new CudaBackend("emulator", device, new HostDnnProvider(driver)));
  }

  private static boolean survives(String family, Mutant m) {
    try {
      run(family, m.source());
      return true;
    } catch (RuntimeException | AssertionError _) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "elementwise",
        "moves",
        "reduce",
        "softmax",
        "finish",
        "update",
        "loss",
        "pieces",
        "random",
        "variational",
        "pixels",
        "repeat",
        "running",
        "peak"
      })
  void mistakesAreNoticed(String family) {
    String source = PtxFamily.source(family);
    run(family, source);
    List<Mutant> all = PtxMutations.of(source).mutants();
    var survivors = new ArrayList<String>();
    int tried = 0;
    for (int i = 0; i < all.size(); i++) {
      Mutant m = all.get(i);
      if (m.kind() == Kind.BARRIER || i % STEP == 0) {
        tried++;
        if (survives(family, m)) {
          survivors.add(m.before().strip() + " -> " + m.after().strip());
        }
      }
    }
    assertEquals(List.of(), survivors.stream().filter(s -> !HARMLESS.containsKey(s)).toList());
    assertTrue(tried > 0, family);
  }
}
