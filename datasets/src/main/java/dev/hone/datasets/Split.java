package dev.hone.datasets;

import java.util.Locale;

/**
 * The two official splits of a data set. A validation split is made out of {@link #TRAIN} with
 * {@link ImageDataset#split}; the test split is never used to choose anything.
 */
public enum Split {
  TRAIN,
  TEST;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
