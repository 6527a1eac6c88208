package dev.hone.kernels.cpu;

import jdk.incubator.vector.FloatVector;

/** How many floats one vector holds: 16, 8 or 4, or 1 where there are no vectors. */
final class Lanes {
  static final String PROPERTY = "hone.lanes";

  private Lanes() {}

  /** Touches the incubator module, so it is loaded only where that is present. */
  private static final class Preferred {
    static final int LANES = FloatVector.SPECIES_PREFERRED.length();
  }

  /** Whether the JVM runs with {@code --add-modules jdk.incubator.vector}. */
  static boolean vectorModulePresent() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /** What {@code -Dhone.lanes} asks for, else what suits this machine. */
  static int chosen() {
    if (!vectorModulePresent()) {
      System.getLogger(Lanes.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "the CPU backend runs without vectors, slowly: start Java with --add-modules"
                  + " jdk.incubator.vector");
      return 1;
    }
    String asked = System.getProperty(PROPERTY);
    return asked == null ? Preferred.LANES : parse(asked);
  }

  private static int parse(String asked) {
    return switch (asked) {
      case "16" -> 16;
      case "8" -> 8;
      case "4" -> 4;
      case "1" -> 1;
      default ->
          throw new IllegalArgumentException(
              PROPERTY + ": must be 16, 8, 4 or 1 (scalar), but is " + asked);
    };
  }
}
