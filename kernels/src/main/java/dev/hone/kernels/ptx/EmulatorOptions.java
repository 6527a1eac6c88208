package dev.hone.kernels.ptx;

/**
 * How an emulator runs kernels.
 *
 * @param checks whether the interpreter looks for races, uninitialised reads and the like; bounds
 *     are always checked
 * @param counters whether the interpreter counts what a launch does
 * @param coverage whether the interpreter notes which source lines ran
 * @param instructionLimit how many instructions a launch may run before it is taken for endless: of
 *     warps in the interpreter, backward branches of one thread in translated code
 */
public record EmulatorOptions(
    Schedule schedule,
    Approximation approximation,
    Engine engine,
    boolean checks,
    boolean counters,
    boolean coverage,
    long instructionLimit) {

  private static final long LIMIT = 1L << 36;

  public EmulatorOptions {
    if (instructionLimit < 1) {
      throw new IllegalArgumentException(
          "emulator options: the instruction limit must be 1 or more, but is " + instructionLimit);
    }
  }

  /** The interpreter with every check, forward, {@code .approx} exact. */
  public static EmulatorOptions checked() {
    return new EmulatorOptions(
        Schedule.FORWARD, Approximation.EXACT, Engine.INTERPRETER, true, true, true, LIMIT);
  }

  /** Translated code. */
  public static EmulatorOptions fast() {
    return new EmulatorOptions(
        Schedule.FORWARD, Approximation.EXACT, Engine.TRANSLATED, false, false, false, LIMIT);
  }

  /** The interpreter without checks, for its counters. */
  public static EmulatorOptions counting() {
    return new EmulatorOptions(
        Schedule.FORWARD, Approximation.EXACT, Engine.INTERPRETER, false, true, false, LIMIT);
  }

  public EmulatorOptions withSchedule(Schedule s) {
    return new EmulatorOptions(
        s, approximation, engine, checks, counters, coverage, instructionLimit);
  }

  public EmulatorOptions withApproximation(Approximation a) {
    return new EmulatorOptions(schedule, a, engine, checks, counters, coverage, instructionLimit);
  }

  public EmulatorOptions withEngine(Engine e) {
    return new EmulatorOptions(
        schedule, approximation, e, checks, counters, coverage, instructionLimit);
  }

  public EmulatorOptions withChecks(boolean on) {
    return new EmulatorOptions(
        schedule, approximation, engine, on, counters, coverage, instructionLimit);
  }

  public EmulatorOptions withCounters(boolean on) {
    return new EmulatorOptions(
        schedule, approximation, engine, checks, on, coverage, instructionLimit);
  }

  public EmulatorOptions withCoverage(boolean on) {
    return new EmulatorOptions(
        schedule, approximation, engine, checks, counters, on, instructionLimit);
  }

  public EmulatorOptions withInstructionLimit(long limit) {
    return new EmulatorOptions(schedule, approximation, engine, checks, counters, coverage, limit);
  }
}
