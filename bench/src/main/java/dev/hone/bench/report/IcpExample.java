package dev.hone.bench.report;

import java.util.List;

/**
 * One image before and after Iterative Constructive Perturbation.
 *
 * @param className the image's true class
 * @param original x
 * @param perturbed x'
 * @param difference x' - x, amplified, see {@link Picture#difference}
 * @param amplification the factor used for it
 * @param before the most probable classes for x, most probable first
 * @param after the most probable classes for x'
 * @param trace the task loss at x_0, x_1, ..., x_T
 * @param linf largest absolute change of a value, in {@code space}
 * @param l2 Euclidean length of the change, in {@code space}
 */
public record IcpExample(
    String className,
    Picture original,
    Picture perturbed,
    Picture difference,
    double amplification,
    List<ClassProbability> before,
    List<ClassProbability> after,
    List<Double> trace,
    double linf,
    double l2,
    Space space) {

  /** Copies the lists. */
  public IcpExample {
    before = List.copyOf(before);
    after = List.copyOf(after);
    trace = List.copyOf(trace);
  }

  /**
   * A class and its probability.
   *
   * @param probability 0 to 1
   */
  public record ClassProbability(String className, double probability) {}

  /** The units of a perturbation's norms. */
  public enum Space {
    /** Pixel values from 0 to 1. */
    PIXEL("pixel values, 0 to 1"),
    /** After subtracting the channel's mean and dividing by its standard deviation. */
    NORMALISED("normalised values");

    private final String label;

    Space(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }
}
