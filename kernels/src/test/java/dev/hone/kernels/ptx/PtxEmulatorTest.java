package dev.hone.kernels.ptx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PtxEmulatorTest {
  private static final String AXPY =
      Kernels.HEAD
          + """
          // y[i] = a * x[i] + y[i]
          .visible .entry axpy(
              .param .u64 p_y, .param .u64 p_x, .param .f32 p_a, .param .u32 p_n)
          {
              .reg .pred %p<2>;
              .reg .f32  %f<4>;
              .reg .b32  %r<6>;
              .reg .b64  %rd<6>;
              ld.param.u64 %rd0, [p_y];
              ld.param.u64 %rd1, [p_x];
              ld.param.f32 %f0, [p_a];
              ld.param.u32 %r0, [p_n];
              cvta.to.global.u64 %rd0, %rd0;
              mov.u32 %r1, %ctaid.x;
              mov.u32 %r2, %ntid.x;
              mov.u32 %r3, %tid.x;
              mad.lo.s32 %r4, %r1, %r2, %r3;
              setp.ge.s32 %p0, %r4, %r0;
              @%p0 bra DONE;
              mul.wide.s32 %rd2, %r4, 4;
              add.s64 %rd3, %rd1, %rd2;
              add.s64 %rd4, %rd0, %rd2;
              ld.global.nc.f32 %f1, [%rd3];
              ld.global.f32 %f2, [%rd4];
              fma.rn.f32 %f3, %f0, %f1, %f2;
              st.global.f32 [%rd4], %f3;
          DONE:
              ret;
          }
          """;

  /** Sums a block's floats: warps by shuffles, their sums through shared memory. */
  private static final String BLOCK_SUM =
      Kernels.HEAD
          + """
          .visible .entry sum(.param .u64 p_x, .param .u64 p_out, .param .u32 p_n)
          {
            .reg .pred %p<4>; .reg .f32 %f<4>; .reg .b32 %r<12>; .reg .b64 %rd<6>;
            .shared .align 4 .f32 part[32];
            ld.param.u64 %rd0, [p_x];
            ld.param.u64 %rd1, [p_out];
            ld.param.u32 %r0, [p_n];
            mov.u32 %r1, %tid.x;
            mov.u32 %r2, %ntid.x;
            mov.u32 %r11, %ctaid.x;
            mad.lo.u32 %r3, %r11, %r2, %r1;
            mov.f32 %f0, 0f00000000;
            setp.lt.u32 %p0, %r3, %r0;
            mul.wide.u32 %rd2, %r3, 4;
            add.s64 %rd2, %rd0, %rd2;
            @%p0 ld.global.f32 %f0, [%rd2];
            mov.u32 %r4, 16;
          L1:
            mov.b32 %r5, %f0;
            shfl.sync.bfly.b32 %r6, %r5, %r4, 31, -1;
            mov.b32 %f1, %r6;
            add.f32 %f0, %f0, %f1;
            shr.u32 %r4, %r4, 1;
            setp.ne.u32 %p1, %r4, 0;
            @%p1 bra L1;
            and.b32 %r7, %r1, 31;
            shr.u32 %r8, %r1, 5;
            setp.eq.u32 %p2, %r7, 0;
            shl.b32 %r9, %r8, 2;
            mov.u32 %r10, part;
            add.u32 %r9, %r9, %r10;
            @%p2 st.shared.f32 [%r9], %f0;
            bar.sync 0;
            setp.ne.u32 %p3, %r1, 0;
            @%p3 bra END;
            shr.u32 %r2, %r2, 5;
            mov.f32 %f0, 0f00000000;
          L2:
            ld.shared.f32 %f1, [%r10];
            add.f32 %f0, %f0, %f1;
            add.u32 %r10, %r10, 4;
            sub.u32 %r2, %r2, 1;
            setp.ne.u32 %p1, %r2, 0;
            @%p1 bra L2;
            mul.wide.u32 %rd3, %r11, 4;
            add.s64 %rd1, %rd1, %rd3;
            st.global.f32 [%rd1], %f0;
          END:
            ret;
          }
          """;

  private static Stream<EmulatorOptions> everyWay() {
    return Stream.of(
        EmulatorOptions.checked(),
        EmulatorOptions.checked().withSchedule(Schedule.REVERSE),
        EmulatorOptions.checked().withSchedule(Schedule.random(1)),
        EmulatorOptions.checked().withSchedule(Schedule.random(2)),
        EmulatorOptions.counting(),
        EmulatorOptions.fast());
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void axpy(EmulatorOptions options) {
    int n = 1000;
    float[] x = new float[n];
    float[] y = new float[n];
    float[] expected = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = i * 0.37f;
      y[i] = 1f / (1 + i);
      expected[i] = Math.fma(0.5f, x[i], y[i]);
    }
    var emulator = new PtxEmulator(options);
    long dx = emulator.upload(x);
    long dy = emulator.upload(y);
    PtxEntry entry = PtxModule.parse(AXPY, "axpy").entry("axpy");
    Launch launch = emulator.launch(entry, Grid.covering(n, 128), 0, dy, dx, 0.5f, n);
    assertArrayEquals(expected, emulator.floats(dy, n));
    if (launch.counted()) {
      assertEquals(2L * n, launch.counters().flops());
      assertEquals(8L * n, launch.counters().globalBytesRead());
      assertEquals(4L * n, launch.counters().globalBytesWritten());
      assertEquals(3 * 125, launch.counters().globalSectors());
      assertEquals(3 * 125, launch.counters().idealSectors());
    }
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void blockSum(EmulatorOptions options) {
    int n = 500;
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = i;
    }
    var emulator = new PtxEmulator(options);
    long dx = emulator.upload(x);
    long out = emulator.allocate(3 * 4);
    PtxEntry entry = PtxModule.parse(BLOCK_SUM, "sum").entry("sum");
    emulator.launch(entry, Grid.covering(n, 192), 0, dx, out, n);
    assertArrayEquals(
        new float[] {191 * 192 / 2, (383 * 384 - 191 * 192) / 2, (499 * 500 - 383 * 384) / 2},
        emulator.floats(out, 3));
  }

  @ParameterizedTest
  @MethodSource("everyWay")
  void lanesThatGoDifferentWaysMeetAgain(EmulatorOptions options) {
    // Collatz steps: each lane loops as often as it must.
    PtxEntry entry =
        Kernels.writing(
            """
              add.u32 %r3, %r1, 1;
              mov.u32 %r4, 0;
            L:
              setp.eq.u32 %p0, %r3, 1;
              @%p0 bra D;
              and.b32 %r5, %r3, 1;
              setp.eq.u32 %p1, %r5, 0;
              @%p1 bra EVEN;
              mad.lo.u32 %r3, %r3, 3, 1;
              bra NEXT;
            EVEN:
              shr.u32 %r3, %r3, 1;
            NEXT:
              add.u32 %r4, %r4, 1;
              bra L;
            D:
              shfl.sync.idx.b32 %r6, %r4, 5, 31, -1;
              mul.wide.u32 %rd1, %r1, 8;
              add.s64 %rd1, %rd0, %rd1;
              st.global.v2.u32 [%rd1], {%r4, %r6};
            """);
    var emulator = new PtxEmulator(options);
    long out = emulator.allocate(64 * 8);
    emulator.launch(entry, Grid.of(1, 64), 0, out);
    int[] got = emulator.ints(out, 128);
    for (int i = 0; i < 64; i++) {
      assertEquals(collatz(i + 1), got[2 * i]);
      assertEquals(collatz((i & 32) + 6), got[2 * i + 1]);
    }
  }

  private static int collatz(int n) {
    int steps = 0;
    for (int x = n; x != 1; x = x % 2 == 0 ? x / 2 : 3 * x + 1) {
      steps++;
    }
    return steps;
  }

  @Test
  void argumentsAreChecked() {
    var emulator = new PtxEmulator(EmulatorOptions.checked());
    PtxEntry axpy = PtxModule.parse(AXPY, "axpy").entry("axpy");
    assertTrue(axpy.parameters().get(0).pointer());
    assertTrue(axpy.parameters().get(1).pointer());
    Grid grid = Grid.of(1, 32);
    var few =
        assertThrows(
            IllegalArgumentException.class, () -> emulator.launch(axpy, grid, 0, 0L, 0L, 1f));
    assertEquals(
        "launch axpy: it takes 4 arguments, .u64 p_y (address), .u64 p_x (address), .f32 p_a,"
            + " .u32 p_n, but 3 came",
        few.getMessage());
    var wrong =
        assertThrows(
            IllegalArgumentException.class, () -> emulator.launch(axpy, grid, 0, 0L, 0L, 1, 1));
    assertEquals(
        "launch axpy: parameter 2, p_a, is declared .f32, but Int[value=1] came",
        wrong.getMessage());
    var number =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                emulator.launch(
                    axpy,
                    grid,
                    0,
                    List.of(
                        new KernelArgument.Long(1),
                        new KernelArgument.Address(1),
                        new KernelArgument.Float(1),
                        new KernelArgument.Int(1))));
    assertEquals(
        "launch axpy: parameter 0, p_y, is declared .u64, an address, but Long[value=1] came",
        number.getMessage());
  }

  @Test
  void coverageNamesTheLinesThatRan() {
    var emulator = new PtxEmulator(EmulatorOptions.checked());
    PtxModule module =
        Kernels.module(
            "",
            """
            setp.eq.u32 %p0, %r0, 99;
            @%p0 bra RARE;
            ret;
            RARE:
            trap;
            """);
    emulator.launch(module.entry("k"), Grid.of(1, 32), 0);
    assertEquals(1, emulator.missed(module).size());
    assertEquals("trap;", module.line(emulator.missed(module).first()));
  }
}
