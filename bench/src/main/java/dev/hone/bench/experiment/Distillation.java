package dev.hone.bench.experiment;

import dev.hone.datasets.Normalization;
import dev.hone.icp.Perturbation;
import dev.hone.icp.ValidRange;
import dev.hone.icp.distill.DistillationSettings;
import dev.hone.icp.distill.Fade;
import java.util.ArrayList;
import java.util.Locale;

/** From the settings of a run to those of the method. */
final class Distillation {
  private Distillation() {}

  /** The method's settings for one arm: a baseline is distillation that never begins, k = E. */
  static DistillationSettings of(TrainSettings s, Method arm, Normalization normalization) {
    Fade fade =
        switch (s.decay()) {
          case QUARTER_COSINE -> new Fade.QuarterCosine();
          case HALF_COSINE -> new Fade.HalfCosine();
          case CONSTANT -> new Fade.Constant(0.5);
        };
    return DistillationSettings.of(s.distillsFrom(arm), s.epochs(), perturbation(s, normalization))
        .withFade(fade)
        .withLayerWeights(s.layerWeights())
        .withTargetMode(s.targetMode())
        .withTarget(s.target());
  }

  /**
   * ICP as the settings have it, keeping pixels within 0..1; eps is in the units of {@code
   * normalization}, which are pixels if there is none.
   */
  static Perturbation perturbation(TrainSettings s, Normalization normalization) {
    return rule(s.rule())
        .eps(s.eps())
        .steps(s.steps())
        .within(pixels(normalization))
        .batchNorm(s.icpMode());
  }

  /** The perturbation with {@code rule} and that rule's default eps. */
  static Perturbation rule(Rule rule) {
    return switch (rule) {
      case SGD -> Perturbation.sgd();
      case SIGN -> Perturbation.sign();
      case ADAM -> Perturbation.adam();
      case ADEMAMIX -> Perturbation.adEmaMix();
    };
  }

  /** What pixels of 0 and 1 become when normalised. */
  static ValidRange pixels(Normalization normalization) {
    var low = new ArrayList<Float>();
    var high = new ArrayList<Float>();
    for (int c = 0; c < normalization.mean().size(); c++) {
      low.add(normalization.apply(c, 0));
      high.add(normalization.apply(c, 1));
    }
    return low.isEmpty() ? ValidRange.of(0, 1) : new ValidRange(low, high);
  }

  /** What an arm does, for the report. */
  static String describe(TrainSettings s, Method arm) {
    if (arm == Method.BASELINE) {
      return "task loss only";
    }
    return "self-distillation from epoch %d: targets from %d steps of %s-ICP, eps %s"
        .formatted(s.k(), s.steps(), s.rule().name().toLowerCase(Locale.ROOT), s.eps());
  }
}
