package dev.hone.kernels.ptx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The interpreter and translated code give the same bits for generated programs, in every schedule.
 * {@code -Dptx.fuzz.programs=10000} runs more of them, {@code -Dptx.fuzz.seed} begins elsewhere.
 */
class EngineAgreementTest {
  private static final int PROGRAMS = Integer.getInteger("ptx.fuzz.programs", 150);
  private static final long SEED = Long.getLong("ptx.fuzz.seed", 1);
  private static final int BLOCKS = 2;

  @Test
  void generatedProgramsAgree() {
    EmulatorOptions checked = EmulatorOptions.checked().withCounters(false).withCoverage(false);
    long start = System.nanoTime();
    long instructions = 0;
    for (long seed = SEED; seed < SEED + PROGRAMS; seed++) {
      String source = PtxPrograms.source(seed);
      try {
        PtxEntry entry = PtxModule.parse(source, "seed" + seed).entry("k");
        instructions += entry.body().instructions().size();
        Approximation approximation =
            seed % 2 == 0 ? Approximation.EXACT : Approximation.random((int) seed);
        Schedule schedule =
            seed % 3 == 0
                ? Schedule.FORWARD
                : seed % 3 == 1 ? Schedule.REVERSE : Schedule.random((int) seed);
        long[] expected = run(entry, seed, checked.withApproximation(approximation));
        EmulatorOptions fast = EmulatorOptions.fast().withApproximation(approximation);
        assertArrayEquals(expected, run(entry, seed, fast.withSchedule(schedule)));
        long[] again =
            run(
                entry,
                seed,
                checked
                    .withApproximation(approximation)
                    .withSchedule(schedule)
                    .withChecks(seed % 2 == 0));
        assertArrayEquals(expected, again);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage() + "\n" + source, e);
      }
    }
    assertTrue(instructions > 50L * PROGRAMS);
    if (PROGRAMS >= 10_000) {
      System.getLogger(getClass().getName())
          .log(
              System.Logger.Level.INFO,
              "{0} programs of {1} instructions agree, seeds from {2}, {3} s",
              PROGRAMS,
              instructions,
              SEED,
              (System.nanoTime() - start) / 1_000_000_000);
    }
  }

  private static long[] run(PtxEntry entry, long seed, EmulatorOptions options) {
    var random = new Random(seed);
    long[] in = new long[PtxPrograms.INPUTS];
    for (int i = 0; i < in.length; i++) {
      in[i] = i % 4 == 0 ? random.nextInt(100) : random.nextLong();
    }
    var emulator = new PtxEmulator(options.withInstructionLimit(1_000_000));
    int outputs = PtxPrograms.OUTPUTS * PtxPrograms.THREADS * BLOCKS;
    long din = emulator.allocate(8L * in.length);
    long dout = emulator.allocate(8L * outputs);
    long sums = emulator.allocate(16);
    emulator.copyIn(din, MemorySegment.ofArray(in));
    emulator.fill(sums, (byte) 0, 16);
    emulator.launch(
        entry, Grid.of(BLOCKS, PtxPrograms.THREADS), 8 * PtxPrograms.THREADS, din, dout, sums);
    long[] out = new long[outputs + 2];
    MemorySegment all = MemorySegment.ofArray(out);
    emulator.copyOut(dout, all.asSlice(0, 8L * outputs));
    emulator.copyOut(sums, all.asSlice(8L * outputs));
    return out;
  }
}
