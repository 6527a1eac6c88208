package dev.hone.bench.report;

import java.util.List;

/**
 * The data set of a run.
 *
 * @param classNames one name per class, in label order
 * @param curveSplit the split that the per-epoch evaluation used, such as {@code validation}; the
 *     report warns when it is {@code test}
 * @param licence licence and origin, in one sentence
 */
public record DataDescription(
    String name, List<Split> splits, List<String> classNames, String curveSplit, String licence) {

  /** Copies the lists. */
  public DataDescription {
    splits = List.copyOf(splits);
    classNames = List.copyOf(classNames);
  }

  /**
   * A part of the data set.
   *
   * @param name {@code train}, {@code validation} or {@code test}
   * @param images how many images the run used of it
   * @param use what for, such as {@code evaluated once, after the last epoch}
   */
  public record Split(String name, int images, String use) {}
}
