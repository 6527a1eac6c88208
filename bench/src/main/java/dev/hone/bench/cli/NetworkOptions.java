package dev.hone.bench.cli;

import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Models;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.datasets.Datasets;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.datasets.Split;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.model.ResNetForm;
import dev.hone.nn.model.Shortcut;
import dev.hone.nn.weights.StateDict;
import dev.hone.nn.weights.Weights;
import dev.hone.nn.weights.WeightsException;
import dev.hone.tensor.Random;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.MathMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a trained network: a run of ours, or weights from anywhere. */
final class NetworkOptions {
  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "A run folder; the newest under runs/ if neither this nor --weights is given.")
  private @Nullable Path run;

  @Option(
      names = "--arm",
      paramLabel = "baseline|icp",
      description = "Whose weights of the run; icp if it has them.")
  private @Nullable Method arm;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Weights by PyTorch's names: safetensors, .pt, .pth or .th.")
  private @Nullable Path weights;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "Their network: resnet8, 20, 32, 44, 56 or 110. Default: what the weights look like.")
  private @Nullable String model;

  @Option(
      names = "--shortcut",
      paramLabel = "A|B",
      description =
          "Its shortcuts: A pads with zeros, B convolves. Default: what the weights look like.")
  private @Nullable Shortcut shortcut;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description =
          "Its data, such as cifar10; ./hone data list has them all. Default: fashion-mnist.")
  private @Nullable String dataset;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the data set's archive is, or its unpacked files.")
  private @Nullable Path dataDir;

  @Option(
      names = "--mean",
      paramLabel = "M,...",
      split = ",",
      hideParamSyntax = true,
      description = "Mean of each channel, of pixels from 0 to 1. Default: the data set's.")
  private List<Float> mean = List.of();

  @Option(
      names = "--std",
      paramLabel = "S,...",
      split = ",",
      hideParamSyntax = true,
      description = "Standard deviation of each channel. Default: the data set's.")
  private List<Float> std = List.of();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "What computes: " + Devices.NAMES + ". Default: ${DEFAULT-VALUE}.",
      defaultValue = "cpu")
  private String device = "cpu";

  @Option(names = "--math", paramLabel = "NAME", description = Devices.MATH, defaultValue = "fma")
  private MathMode math = MathMode.FMA;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the cpu; 0 means all cores. Results do not depend on it.",
      defaultValue = "0")
  private int threads;

  /** The autoencoder, if it is a run of one that was named or is the newest. */
  Optional<Autoencoder> autoencoder(PrintWriter notes) throws IOException {
    refuseContradictions();
    if (weights != null) {
      return Optional.empty();
    }
    Path folder = run == null ? Folders.newestRun(Folders.RUNS) : run;
    if (!Autoencoder.isIn(folder)) {
      return Optional.empty();
    }
    if (!mean.isEmpty()) {
      throw new Refusal("--mean and --std are for classifiers; an autoencoder's pixels are 0 to 1");
    }
    if (run == null) {
      notes.println("using the newest run, " + folder);
    }
    return Optional.of(
        Autoencoder.open(folder, arm, dataDir, Devices.open(device, threads, math, notes)));
  }

  /** Opens the network; what was chosen in the user's place is said on {@code notes}. */
  Network open(PrintWriter notes) throws IOException {
    refuseContradictions();
    Backend backend = Devices.open(device, threads, math, notes);
    if (weights != null) {
      return load(backend, weights, notes);
    }
    Path folder = run;
    if (folder == null) {
      folder = Folders.newestRun(Folders.RUNS);
      notes.println("using the newest run, " + folder);
    }
    Path settings = Folders.settings(folder);
    if (Autoencoder.isIn(folder)) {
      throw new Refusal(
          folder
              + ": trained an autoencoder, which names no classes; its report.html shows what ICP"
              + " does to images, and ./hone sample what it makes");
    }
    Map<String, Object> said = SettingsDraft.read(settings).values();
    String ownData = (String) setting(said, "dataDir", settings);
    Path itsData = ownData.isEmpty() ? null : Path.of(ownData);
    return load(
        backend,
        (String) setting(said, "model", settings),
        (Shortcut) setting(said, "shortcut", settings),
        (String) setting(said, "dataset", settings),
        dataDir == null ? itsData : dataDir,
        read(weightsIn(folder)));
  }

  /** Weights from anywhere, whose shapes say what was not said. */
  private Network load(Backend backend, Path file, PrintWriter notes) {
    Weights found = read(file);
    found.notes().forEach(note -> notes.println(file + ": " + WeightsException.printable(note)));
    TrainSettings defaults = SettingsDraft.defaults();
    var form = ResNetForm.of(found.shapes());
    return load(
        backend,
        model == null ? form.map(ResNetForm::model).orElse(defaults.model()) : model,
        shortcut == null ? form.map(ResNetForm::shortcut).orElse(defaults.shortcut()) : shortcut,
        dataset == null ? defaults.dataset() : dataset,
        dataDir,
        found);
  }

  private static Weights read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new Refusal("--weights: no such file: " + file);
    }
    return Weights.read(file);
  }

  private static Object setting(Map<String, Object> said, String name, Path file) {
    Object value = said.get(name);
    if (value == null) {
      throw new Refusal(file + ": \"" + name + "\" is missing; is it the file of a whole run?");
    }
    return value;
  }

  private void refuseContradictions() {
    if (run != null && weights != null) {
      throw new Refusal("--run and --weights exclude each other: both say whose weights to use");
    }
    if (arm != null && (weights != null || arm == Method.BOTH)) {
      throw new Refusal("--arm chooses between the weights of a run: baseline or icp, with --run");
    }
    var network = new ArrayList<String>();
    if (model != null) {
      network.add("--model");
    }
    if (shortcut != null) {
      network.add("--shortcut");
    }
    if (dataset != null) {
      network.add("--dataset");
    }
    if (weights == null && !network.isEmpty()) {
      throw new Refusal(
          String.join(", ", network)
              + " need --weights FILE; with --run the run's settings say what was trained");
    }
    if (mean.isEmpty() != std.isEmpty()) {
      throw new Refusal("--mean and --std belong together: give both, or none for the data set's");
    }
  }

  private Path weightsIn(Path folder) {
    List<Method> arms = arm == null ? List.of(Method.ICP, Method.BASELINE) : List.of(arm);
    return arms.stream()
        .map(method -> folder.resolve(SettingsDraft.typed(method)).resolve("weights.safetensors"))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(() ->
            new Refusal(
                folder
                    + ": no weights of "
                    + String.join(" or ", arms.stream().map(SettingsDraft::typed).toList())
                    + " in it; if the run was stopped, finish it with ./hone train --resume "
                    + folder));
  }

  private Network load(
      Backend backend,
      String modelName,
      Shortcut shortcuts,
      String datasetName,
      @Nullable Path folder,
      Weights found) {
    ImageDataset test = test(datasetName, folder);
    Normalization normalization =
        mean.isEmpty() ? test.normalization() : new Normalization(mean, std);
    if (!normalization.isNone() && normalization.mean().size() != test.channels()) {
      throw new Refusal(
          "--mean and --std have %d values, but %s has %d channel(s); give one value per channel"
              .formatted(normalization.mean().size(), datasetName, test.channels()));
    }
    ResNet network =
        Models.create(modelName, shortcuts, test.classes(), test.channels(), Random.of(backend, 0));
    StateDict.load(network, found, likeness(found, datasetName, test));
    return new Network(
        modelName + ", shortcut " + shortcuts,
        network,
        normalization,
        test,
        backend,
        Path.of(found.source()));
  }

  /** What to try with weights that do not fit. */
  private static String likeness(Weights found, String datasetName, ImageDataset test) {
    return ResNetForm.of(found.shapes())
        .map(form ->
            "this looks like %s; %s has %d classes and images of %d channel%s"
                .formatted(
                    form,
                    datasetName,
                    test.classes(),
                    test.channels(),
                    test.channels() == 1 ? "" : "s"))
        .orElse("this looks like no ResNet for CIFAR; ./hone weights list FILE shows what it is");
  }

  /** The test split, which is all that is needed of a data set here. */
  private static ImageDataset test(String name, @Nullable Path folder) {
    requireDataset(name);
    return folder == null
        ? Datasets.load(name, Split.TEST)
        : Datasets.load(name, Split.TEST, folder);
  }

  /** Refuses a data set that does not exist. */
  static void requireDataset(String name) {
    if (!Datasets.names().contains(name)) {
      throw new Refusal(
          "--dataset: '" + name + "' is not one of " + String.join(", ", Datasets.names()));
    }
  }
}
