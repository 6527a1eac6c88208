package dev.hone.datasets.fetch;

import java.time.Duration;

/**
 * How patient a download is.
 *
 * @param connect until a mirror answers
 * @param stall without a byte, after which a connection counts as cut
 * @param tries of a mirror in a row that brought nothing
 * @param firstWait before the second try; each further wait is twice as long
 * @param longestWait the most that is waited, also if a mirror asks for more
 */
public record FetchSettings(
    Duration connect, Duration stall, int tries, Duration firstWait, Duration longestWait) {

  /** For a network that people use. */
  public static FetchSettings defaults() {
    return new FetchSettings(
        Duration.ofSeconds(20),
        Duration.ofSeconds(30),
        5,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60));
  }

  /** The wait after {@code failures} tries that brought nothing. */
  Duration wait(int failures) {
    Duration wait = firstWait.multipliedBy(1L << Math.min(failures - 1, 20));
    return wait.compareTo(longestWait) > 0 ? longestWait : wait;
  }
}
