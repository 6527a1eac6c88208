package dev.hone.kernels.ptx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check finds what it is for, in every schedule, and names the place. */
class SanitizerTest {
  private static final String OUT = ".param .u64 out";

  /** {@code %rd1}: the address of this thread's word of {@code out}. */
  private static final String MINE =
      """
        ld.param.u64 %rd0, [out];
        mul.wide.u32 %rd1, %r1, 4;
        add.s64 %rd1, %rd0, %rd1;
      """;

  private static Stream<Schedule> schedules() {
    return Stream.of(Schedule.FORWARD, Schedule.REVERSE, Schedule.random(1), Schedule.random(2));
  }

  private static PtxFault fault(Schedule schedule, Grid grid, String shared, String body) {
    var emulator = new PtxEmulator(EmulatorOptions.checked().withSchedule(schedule));
    long out = emulator.upload(new int[1024]);
    PtxEntry entry = Kernels.entry(OUT, shared + MINE + body + "ret;\n");
    return assertThrows(PtxFault.class, () -> emulator.launch(entry, grid, 0, out));
  }

  private static void passes(Schedule schedule, Grid grid, String shared, String body) {
    var emulator = new PtxEmulator(EmulatorOptions.checked().withSchedule(schedule));
    long out = emulator.upload(new int[1024]);
    emulator.launch(Kernels.entry(OUT, shared + MINE + body + "ret;\n"), grid, 0, out);
  }

  private static int line(PtxFault fault, String text) {
    String[] lines = fault.getMessage().split("\\R");
    assertEquals(text, lines[lines.length - 1].strip());
    return fault.line();
  }

  @Test
  void outOfBounds() {
    PtxFault fault = fault(Schedule.FORWARD, Grid.of(9, 128), "", "ld.global.u32 %r3, [%rd1];\n");
    assertEquals(PtxFault.Kind.OUT_OF_BOUNDS, fault.kind());
    assertEquals(8, fault.block());
    assertEquals(0, fault.thread());
    assertEquals(
        """
        k: out of bounds: 4 bytes at byte 4096 of allocation 1 of 4096 bytes
          at test.ptx:%d, block (8, 0, 0), thread (0, 0, 0), warp 0, lane 0
          ld.global.u32 %%r3, [%%rd1];\
        """
            .formatted(fault.line()),
        fault.getMessage().replace("\r", ""));
  }

  @Test
  void beforeAnAllocation() {
    PtxFault fault = fault(Schedule.FORWARD, Grid.of(1, 32), "", "st.global.u32 [%rd1+-4], %r0;\n");
    assertEquals(PtxFault.Kind.OUT_OF_BOUNDS, fault.kind());
    assertTrue(
        fault.getMessage().contains("4 bytes before the start of allocation 1 of 4096 bytes"),
        fault.getMessage());
  }

  @Test
  void nullAndSharedBounds() {
    PtxFault zero =
        fault(
            Schedule.FORWARD, Grid.of(1, 32), "", "mov.u64 %rd2, 0;\nld.global.u32 %r3, [%rd2];\n");
    assertTrue(zero.getMessage().contains("address 0x0 is in no allocation"), zero.getMessage());
    PtxFault shared =
        fault(
            Schedule.FORWARD,
            Grid.of(1, 64),
            ".shared .u32 s[32];\n",
            "shl.b32 %r3, %r0, 2;\nst.shared.u32 [%r3], %r0;\n");
    assertEquals(PtxFault.Kind.OUT_OF_BOUNDS, shared.kind());
    assertEquals(32, shared.thread());
    assertTrue(
        shared.getMessage().contains("4 bytes at byte 128 of shared memory, which has 128 bytes"),
        shared.getMessage());
  }

  @Test
  void useAfterFree() {
    var emulator = new PtxEmulator(EmulatorOptions.checked());
    long out = emulator.upload(new int[32]);
    emulator.free(out);
    emulator.allocate(128);
    PtxEntry entry = Kernels.entry(OUT, MINE + "st.global.u32 [%rd1], %r0;\nret;");
    PtxFault fault =
        assertThrows(PtxFault.class, () -> emulator.launch(entry, Grid.of(1, 32), 0, out));
    assertEquals(PtxFault.Kind.USE_AFTER_FREE, fault.kind());
    assertTrue(
        fault.getMessage().contains("byte 0 of allocation 1, which was freed"), fault.getMessage());
    assertThrows(IllegalArgumentException.class, () -> emulator.free(out));
  }

  @Test
  void misaligned() {
    PtxFault fault =
        fault(Schedule.FORWARD, Grid.of(1, 32), "", "ld.global.v2.u32 {%r3, %r4}, [%rd1];\n");
    assertEquals(PtxFault.Kind.MISALIGNED, fault.kind());
    assertEquals(1, fault.thread());
    assertTrue(
        fault.getMessage().contains("8 bytes at byte 4 of allocation 1, which is no multiple of 8"),
        fault.getMessage());
  }

  @Test
  void uninitialisedMemory() {
    var emulator = new PtxEmulator(EmulatorOptions.checked());
    long out = emulator.allocate(128);
    emulator.fill(out, (byte) 0, 68);
    assertEquals(60, emulator.uninitialised(out, 128));
    PtxEntry entry = Kernels.entry(OUT, MINE + "ld.global.u32 %r3, [%rd1];\nret;");
    PtxFault fault =
        assertThrows(PtxFault.class, () -> emulator.launch(entry, Grid.of(1, 32), 0, out));
    assertEquals(PtxFault.Kind.UNINITIALISED_MEMORY, fault.kind());
    assertEquals(17, fault.thread());
    PtxFault shared =
        fault(
            Schedule.FORWARD,
            Grid.of(1, 32),
            ".shared .u32 s[32];\n",
            "mov.u32 %r3, s;\nst.shared.u8 [%r3], %r0;\nld.shared.u32 %r4, [%r3];\n");
    // All lanes write byte 0 with different values before anyone reads.
    assertEquals(PtxFault.Kind.RACE, shared.kind());
    PtxFault part =
        fault(
            Schedule.FORWARD,
            Grid.of(1, 1),
            ".shared .u32 s[32];\n",
            "mov.u32 %r3, s;\nst.shared.u8 [%r3], %r0;\nld.shared.u32 %r4, [%r3];\n");
    assertEquals(PtxFault.Kind.UNINITIALISED_MEMORY, part.kind());
  }

  @Test
  void uninitialisedRegister() {
    // The verifier sees no path without a write; lane 3 reads from a lane that does not take part.
    PtxFault fault =
        fault(
            Schedule.FORWARD,
            Grid.of(1, 20),
            "",
            "shfl.sync.bfly.b32 %r3, %r0, 16, 31, -1;\nadd.u32 %r4, %r3, 1;\n");
    assertEquals(PtxFault.Kind.UNINITIALISED_REGISTER, fault.kind());
    assertEquals(4, fault.thread());
    assertTrue(fault.getMessage().contains("%r3 is read"), fault.getMessage());
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void sharedRaceBetweenWarps(Schedule schedule) {
    String write =
        """
        shl.b32 %r3, %r0, 2;
        st.shared.u32 [%r3], 0;
        bar.sync 0;
        st.shared.u32 [%r3], %r0;
        """;
    String read =
        """
        xor.b32 %r4, %r3, 252;
        ld.shared.u32 %r5, [%r4];
        st.global.u32 [%rd1], %r5;
        """;
    PtxFault fault = fault(schedule, Grid.of(2, 64), ".shared .u32 s[64];\n", write + read);
    assertEquals(PtxFault.Kind.RACE, fault.kind(), fault.getMessage());
    passes(schedule, Grid.of(2, 64), ".shared .u32 s[64];\n", write + "bar.sync 0;\n" + read);
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void aMissingBarrierAfterReading(Schedule schedule) {
    // The second write may overtake the other warp's read.
    String loop =
        """
          shl.b32 %r3, %r0, 2;
          xor.b32 %r4, %r3, 128;
          mov.u32 %r6, 0;
        L:
          st.shared.u32 [%r3], %r6;
          bar.sync 0;
          ld.shared.u32 %r5, [%r4];
          AFTER
          add.u32 %r6, %r6, 1;
          setp.lt.u32 %p0, %r6, 3;
          @%p0 bra L;
        """;
    PtxFault fault =
        fault(schedule, Grid.of(1, 64), ".shared .u32 s[64];\n", loop.replace("AFTER", ""));
    assertEquals(PtxFault.Kind.RACE, fault.kind());
    assertTrue(fault.getMessage().contains("put a bar.sync between them"), fault.getMessage());
    passes(schedule, Grid.of(1, 64), ".shared .u32 s[64];\n", loop.replace("AFTER", "bar.sync 0;"));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void raceWithinAWarp(Schedule schedule) {
    String body =
        """
        shl.b32 %r3, %r0, 2;
        st.shared.u32 [%r3], %r0;
        SYNC
        xor.b32 %r4, %r3, 4;
        ld.shared.u32 %r5, [%r4];
        """;
    String shared = ".shared .u32 s[32];\n";
    PtxFault fault = fault(schedule, Grid.of(1, 32), shared, body.replace("SYNC", ""));
    assertEquals(PtxFault.Kind.RACE, fault.kind());
    line(fault, "ld.shared.u32 %r5, [%r4];");
    passes(schedule, Grid.of(1, 32), shared, body.replace("SYNC", "bar.warp.sync -1;"));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void raceBetweenBlocks(Schedule schedule) {
    PtxFault fault =
        fault(
            schedule,
            Grid.of(2, 32),
            "",
            """
            xor.b32 %r3, %r1, 32;
            mul.wide.u32 %rd2, %r3, 4;
            add.s64 %rd2, %rd0, %rd2;
            ld.global.u32 %r3, [%rd2];
            st.global.u32 [%rd1], %r3;
            """);
    assertEquals(PtxFault.Kind.RACE, fault.kind());
    assertTrue(fault.getMessage().contains("use two launches"), fault.getMessage());
  }

  @Test
  void twoWritersOfOneWord() {
    PtxFault fault = fault(Schedule.FORWARD, Grid.of(1, 32), "", "st.global.u32 [%rd0], %r0;\n");
    assertEquals(PtxFault.Kind.RACE, fault.kind());
    assertEquals(1, fault.thread());
    // The same value from lanes of one instruction harms nobody.
    passes(Schedule.FORWARD, Grid.of(1, 32), "", "st.global.u32 [%rd0], 7;\n");
  }

  @Test
  void neighbouringBytesDoNotRace() {
    passes(
        Schedule.random(1),
        Grid.of(4, 64),
        "",
        "cvt.u64.u32 %rd2, %r1;\nadd.u64 %rd2, %rd2, %rd0;\nst.global.u8 [%rd2], %r0;\n");
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void atomicsOrderThemselvesButNotPlainReads(Schedule schedule) {
    passes(schedule, Grid.of(4, 64), "", "red.global.add.u32 [%rd0], 1;\n");
    PtxFault fault =
        fault(
            schedule,
            Grid.of(1, 64),
            "",
            "red.global.add.u32 [%rd0], 1;\nld.global.u32 %r3, [%rd0];\n");
    assertEquals(PtxFault.Kind.RACE, fault.kind());
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void writingWhatIsReadByNc(Schedule schedule) {
    PtxFault fault =
        fault(
            schedule,
            Grid.of(1, 32),
            "",
            "ld.global.nc.u32 %r3, [%rd1];\nst.global.u32 [%rd1], %r3;\n");
    assertEquals(PtxFault.Kind.READ_ONLY_WRITTEN, fault.kind());
    line(fault, "st.global.u32 [%rd1], %r3;");
    PtxFault after =
        fault(
            schedule,
            Grid.of(1, 32),
            "",
            "st.global.u32 [%rd1], %r0;\nld.global.nc.u32 %r3, [%rd1];\n");
    assertEquals(PtxFault.Kind.READ_ONLY_WRITTEN, after.kind());
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void aBarrierThatSomeLanesNeverReach(Schedule schedule) {
    PtxFault fault =
        fault(
            schedule,
            Grid.of(1, 64),
            "",
            """
              setp.lt.u32 %p0, %r0, 40;
              @%p0 bra A;
              bar.sync 0;
              bra E;
            A:
              bar.sync 0;
            E:
            """);
    assertEquals(PtxFault.Kind.BARRIER, fault.kind());
    assertTrue(fault.getMessage().contains("lanes 0x"), fault.getMessage());
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void warpsAtDifferentBarriers(Schedule schedule) {
    PtxFault fault =
        fault(
            schedule,
            Grid.of(1, 64),
            "",
            """
              setp.lt.u32 %p0, %r0, 32;
              @%p0 bra A;
              bar.sync 0;
              bra E;
            A:
              bar.sync 1;
            E:
            """);
    assertEquals(PtxFault.Kind.BARRIER, fault.kind());
    assertEquals(-1, fault.thread());
    assertTrue(fault.getMessage().contains("all must come to the same"), fault.getMessage());
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void aBarrierUnderAGuard(Schedule schedule) {
    PtxFault fault =
        fault(schedule, Grid.of(1, 32), "", "setp.lt.u32 %p0, %r0, 5;\n@%p0 bar.sync 0;\n");
    assertEquals(PtxFault.Kind.BARRIER, fault.kind());
    assertTrue(fault.getMessage().contains("not at all, by their guard"), fault.getMessage());
  }

  @Test
  void exitedThreadsAreNotWaitedFor() {
    passes(
        Schedule.FORWARD, Grid.of(1, 64), "", "setp.gt.u32 %p0, %r0, 3;\n@%p0 ret;\nbar.sync 0;\n");
  }

  @Test
  void shufflesNeedTheirMembers() {
    PtxFault fault =
        fault(
            Schedule.FORWARD,
            Grid.of(1, 32),
            "",
            """
              setp.lt.u32 %p0, %r0, 8;
              @!%p0 bra E;
              shfl.sync.idx.b32 %r3, %r0, 0, 31, -1;
              bra F;
            E:
              shfl.sync.idx.b32 %r3, %r0, 0, 31, -1;
            F:
            """);
    assertEquals(PtxFault.Kind.WARP_SYNC, fault.kind());
    PtxFault outside =
        fault(Schedule.FORWARD, Grid.of(1, 32), "", "shfl.sync.idx.b32 %r3, %r0, 0, 31, 0xFF;\n");
    assertEquals(PtxFault.Kind.WARP_SYNC, outside.kind());
    assertEquals(8, outside.thread());
  }

  @Test
  void membersOfAShuffleMayArriveOnDifferentWays() {
    // Odd lanes take a longer way to the same shuffle.
    var emulator = new PtxEmulator(EmulatorOptions.checked());
    long out = emulator.upload(new int[32]);
    PtxEntry entry =
        Kernels.entry(
            OUT,
            MINE
                + """
                  and.b32 %r3, %r0, 1;
                  setp.eq.u32 %p0, %r3, 0;
                  mov.u32 %r4, %r0;
                  @%p0 bra M;
                  bra LONG;
                M:
                  shfl.sync.bfly.b32 %r5, %r4, 1, 31, -1;
                  st.global.u32 [%rd1], %r5;
                  ret;
                LONG:
                  add.u32 %r4, %r4, 100;
                  bra M;
                """);
    emulator.launch(entry, Grid.of(1, 32), 0, out);
    int[] expected = new int[32];
    for (int i = 0; i < 32; i++) {
      expected[i] = (i ^ 1) + ((i ^ 1) % 2) * 100;
    }
    assertArrayEquals(expected, emulator.ints(out, 32));
  }

  @Test
  void divisionByZero() {
    PtxFault fault =
        fault(Schedule.FORWARD, Grid.of(1, 32), "", "sub.u32 %r3, %r0, 9;\nrem.u32 %r4, 5, %r3;\n");
    assertEquals(PtxFault.Kind.DIVISION_BY_ZERO, fault.kind());
    assertEquals(9, fault.thread());
  }

  @Test
  void trapAndEndlessLoop() {
    assertEquals(PtxFault.Kind.TRAP, fault(Schedule.FORWARD, Grid.of(1, 32), "", "trap;\n").kind());
    var emulator = new PtxEmulator(EmulatorOptions.checked().withInstructionLimit(1000));
    PtxEntry entry = Kernels.entry("", "L:\nbra L;");
    PtxFault fault = assertThrows(PtxFault.class, () -> emulator.launch(entry, Grid.of(1, 32), 0));
    assertEquals(PtxFault.Kind.INSTRUCTION_LIMIT, fault.kind());
  }

  @Test
  void freshMemoryIsNaN() {
    var emulator = new PtxEmulator(EmulatorOptions.checked());
    assertTrue(Float.isNaN(emulator.floats(emulator.allocate(4), 1)[0]));
  }

  @Test
  void bankConflictsAreCounted() {
    for (int stride : new int[] {1, 2, 4, 32, 33}) {
      var emulator = new PtxEmulator(EmulatorOptions.checked());
      Launch launch =
          emulator.launch(
              Kernels.entry(
                  "",
                  """
                  .shared .u32 s[1056];
                  mul.lo.u32 %%r3, %%r0, %d;
                  st.shared.u32 [%%r3], %%r0;
                  ret;
                  """
                      .formatted(4 * stride)),
              Grid.of(1, 32),
              0);
      int expected = stride % 32 == 0 ? 31 : stride % 2 == 0 ? stride - 1 : 0;
      assertEquals(expected, launch.counters().bankConflicts(), "stride " + stride);
    }
  }
}
