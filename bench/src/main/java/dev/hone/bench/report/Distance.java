package dev.hone.bench.report;

/**
 * The Fréchet distance between a model's samples and real images; lower is better.
 *
 * @param name {@code FID} with the features of the standard Inception network only, else a name of
 *     its own that says whose features they are
 * @param value NaN where it was not computed
 * @param images how many samples and how many real images; their number changes the value
 * @param note how it was computed, or why not, in one sentence without the final stop
 */
public record Distance(String name, double value, int images, String note) {
  /** Not computed, because of {@code reason}. */
  public static Distance none(String reason) {
    return new Distance("FID", Double.NaN, 0, "not computed: " + reason);
  }

  /** Whether there is a value. */
  public boolean isComputed() {
    return !Double.isNaN(value);
  }
}
