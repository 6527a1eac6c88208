package dev.hone.bench.cli;

import dev.hone.bench.distance.FidWeights;
import dev.hone.bench.experiment.Progress;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.bench.experiment.Training;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.MathMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hone train}: the comparison, from images to a report. */
@Command(
    name = "train",
    description = {
      "Train a network with the task loss only and with ICP self-distillation, and compare.",
      "Without options: ResNet-20 on the embedded images, both ways, in minutes.",
      "With --task vae: a variational autoencoder."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nThe run:%n",
    defaultValueProvider = TrainOptions.Defaults.class,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone train",
      "  ./hone train --method icp --rule sign --steps 10 --epochs 8 --out runs/sign",
      "  ./hone train --dataset cifar100 --data-dir data --limit 5000 --epochs 3",
      "  ./hone train --task vae --dataset birds --data-dir data --image-size 32 --latent 128 \\",
      "      --beta 0.1 --epochs 50",
      "  ./hone train --config runs/sign/settings.json --seed 2 --out runs/sign-2",
      "  ./hone train --resume runs/sign",
      "",
      "Ctrl-C saves a checkpoint and says how to resume. The same settings end with the",
      "same bits, interrupted or not, whatever the number of threads."
    })
final class TrainCommand implements Callable<Integer> {
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");

  private final Trainer trainer;
  private final InstantSource clock;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private TrainOptions settings = new TrainOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The run folder, new or empty. Default: runs/<date-time>-<dataset>-<model>.")
  private @Nullable Path out;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings as a run folder's settings.json has them; options go before them.")
  private @Nullable Path config;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Continue the run in this folder, with its settings.")
  private @Nullable Path resume;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "What computes: "
              + Devices.NAMES
              + ". Each rounds in its own way, so resume a run on the one that began it. Default:"
              + " cpu.")
  private String device = "cpu";

  @Option(names = "--math", paramLabel = "NAME", description = Devices.MATH, defaultValue = "fma")
  private MathMode math = MathMode.FMA;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the cpu; 0 means all cores. Results do not depend on it.")
  private int threads;

  @Option(
      names = "--fid-weights",
      paramLabel = "FILE",
      description =
          "With --task vae, the weights of FID's Inception network. Default: those in the cache"
              + " folder, if they are there; they are never fetched.")
  private @Nullable Path fidWeights;

  TrainCommand() {
    this(new Trainer.Real(), InstantSource.system());
  }

  TrainCommand(Trainer trainer, InstantSource clock) {
    this.trainer = trainer;
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    TrainSettings chosen = resume == null ? chosen() : ofRun(resume);
    NetworkOptions.requireDataset(chosen.dataset());
    Training.Environment environment = environment();
    Path folder = resume == null ? newFolder(chosen) : resume;
    PrintWriter err = spec.commandLine().getErr();
    err.println((resume == null ? "" : "resuming: ") + headline(chosen) + "; in " + folder);
    err.flush();
    try (StopSignal stop = StopSignal.listen(err)) {
      return end(train(chosen, folder, environment, stop), folder);
    }
  }

  private Training.Outcome train(
      TrainSettings chosen, Path folder, Training.Environment environment, StopSignal stop)
      throws IOException {
    if (Boolean.getBoolean("hone.terminal")) {
      try (var bars = new ProgressBars(chosen, System.err, System::nanoTime)) {
        return train(chosen, folder, environment, bars, stop);
      }
    }
    PrintWriter err = spec.commandLine().getErr();
    var lines = new ProgressLines(chosen, err, System::nanoTime);
    return train(chosen, folder, environment, lines, stop);
  }

  private Training.Outcome train(
      TrainSettings chosen,
      Path folder,
      Training.Environment environment,
      Progress progress,
      StopSignal stop)
      throws IOException {
    return resume == null
        ? trainer.run(chosen, folder, environment, progress, stop)
        : trainer.resume(folder, environment, progress, stop);
  }

  private Training.Environment environment() throws IOException {
    Backend backend = Devices.open(device, threads, math, spec.commandLine().getErr());
    boolean cpu = backend.name().equals("cpu");
    int cores = threads == Devices.ALL ? Runtime.getRuntime().availableProcessors() : threads;
    return new Training.Environment(
        backend, cpu ? cores : 1, cpu ? Devices.vectors() : "none", Version.hone(), fid());
  }

  private FidWeights fid() {
    return fidWeights == null ? FidWeights.inCache() : FidWeights.at(fidWeights);
  }

  /** Options before the file before the defaults. */
  private TrainSettings chosen() throws IOException {
    SettingsDraft typed = TrainOptions.typed(spec.commandLine().getParseResult());
    if (config == null) {
      return typed.complete();
    }
    SettingsDraft file = SettingsDraft.read(config);
    try {
      return file.overriddenBy(typed).complete();
    } catch (IllegalArgumentException e) {
      throw new Refusal(config + ": " + e.getMessage());
    }
  }

  private TrainSettings ofRun(Path folder) throws IOException {
    var others = new ArrayList<>(TrainOptions.typedNames(spec.commandLine().getParseResult()));
    if (config != null) {
      others.add("--config");
    }
    if (out != null) {
      others.add("--out");
    }
    if (!others.isEmpty()) {
      throw new Refusal(
          "--resume continues a run with its own settings; leave out "
              + String.join(", ", others)
              + ", or start a new run with --config "
              + folder.resolve(Folders.SETTINGS));
    }
    return SettingsDraft.read(Folders.settings(folder)).complete();
  }

  private Path newFolder(TrainSettings chosen) throws IOException {
    Path folder = out;
    if (folder == null) {
      String stamp = LocalDateTime.ofInstant(clock.instant(), ZoneId.systemDefault()).format(STAMP);
      folder = Folders.RUNS.resolve(stamp + "-" + chosen.dataset() + "-" + chosen.model());
    }
    Folders.makeEmpty("--out", folder);
    return folder;
  }

  /** What is about to be trained, in one line. */
  static String headline(TrainSettings s) {
    String arms =
        String.join(" and ", s.method().arms().stream().map(SettingsDraft::typed).toList());
    String distilled =
        switch (s.method()) {
          case BASELINE -> "";
          case BOTH, ICP ->
              " (%s, T=%d, eps %s, from epoch %d)"
                  .formatted(SettingsDraft.typed(s.rule()), s.steps(), s.eps(), s.k() + 1);
        };
    return "%s on %s, %s, %d epoch%s each: %s%s"
        .formatted(
            s.model(),
            s.dataset(),
            s.limit() == 0 ? "all images" : s.limit() + " images",
            s.epochs(),
            s.epochs() == 1 ? "" : "s",
            arms,
            distilled);
  }

  private int end(Training.Outcome outcome, Path folder) throws IOException {
    return switch (outcome) {
      case Training.Outcome.Stopped stopped -> {
        PrintWriter err = spec.commandLine().getErr();
        err.println("stopped; the checkpoint is saved. To go on:");
        err.println("  ./hone train --resume " + quoted(stopped.folder()) + machineOptions());
        err.flush();
        yield StopSignal.EXIT_CODE;
      }
      case Training.Outcome.Finished finished -> {
        PrintWriter result = spec.commandLine().getOut();
        RunTable.of(finished.run()).print(result);
        left(folder).forEach(line -> result.println(line));
        result.flush();
        yield ExitCode.OK;
      }
    };
  }

  /** What a resumed run does not take from its folder. */
  private String machineOptions() {
    return (device.equals("cpu") ? "" : " --device " + device)
        + (threads == Devices.ALL ? "" : " --threads " + threads);
  }

  private static String quoted(Path folder) {
    String text = folder.toString();
    return text.matches("[\\w./\\\\:-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** The files of a run, the one to look at first. */
  private static List<String> left(Path folder) throws IOException {
    Path report = folder.resolve("report.html");
    var lines = new ArrayList<String>();
    lines.add("");
    if (Files.isRegularFile(report)) {
      lines.add("Look at " + report);
    }
    try (var files = Files.walk(folder, 2)) {
      files
          .filter(file -> Files.isRegularFile(file) && !file.equals(report))
          .sorted()
          .forEach(file -> lines.add("        " + file));
    }
    return lines;
  }
}
