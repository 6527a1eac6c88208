package dev.hone.bench.cli;

import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Recipe;
import dev.hone.bench.experiment.Rule;
import dev.hone.bench.experiment.SettingsDraft;
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

  @ArgGroup(validate = false, order = 2, heading = "%nHow inputs are perturbed (ICP):%n")
  private Perturbing perturbing = new Perturbing();

  @ArgGroup(validate = false, order = 3, heading = "%nHow inputs are distilled from:%n")
  private Distilling distilling = new Distilling();

  @ArgGroup(validate = false, order = 4, heading = "%nHow weights are trained:%n")
  private Training training = new Training();

  /** Network and data. */
  static final class Comparison {
    @Option(
        names = "--method",
        paramLabel = "both|baseline|icp",
        description =
            "Train with the task loss only (baseline), with ICP self-distillation (icp), or both with"
                + " the same seed. Default: ${DEFAULT-VALUE}.")
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
            "fashion-mnist (a subset is embedded), cifar10, cifar100 or cifar100-coarse. Default:"
                + " ${DEFAULT-VALUE}.")
    private @Nullable String dataset;

    @Option(
        names = "--data-dir",
        paramLabel = "DIR",
        description = "Where the data set's archive is as published, or its unpacked files.")
    private @Nullable String dataDir;

    @Option(
        names = "--limit",
        paramLabel = "N",
        description =
            "Training images, balanced over the classes; 0 means all. Default: ${DEFAULT-VALUE}.")
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
            "Length of a step, in units of normalised pixels. Default: ${DEFAULT-VALUE}; with --rule"
                + " sgd 0.2.")
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
            "Epochs of task loss only, before distillation begins. Default: a quarter of the epochs.")
    private int k;

    @Option(
        names = "--a-schedule",
        paramLabel = "quarter-cosine|half-cosine|constant",
        description =
            "How the weight a(e) of the task loss falls from epoch K on. Default: ${DEFAULT-VALUE}.")
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
        paramLabel = "paper-like|sound",
        description =
            "paper-like: plain SGD, as under-trained as the paper's baseline; sound: Nesterov, weight"
                + " decay, cosine, crop and flip. Default: ${DEFAULT-VALUE}.")
    private @Nullable Recipe recipe;

    @Option(
        names = "--epochs",
        paramLabel = "E",
        description = "Passes over the images. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
        names = "--batch",
        paramLabel = "N",
        description = "Images per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
        names = "--lr",
        paramLabel = "R",
        description =
            "Learning rate of the weights, at its highest. Default: ${DEFAULT-VALUE}; with --recipe"
                + " paper-like 0.01.")
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
