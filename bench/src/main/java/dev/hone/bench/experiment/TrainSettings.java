package dev.hone.bench.experiment;

import dev.hone.icp.BatchNormMode;
import dev.hone.icp.distill.LayerWeights;
import dev.hone.icp.distill.Target;
import dev.hone.nn.model.Shortcut;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything the result of a training run depends on, and nothing else: two runs with equal
 * settings end with the same bits, whatever the number of threads. A run folder's {@code
 * settings.json} is one of these.
 *
 * @param dataset a name that {@link dev.hone.datasets.Datasets} knows
 * @param dataDir where its files are; empty for the embedded set
 * @param limit training images, balanced over the classes; 0: all
 * @param model {@code resnet8}, {@code resnet20}, ...
 * @param method which arms to train
 * @param rule ICP's update rule
 * @param steps T, ICP steps per batch
 * @param eps length of an ICP step in normalised units; 0: leaves inputs as they are
 * @param k epochs of task loss only, before distillation begins
 * @param epochs E
 * @param batch images per training step
 * @param learningRate of the weights, at its highest
 * @param validation the part of the training images held out for the curves; 0: none
 * @param seed of weights, order, augmentation and everything else
 */
public record TrainSettings(
    String dataset,
    String dataDir,
    int limit,
    String model,
    Shortcut shortcut,
    Method method,
    Recipe recipe,
    Rule rule,
    int steps,
    double eps,
    int k,
    int epochs,
    int batch,
    double learningRate,
    double labelSmoothing,
    Decay decay,
    LayerWeights layerWeights,
    BatchNormMode icpMode,
    BatchNormMode targetMode,
    Target target,
    double validation,
    long seed) {
  private static final Pattern MODEL = Pattern.compile("resnet(\\d+)");

  /** How a(e), the weight of the task loss, falls from epoch k on. */
  public enum Decay {
    /** cos(pi (e-k) / (2 (E-k))), the paper's. */
    QUARTER_COSINE,
    /** (1 + cos(pi (e-k) / (E-k))) / 2. */
    HALF_COSINE,
    /** One half. */
    CONSTANT
  }

  /** Checks each value and how they fit together. */
  public TrainSettings {
    depth(model);
    require(limit >= 0, "--limit", limit, "0 (all) or more");
    require(steps >= 0, "--steps", steps, "0 or more");
    require(eps >= 0 && Double.isFinite(eps), "--eps", eps, "0 or more");
    require(epochs >= 1, "--epochs", epochs, "1 or more");
    require(k >= 0, "--k", k, "0 or more");
    if (k > epochs) {
      throw new IllegalArgumentException(
          "--k is %d, but there are only %d epochs (--epochs): k is the number of epochs before distillation begins, so it must be at most --epochs"
              .formatted(k, epochs));
    }
    require(batch >= 2, "--batch", batch, "2 or more, since batch norm needs two images");
    require(
        learningRate > 0 && Double.isFinite(learningRate), "--lr", learningRate, "greater than 0");
    require(
        labelSmoothing >= 0 && labelSmoothing < 1,
        "--label-smoothing",
        labelSmoothing,
        "in [0, 1)");
    require(validation >= 0 && validation < 1, "--validation", validation, "in [0, 1)");
  }

  private static void require(boolean holds, String option, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(option + " must be " + expected + ", but is " + value);
    }
  }

  /** The depth in {@code resnet20}; complains about any other model. */
  static int depth(String model) {
    Matcher m = MODEL.matcher(model.toLowerCase(Locale.ROOT));
    if (m.matches() && List.of("8", "20", "32", "44", "56", "110").contains(m.group(1))) {
      return Integer.parseInt(m.group(1));
    }
    throw new IllegalArgumentException(
        "--model: unknown model "
            + model
            + "; valid are resnet8, resnet20, resnet32, resnet44, resnet56, resnet110");
  }

  /** The first epoch of distillation in {@code arm}: a baseline never distils, which is k = E. */
  int distillsFrom(Method arm) {
    return arm == Method.BASELINE ? epochs : k;
  }
}
