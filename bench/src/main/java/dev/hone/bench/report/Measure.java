package dev.hone.bench.report;

import java.util.Locale;

/** What arms are compared by, and how the report speaks of it. */
public enum Measure {
  /** Share of images classified correctly. */
  ACCURACY("Accuracy", " points", "McNemar's exact test"),
  /** Mean structural similarity of reconstructions to their originals. */
  SSIM("SSIM", " SSIM", "Student's paired t-test");

  private final String title;
  private final String unit;
  private final String test;

  Measure(String title, String unit, String test) {
    this.title = title;
    this.unit = unit;
    this.test = test;
  }

  String title() {
    return title;
  }

  /** Written behind a difference in running text. */
  String unit() {
    return unit;
  }

  /** The name of the paired test. */
  String test() {
    return test;
  }

  /** A score. */
  String value(double score) {
    return switch (this) {
      case ACCURACY -> Numbers.percent(score);
      case SSIM -> Numbers.fixed(score);
    };
  }

  /** An interval of scores. */
  String value(Interval interval) {
    return switch (this) {
      case ACCURACY -> Numbers.percent(interval);
      case SSIM -> Numbers.fixed(interval);
    };
  }

  /** A difference of scores with its sign, without a unit. */
  String difference(double difference) {
    return switch (this) {
      case ACCURACY -> Numbers.points(difference);
      case SSIM -> Numbers.signed(difference);
    };
  }

  /** An interval of differences, without a unit. */
  String difference(Interval interval) {
    return switch (this) {
      case ACCURACY -> Numbers.points(interval);
      case SSIM -> Numbers.signed(interval);
    };
  }

  /** {@code icp got 84.2 % right}. */
  String said(String arm, double score) {
    return switch (this) {
      case ACCURACY -> "%s got %s right".formatted(arm, value(score));
      case SSIM -> "%s's reconstructions have a mean SSIM of %s".formatted(arm, value(score));
    };
  }

  /** {@code baseline got 84.2 % of the test images right}. */
  String alone(String arm, double score) {
    return switch (this) {
      case ACCURACY -> "%s got %s of the test images right".formatted(arm, value(score));
      case SSIM ->
          "%s reconstructs the test images with a mean SSIM of %s".formatted(arm, value(score));
    };
  }

  /** The least range of an axis, so that noise is not blown up to fill it. */
  double leastSpan() {
    return switch (this) {
      case ACCURACY -> 0.04;
      case SSIM -> 0.02;
    };
  }

  /** The name as it is written in the middle of a sentence. */
  String inWords() {
    return this == SSIM ? title : title.toLowerCase(Locale.ROOT);
  }
}
