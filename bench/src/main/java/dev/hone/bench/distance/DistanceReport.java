package dev.hone.bench.distance;

import dev.hone.nn.metric.FrechetDistance;
import java.util.Locale;

/** What a report says of the distance between two sets of images. */
public sealed interface DistanceReport {
  /** {@code FID} for the standard network with the standard weights, and for nothing else. */
  String name();

  /** One sentence without its full stop: how it was computed, or why it was not. */
  String note();

  /** The figure with everything it depends on, in one line. */
  String text();

  /**
   * A figure.
   *
   * @param distance with N, which it depends on
   * @param network whose features were compared
   * @param resize what was done to images before the network saw them
   */
  record Measured(String name, FrechetDistance distance, String network, String resize)
      implements DistanceReport {
    @Override
    public String note() {
      String twins =
          distance.caveat().isPresent()
              ? distance.caveat().orElseThrow()
              : String.format(
                  Locale.ROOT,
                  "two samples of the reference's own Gaussian would be %.3g apart",
                  distance.ofTwins());
      return "N = %d images each, %d features of %s, %s; %s"
          .formatted(distance.images(), distance.features(), network, resize, twins);
    }

    @Override
    public String text() {
      return String.format(Locale.ROOT, "%s %.4g (%s)", name, distance.value(), note());
    }
  }

  /**
   * No figure.
   *
   * @param reason and the way out
   */
  record NotComputed(String name, String reason) implements DistanceReport {
    @Override
    public String note() {
      return "not computed: " + reason;
    }

    @Override
    public String text() {
      return name + " " + note();
    }
  }
}
