package dev.hone.kernels.ptx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PtxMutationsTest {
  /** Reverses each block's 64 words through shared memory, twice, so that both barriers count. */
  private static final String REVERSE =
      Kernels.source(
          ".param .u64 out",
          """
            .shared .u32 s[64];
            ld.param.u64 %rd0, [out];
            mul.wide.u32 %rd1, %r1, 4;
            add.s64 %rd1, %rd0, %rd1;
            shl.b32 %r3, %r0, 2;
            xor.b32 %r4, %r3, 252;
            mov.u32 %r6, 0;
          L:
            ld.global.u32 %r5, [%rd1];
            st.shared.u32 [%r3], %r5;
            bar.sync 0;
            ld.shared.u32 %r5, [%r4];
            bar.sync 0;
            add.u32 %r5, %r5, 3;
            st.global.u32 [%rd1], %r5;
            add.u32 %r6, %r6, 1;
            setp.lt.u32 %p0, %r6, 3;
            @%p0 bra L;
            ret;
          """);

  private static void check(PtxModule module) {
    for (Schedule schedule : List.of(Schedule.FORWARD, Schedule.REVERSE, Schedule.random(7))) {
      var emulator =
          new PtxEmulator(
              EmulatorOptions.checked().withSchedule(schedule).withInstructionLimit(10_000));
      int[] x = new int[128];
      int[] expected = new int[128];
      for (int i = 0; i < x.length; i++) {
        x[i] = i * i;
        int reversed = i ^ 63;
        expected[i] = reversed * reversed + 9;
      }
      long out = emulator.upload(x);
      emulator.launch(module.entry("k"), Grid.of(2, 64), 0, out);
      assertArrayEquals(expected, emulator.ints(out, 128));
    }
  }

  @Test
  void aGoodCheckCatchesEveryMistake() {
    PtxMutations mutations = PtxMutations.of(REVERSE);
    PtxMutations.Report report = mutations.run(PtxMutationsTest::check);
    assertEquals(2, count(mutations, PtxMutations.Kind.BARRIER));
    assertEquals(1, count(mutations, PtxMutations.Kind.COMPARISON));
    assertEquals(14, count(mutations, PtxMutations.Kind.CONSTANT));
    assertEquals(List.of(), report.survivors(), report.toString());
    assertEquals(17, report.total());
  }

  private static long count(PtxMutations mutations, PtxMutations.Kind kind) {
    return mutations.mutants().stream().filter(m -> m.kind() == kind).count();
  }

  @Test
  void whatACheckMissesIsListed() {
    PtxMutations.Report report =
        PtxMutations.of(REVERSE)
            .run(module -> {
              var emulator = new PtxEmulator(EmulatorOptions.fast().withInstructionLimit(10_000));
              long out = emulator.upload(new int[128]);
              emulator.launch(module.entry("k"), Grid.of(2, 64), 0, out);
            });
    // Without checks and without a look at the result, barriers can go.
    List<PtxMutations.Mutant> barriers = report.survivors(PtxMutations.Kind.BARRIER);
    assertEquals(2, barriers.size());
    assertEquals("k.L: bar.sync 0; -> ", barriers.get(0).place() + ": " + barriers.get(0).change());
    assertTrue(report.caught() < 0.9);
    assertTrue(report.toString().contains("line "), report.toString());
  }

  @Test
  void theSourceItselfMustPass() {
    assertThrows(
        AssertionError.class,
        () ->
            PtxMutations.of(REVERSE)
                .run(m -> {
                  throw new IllegalStateException("no");
                }));
  }
}
