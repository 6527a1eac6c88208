package dev.hone.bench.cli;

import dev.hone.bench.experiment.Likelihood;
import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Recipe;
import dev.hone.bench.experiment.Rule;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.experiment.Task;
import dev.hone.bench.experiment.TrainSettings.Decay;
import dev.hone.icp.BatchNormMode;
import dev.hone.icp.distill.LayerWeights;
import dev.hone.icp.distill.Target;
import dev.hone.nn.model.Shortcut;
import java.lang.reflect.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/**
 * The options that are settings of a run. Each field has the name of its setting in {@link
 * dev.hone.bench.experiment.TrainSettings}, which also says the default.
 */
final class TrainOptions {
  @ArgGroup(validate = false, order = 1, heading = "%nWhat is compared:%n")
  private Comparison comparison = new Comparison();

  @ArgGroup(validate = false, order = 5, heading = "%nThe autoencoder (--task vae):%n")
  private Autoencoder autoencoder = new Autoencoder();

  @ArgGroup(validate = false, order = 2, heading = "%nHow inputs are perturbed (ICP):%n")
  private Perturbing perturbing = new Perturbing();

  @ArgGroup(validate = false, order = 3, heading = "%nHow inputs are distilled from:%n")
  private Distilling distilling = new Distilling();

  @ArgGroup(validate = false, order = 4, heading = "%nHow weights are trained:%n")
  private Training training = new Training();

  /** Network and data. */
  static final class Comparison {
    @Option(
        names = "--task",
        paramLabel = "classify|vae",
        description =
            "Name classes with a ResNet, or make images with a variational autoencoder. Default:"
                + " ${DEFAULT-VALUE}.")
    private @Nullable Task task;

    @Option(
        names = "--method",
        paramLabel = "both|baseline|icp",
        description =
            "Train with the task loss only (baseline), with ICP self-distillation (icp), or both"
                + " with the same seed. Default: ${DEFAULT-VALUE}.")
    private @Nullable Method method;

    @Option(
        names = "--model",
        paramLabel = "NAME",
        description = "resnet8, 20, 32, 44, 56 or 110. Default: ${DEFAULT-VALUE}.")
    private @Nullable String model;

    @Option(
        names = "--shortcut",
        paramLabel = "A|B",
        description =
            "The network's shortcuts: A pads with zeros, B convolves. Default: ${DEFAULT-VALUE}.")
    private @Nullable Shortcut shortcut;

    @Option(
        names = "--dataset",
        paramLabel = "NAME",
        description =
            "fashion-mnist (a subset is embedded), cifar10, cifar100, birds, ...; ./hone data list"
                + " has them all. Default: ${DEFAULT-VALUE}.")
    private @Nullable String dataset;

    @Option(
        names = "--data-dir",
        paramLabel = "DIR",
        description = "Where the data set's archive is as published, or its unpacked files.")
    private @Nullable String dataDir;

    @Option(
        names = "--image-size",
        paramLabel = "S",
        description =
            "Side of the images in pixels, where a data set comes in any size; 0 means its own."
                + " Default: ${DEFAULT-VALUE}.")
    private int imageSize;

    @Option(
        names = "--limit",
        paramLabel = "N",
        description =
            "Training images, balanced over the classes; 0 means all. Default: ${DEFAULT-VALUE};"
                + " with --task vae all.")
    private int limit;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "Of weights, order and augmentation. Default: ${DEFAULT-VALUE}.")
    private long seed;
  }

  /** ICP itself. */
  static final class Perturbing {
    @Option(
        names = "--rule",
        paramLabel = "sgd|sign|adam|ademamix",
        description = "How a gradient becomes a step. Default: ${DEFAULT-VALUE}.")
    private @Nullable Rule rule;

    @Option(
        names = "--steps",
        paramLabel = "T",
        description = "Steps for each batch. Default: ${DEFAULT-VALUE}.")
    private int steps;

    @Option(
        names = "--eps",
        paramLabel = "E",
        description =
            "Length of a step, in units of normalised pixels; with --task vae in pixels from 0 to"
                + " 1. Default: ${DEFAULT-VALUE}; with --rule sgd 0.2, and 0.0002 with --task vae.")
    private double eps;

    @Option(
        names = "--icp-bn",
        paramLabel = "eval|batch-no-update|train",
        description = "Batch norm while inputs are perturbed. Default: ${DEFAULT-VALUE}.")
    private @Nullable BatchNormMode icpMode;
  }

  /** Self-distillation. */
  static final class Distilling {
    @Option(
        names = "--k",
        paramLabel = "K",
        description =
            "Epochs of task loss only, before distillation begins. Default: a quarter of the"
                + " epochs.")
    private int k;

    @Option(
        names = "--a-schedule",
        paramLabel = "quarter-cosine|half-cosine|constant",
        description =
            "How the weight a(e) of the task loss falls from epoch K on. Default:"
                + " ${DEFAULT-VALUE}.")
    private @Nullable Decay decay;

    @Option(
        names = "--layer-weights",
        paramLabel = "uniform|deeper|shallower",
        description = "Which stages' features count more. Default: ${DEFAULT-VALUE}.")
    private @Nullable LayerWeights layerWeights;

    @Option(
        names = "--target",
        paramLabel = "perturbed|random|opposite|none",
        description =
            "Whose features are the target: ICP's input, or a control. Default: ${DEFAULT-VALUE}.")
    private @Nullable Target target;

    @Option(
        names = "--target-bn",
        paramLabel = "eval|batch-no-update|train",
        description = "Batch norm while the target is computed. Default: ${DEFAULT-VALUE}.")
    private @Nullable BatchNormMode targetMode;
  }

  /** The weights' training. */
  static final class Training {
    @Option(
        names = "--recipe",
        paramLabel = "paper-like|sound|adam",
        description =
            "paper-like: plain SGD, as under-trained as the paper's baseline; sound: Nesterov,"
                + " weight decay, cosine, crop and flip; adam, for --task vae: Adam, cosine, flip."
                + " Default: ${DEFAULT-VALUE}; with --task vae adam.")
    private @Nullable Recipe recipe;

    @Option(
        names = "--epochs",
        paramLabel = "E",
        description = "Passes over the images. Default: ${DEFAULT-VALUE}; with --task vae 12.")
    private int epochs;

    @Option(
        names = "--batch",
        paramLabel = "N",
        description = "Images per step. Default: ${DEFAULT-VALUE}; with --task vae 32.")
    private int batch;

    @Option(
        names = "--lr",
        paramLabel = "R",
        description =
            "Learning rate of the weights, at its highest. Default: ${DEFAULT-VALUE}; with --recipe"
                + " paper-like 0.01, with adam 0.002.")
    private double learningRate;

    @Option(
        names = "--label-smoothing",
        paramLabel = "S",
        description = "Share of each label spread over all classes. Default: ${DEFAULT-VALUE}.")
    private double labelSmoothing;

    @Option(
        names = "--validation",
        paramLabel = "F",
        description =
            "Part of the training images held out for the curves. Default: ${DEFAULT-VALUE}.")
    private double validation;
  }

  /** What belongs to the autoencoder alone; it has no defaults where nothing is one. */
  static final class Autoencoder {
    @Option(
        names = "--latent",
        paramLabel = "L",
        description = "Numbers that describe an image. Default: 64.")
    private int latent;

    @Option(
        names = "--width",
        paramLabel = "W",
        description = "Channels of its first stage; work grows with the square. Default: 16.")
    private int width;

    @Option(
        names = "--reconstruction",
        paramLabel = "bernoulli|gaussian|l1",
        description = "The decoder's p(x|z). Default: bernoulli.")
    private @Nullable Likelihood reconstruction;

    @Option(
        names = "--scale",
        paramLabel = "S",
        description =
            "Deviation of the Gaussian, or mean distance of l1, in pixels from 0 to 1. Default:"
                + " 0.1.")
    private double scale;

    @Option(
        names = "--beta",
        paramLabel = "B",
        description = "Weight of the divergence KL(q(z|x) || N(0, 1)). Default: 1.")
    private double beta;

    @Option(
        names = "--beta-warmup",
        paramLabel = "E",
        description = "Epochs in which beta rises from 0. Default: a quarter of the epochs.")
    private double betaWarmup;
  }

  /** Says the defaults in the help, from the one place where they are kept. */
  static final class Defaults implements IDefaultValueProvider {
    private final SettingsDraft defaults = SettingsDraft.of(SettingsDraft.defaults());

    @Override
    public @Nullable String defaultValue(ArgSpec arg) {
      Object value = defaults.values().get(setting(arg));
      // A flag's default goes without saying, and an empty text would be taken for a value.
      return value == null || value instanceof Boolean || value.equals("")
          ? null
          : value instanceof Shortcut letter ? letter.name() : SettingsDraft.typed(value);
    }
  }

  /** The setting that an option is, or an empty name. */
  private static String setting(ArgSpec arg) {
    return arg.userObject() instanceof Field field
            && SettingsDraft.names().contains(field.getName())
            && field.getDeclaringClass().getEnclosingClass() == TrainOptions.class
        ? field.getName()
        : "";
  }

  /** The settings that were typed. */
  static SettingsDraft typed(ParseResult parsed) {
    SettingsDraft draft = SettingsDraft.empty();
    for (OptionSpec option : parsed.matchedOptions()) {
      Object value = option.getValue();
      if (!setting(option).isEmpty() && value != null) {
        draft = draft.with(setting(option), value);
      }
    }
    return draft;
  }

  /** The names of the options that were typed and are settings. */
  static List<String> typedNames(ParseResult parsed) {
    return parsed.matchedOptions().stream()
        .filter(option -> !setting(option).isEmpty())
        .map(OptionSpec::longestName)
        .distinct()
        .toList();
  }
}
