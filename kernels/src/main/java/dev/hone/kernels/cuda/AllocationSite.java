package dev.hone.kernels.cuda;

import java.util.List;
import java.util.stream.Collectors;

/** The callers that something was asked for by, the nearest first. */
record AllocationSite(List<String> frames) {
  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final String HERE = AllocationSite.class.getPackageName() + ".";
  private static final int DEPTH = 4;

  /** Nobody asked: tracking is off. */
  static final AllocationSite UNTRACKED = new AllocationSite(List.of());

  /** Where the caller was called from, without this package's own frames the JDK's and JUnit's. */
  static AllocationSite here() {
    return new AllocationSite(
        WALKER.walk(frames ->
            frames
                .filter(f -> !isPlumbing(f.getClassName()))
                .limit(DEPTH)
                .map(f -> f.toStackTraceElement().toString())
                .toList()));
  }

  /** This package's classes, but for its tests. */
  private static boolean isPlumbing(String type) {
    return type.startsWith("java.")
        || type.startsWith("org.junit.")
        || (type.startsWith(HERE) && !type.substring(HERE.length()).contains("Test"));
  }

  /** The nearest caller alone. */
  String nearest() {
    return frames.isEmpty() ? "an unknown place" : frames.getFirst();
  }

  @Override
  public String toString() {
    return frames.isEmpty()
        ? "(unknown: start with -Dhone.gpu.trace=true)"
        : frames.stream().collect(Collectors.joining(" < "));
  }
}
