package dev.hone.bench.experiment;

import dev.hone.datasets.Datasets;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.LoadProgress;
import dev.hone.datasets.ReadOptions;
import dev.hone.datasets.Split;
import dev.hone.icp.BatchNormMode;
import dev.hone.icp.distill.LayerWeights;
import dev.hone.icp.distill.Target;
import dev.hone.nn.model.Shortcut;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything the result of a training run depends on, and nothing else: two runs with equal
 * settings end with the same bits, whatever the number of threads. A run folder's {@code
 * settings.json} is one of these.
 *
 * @param task what is trained, and so which of the settings below apply; those of the other task
 *     hold 0, {@code NONE}, or {@code vae} for the model
 * @param dataset a name that {@link dev.hone.datasets.Datasets} knows
 * @param dataDir where its files are; empty for the embedded set
 * @param imageSize side of the images in pixels, for data sets that come in any size; 0: the set's
 *     own
 * @param limit training images, balanced over the classes; 0: all
 * @param model {@code resnet8}, {@code resnet20}, ...; {@code vae}
 * @param method which arms to train
 * @param rule ICP's update rule
 * @param steps T, ICP steps per batch
 * @param eps length of an ICP step, in normalised units for a classifier, in pixels from 0 to 1 for
 *     a VAE, as their inputs are; 0: leaves inputs as they are
 * @param k epochs of task loss only, before distillation begins
 * @param epochs E
 * @param batch images per training step
 * @param learningRate of the weights, at its highest
 * @param validation the part of the training images held out for the curves; 0: none
 * @param latent numbers that describe an image, of a VAE
 * @param width channels of its first stage
 * @param reconstruction its p(x | z)
 * @param scale deviation of the Gaussian, b of L1's Laplace distribution; 0 for Bernoulli
 * @param beta weight of the divergence
 * @param betaWarmup epochs in which that rises from 0
 * @param seed of weights, order, augmentation and everything else
 */
public record TrainSettings(
    Task task,
    String dataset,
    String dataDir,
    int imageSize,
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
    int latent,
    int width,
    Likelihood reconstruction,
    double scale,
    double beta,
    double betaWarmup,
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
    if (recipe.task() != task) {
      throw new IllegalArgumentException(
          "--recipe %s is for --task %s; leave it out"
              .formatted(SettingsDraft.typed(recipe), SettingsDraft.typed(recipe.task())));
    }
    switch (task) {
      case CLASSIFY -> {
        depth(model);
        requireOther(latent == 0, "--latent");
        requireOther(width == 0, "--width");
        requireOther(reconstruction == Likelihood.NONE, "--reconstruction");
        requireOther(scale == 0, "--scale");
        requireOther(beta == 0, "--beta");
        requireOther(betaWarmup == 0, "--beta-warmup");
      }
      case VAE -> {
        if (!model.equals("vae")) {
          throw new IllegalArgumentException(
              "--model "
                  + model
                  + " is for --task classify; --task vae has one model, leave it out");
        }
        if (shortcut != Shortcut.A || labelSmoothing != 0) {
          throw new IllegalArgumentException(
              "--shortcut and --label-smoothing are for --task classify; leave them out");
        }
        require(
            imageSize == 0 || (imageSize >= 16 && Integer.bitCount(imageSize) == 1),
            "--image-size",
            imageSize,
            "a power of two from 16 on for --task vae, such as 32, 64 or 128");
        require(latent >= 1, "--latent", latent, "1 or more");
        require(width >= 1, "--width", width, "1 or more");
        require(
            reconstruction != Likelihood.NONE,
            "--reconstruction",
            "none",
            "bernoulli, gaussian or l1");
        require(
            reconstruction.isScaled() ? scale > 0 && Double.isFinite(scale) : scale == 0,
            "--scale",
            scale,
            "greater than 0 for --reconstruction gaussian and l1, and left out for bernoulli");
        require(beta >= 0 && Double.isFinite(beta), "--beta", beta, "0 or more");
        require(
            betaWarmup >= 0 && Double.isFinite(betaWarmup),
            "--beta-warmup",
            betaWarmup,
            "0 or more epochs");
      }
    }
    require(imageSize >= 0, "--image-size", imageSize, "0 (the data set's own) or more");
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

  private static void requireOther(boolean absent, String option) {
    if (!absent) {
      throw new IllegalArgumentException(option + " is for --task vae; leave it out, or add that");
    }
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

  /** A split of its data set. */
  public ImageDataset load(Split split) {
    return load(split, LoadProgress.none());
  }

  ImageDataset load(Split split, LoadProgress progress) {
    var options = ReadOptions.defaults().withImageSize(imageSize).withProgress(progress);
    if (!dataDir.isEmpty()) {
      return Datasets.load(dataset, split, Path.of(dataDir), options);
    }
    if (!dataset.equals(Datasets.DEFAULT)) {
      return Datasets.load(dataset, split, options);
    }
    ImageDataset embedded = Datasets.load(dataset, split);
    if (imageSize != 0 && imageSize != embedded.height()) {
      throw new IllegalArgumentException(
          "--image-size: the images of %s have %d pixels a side; leave it out"
              .formatted(dataset, embedded.height()));
    }
    return embedded;
  }
}
