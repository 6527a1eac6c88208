package dev.hone.datasets.fetch;

import java.time.Duration;

/** How one try of one mirror ended. */
sealed interface Outcome {
  /** What went wrong; empty if nothing did. */
  String why();

  /** All bytes came; whether they are the right ones is not said. */
  record Whole() implements Outcome {
    @Override
    public String why() {
      return "";
    }
  }

  /**
   * Worth another try.
   *
   * @param pause what the mirror asked for, or zero
   */
  record Cut(String why, Duration pause) implements Outcome {
    static Cut of(String why) {
      return new Cut(why, Duration.ZERO);
    }
  }

  /** Nobody answered: without a network it is like this with every mirror. */
  record Unreachable(String why) implements Outcome {}

  /** This mirror does not have the file. */
  record Useless(String why) implements Outcome {}
}
