package dev.hone.icp.distill;

import dev.hone.icp.BatchNormMode;
import dev.hone.icp.Perturbation;

/**
 * How self-distillation by ICP runs. "ICP without distillation", training the task loss on x'
 * itself, is no option here: it is {@link Perturbation#apply} before an ordinary step, and it
 * teaches a network that its own hints are part of the image (Huang et al., "Unlearnable examples",
 * arXiv 2101.04898).
 *
 * @param k the first epoch with distillation, from 0; k = E is the baseline
 * @param epochs E, how many epochs training has
 * @param perturbation the rule, eps, T and mode of ICP
 * @param fade a(e), the weight of the task loss
 * @param layerWeights w_i, the weights of the tapped layers
 * @param targetMode batch norm in the pass that makes the target; the student's pass is in train
 *     mode, and features of the two modes differ far more than ICP moves them
 * @param target which input makes the target
 */
public record DistillationSettings(
    int k,
    int epochs,
    Perturbation perturbation,
    Fade fade,
    LayerWeights layerWeights,
    BatchNormMode targetMode,
    Target target) {
  public DistillationSettings {
    if (k < 0 || k > epochs) {
      throw new IllegalArgumentException(
          "distillation: k must be between 0 and the number of epochs, but k is "
              + k
              + " and epochs "
              + epochs);
    }
  }

  /** Quarter cosine, deeper layers first, the target with batch statistics that leave no trace. */
  public static DistillationSettings of(int k, int epochs, Perturbation perturbation) {
    return new DistillationSettings(
        k,
        epochs,
        perturbation,
        new Fade.QuarterCosine(),
        LayerWeights.DEEPER,
        BatchNormMode.BATCH_NO_UPDATE,
        Target.PERTURBED);
  }

  /** The task loss alone: k = E. */
  public static DistillationSettings baseline(int epochs) {
    return of(epochs, epochs, Perturbation.adam());
  }

  public DistillationSettings withPerturbation(Perturbation other) {
    return new DistillationSettings(k, epochs, other, fade, layerWeights, targetMode, target);
  }

  public DistillationSettings withFade(Fade other) {
    return new DistillationSettings(
        k, epochs, perturbation, other, layerWeights, targetMode, target);
  }

  public DistillationSettings withLayerWeights(LayerWeights other) {
    return new DistillationSettings(k, epochs, perturbation, fade, other, targetMode, target);
  }

  public DistillationSettings withTargetMode(BatchNormMode other) {
    return new DistillationSettings(k, epochs, perturbation, fade, layerWeights, other, target);
  }

  public DistillationSettings withTarget(Target other) {
    return new DistillationSettings(k, epochs, perturbation, fade, layerWeights, targetMode, other);
  }

  /** a(e), the weight of the task loss in {@code epoch}. */
  public double a(int epoch) {
    return fade.a(epoch, k, epochs);
  }

  /** Whether {@code epoch} distils at all. */
  public boolean distils(int epoch) {
    return epoch >= k;
  }
}
