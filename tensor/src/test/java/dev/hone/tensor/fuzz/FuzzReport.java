package dev.hone.tensor.fuzz;

import java.util.List;
import java.util.Locale;

/**
 * What a campaign came to.
 *
 * @param taken inputs that the reader accepted
 * @param places different places from which inputs were refused
 * @param mostAllocated bytes that the most expensive input allocated
 * @param slowest the processor's seconds that the slowest input took
 * @param findings what broke the rule, one line each, with the file that holds the input
 */
public record FuzzReport(
    String target,
    long inputs,
    long taken,
    int places,
    double seconds,
    long mostAllocated,
    double slowest,
    List<String> findings) {

  /** One line of figures. */
  public String figures() {
    return String.format(
        Locale.ROOT,
        "fuzz %s: %,d inputs in %.1f s, %,d taken, refused from %d places, at most %,d KB and %.0f"
            + " ms for one, %d findings",
        target,
        inputs,
        seconds,
        taken,
        places,
        mostAllocated >> 10,
        1000 * slowest,
        findings.size());
  }
}
