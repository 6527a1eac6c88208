package dev.hone.datasets;

import java.util.List;

/**
 * Per-channel normalisation of pixels in [0, 1]: {@code (x - mean) / std}. {@link #none} leaves
 * pixels in [0, 1], for a model whose first block normalises.
 */
public record Normalization(List<Float> mean, List<Float> std) {
  private static final Normalization NONE = new Normalization(List.of(), List.of());

  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.size() != std.size()) {
      throw new IllegalArgumentException(
          "normalization: expected as many means as standard deviations, but got mean "
              + mean
              + " and std "
              + std);
    }
    for (int c = 0; c < mean.size(); c++) {
      if (!Float.isFinite(mean.get(c)) || !Float.isFinite(std.get(c)) || std.get(c) <= 0) {
        throw new IllegalArgumentException(
            "normalization: means must be finite and standard deviations positive, but channel "
                + c
                + " has mean "
                + mean.get(c)
                + " and std "
                + std.get(c)
                + "; both are in units of pixels in [0, 1]");
      }
    }
  }

  /** The identity, for any number of channels. */
  public static Normalization none() {
    return NONE;
  }

  public boolean isNone() {
    return mean.isEmpty();
  }

  /** The normalised value of pixel {@code x} in [0, 1] of {@code channel}. */
  public float apply(int channel, float x) {
    return isNone() ? x : (x - mean.get(channel)) / std.get(channel);
  }

  /** Refuses a normalisation that is neither {@link #none} nor made for {@code channels}. */
  void requireChannels(String dataset, int channels) {
    if (!isNone() && mean.size() != channels) {
      throw new IllegalArgumentException(
          "normalization: "
              + dataset
              + " has "
              + channels
              + " channel(s), but mean "
              + mean
              + " and std "
              + std
              + " have "
              + mean.size()
              + "; give one value per channel");
    }
  }
}
