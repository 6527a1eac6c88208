package dev.hone.bench.report;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything a report says about one run. The first arm is the one the others are compared with.
 *
 * @param name a short title, such as {@code ResNet-20 on Fashion-MNIST}
 * @param started when the run began
 * @param wallTime how long it took, all arms and seeds together
 * @param command the command line that reproduces the run
 * @param settings every setting by name, in the order to be shown
 * @param arms the methods compared, the reference first; at least one
 * @param album pictures that a generative model made; may be empty
 * @param gallery pictures of what the perturbation does; may be empty
 */
public record Run(
    String name,
    Instant started,
    Duration wallTime,
    String command,
    Map<String, String> settings,
    Machine machine,
    DataDescription data,
    ModelDescription model,
    List<Arm> arms,
    Album album,
    Gallery gallery) {

  /** Checks that there is an arm to report and copies the collections. */
  public Run {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    arms = List.copyOf(arms);
    if (arms.isEmpty()) {
      throw new IllegalArgumentException("report: a run needs at least one arm, got none");
    }
  }

  /** The arm the others are compared with. */
  public Arm reference() {
    return arms.getFirst();
  }

  /** What the arms are compared by. */
  public Measure measure() {
    return reference().seeds().getFirst().test().measure();
  }
}
