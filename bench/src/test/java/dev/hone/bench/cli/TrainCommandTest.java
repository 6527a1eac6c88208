package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.experiment.Likelihood;
import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Progress;
import dev.hone.bench.experiment.Recipe;
import dev.hone.bench.experiment.Rule;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.experiment.SettingsFile;
import dev.hone.bench.experiment.Task;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.bench.experiment.Training;
import dev.hone.bench.report.SampleRun;
import dev.hone.icp.BatchNormMode;
import dev.hone.icp.distill.LayerWeights;
import dev.hone.icp.distill.Target;
import dev.hone.nn.model.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
  @TempDir private Path folder;

  /** Notes what it was asked, and ends as told. */
  private static final class Recorder implements Trainer {
    private final boolean stops;
    private final List<TrainSettings> begun = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();
    private final List<Path> resumed = new ArrayList<>();
    private final List<Training.Environment> environments = new ArrayList<>();

    Recorder(boolean stops) {
      this.stops = stops;
    }

    @Override
    public Training.Outcome run(
        TrainSettings settings,
        Path folder,
        Training.Environment environment,
        Progress progress,
        BooleanSupplier stop)
        throws IOException {
      begun.add(settings);
      folders.add(folder);
      environments.add(environment);
      Files.writeString(folder.resolve("report.html"), "");
      Files.writeString(folder.resolve("metrics.jsonl"), "");
      return end(folder);
    }

    @Override
    public Training.Outcome resume(
        Path folder, Training.Environment environment, Progress progress, BooleanSupplier stop) {
      resumed.add(folder);
      environments.add(environment);
      return end(folder);
    }

    private Training.Outcome end(Path folder) {
      return stops
          ? new Training.Outcome.Stopped(folder)
          : new Training.Outcome.Finished(SampleRun.typical());
    }
  }

  private final Recorder trainer = new Recorder(false);

  private static Invocation train(Trainer trainer, String... args) {
    var all = new ArrayList<>(List.of("train"));
    all.addAll(List.of(args));
    InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));
    return Invocation.of(List.of(new TrainCommand(trainer, clock)), all.toArray(String[]::new));
  }

  private Invocation train(String... args) {
    return train(trainer, args);
  }

  private String out() {
    return "--out=" + folder.resolve("run");
  }

  @Test
  void withoutOptionsTheDefaultsAreTrained() {
    train(out()).succeeded();
    assertEquals(List.of(SettingsDraft.defaults()), trainer.begun);
    assertEquals(List.of(folder.resolve("run")), trainer.folders);
    assertEquals("cpu", trainer.environments.getFirst().backend().name());
  }

  @Test
  void everySettingIsAnOption() {
    train(
            out(),
            "--dataset=cifar100",
            "--data-dir=data",
            "--image-size=32",
            "--limit=5000",
            "--model=resnet8",
            "--shortcut=b",
            "--method=ICP",
            "--recipe=Paper_Like",
            "--rule=sgd",
            "--steps=7",
            "--eps=.25",
            "--k=3",
            "--epochs=9",
            "--batch=16",
            "--lr=.5",
            "--label-smoothing=.1",
            "--a-schedule=half-cosine",
            "--layer-weights=uniform",
            "--icp-bn=batch-no-update",
            "--target-bn=train",
            "--target=random",
            "--validation=.2",
            "--seed=42",
            "--threads=1",
            "--device=reference")
        .succeeded();
    TrainSettings expected =
        new TrainSettings(
            Task.CLASSIFY,
            "cifar100",
            "data",
            32,
            5000,
            "resnet8",
            Shortcut.B,
            Method.ICP,
            Recipe.PAPER_LIKE,
            Rule.SGD,
            7,
            .25,
            3,
            9,
            16,
            .5,
            .1,
            TrainSettings.Decay.HALF_COSINE,
            LayerWeights.UNIFORM,
            BatchNormMode.BATCH_NO_UPDATE,
            BatchNormMode.TRAIN,
            Target.RANDOM,
            .2,
            0,
            0,
            Likelihood.NONE,
            0,
            0,
            0,
            42);
    assertEquals(List.of(expected), trainer.begun);
    assertEquals("reference", trainer.environments.getFirst().backend().name());
    var defaults = SettingsDraft.of(SettingsDraft.defaults()).values();
    var ofAutoencoders =
        List.of("task", "latent", "width", "reconstruction", "scale", "beta", "betaWarmup");
    SettingsDraft.of(expected)
        .values()
        .forEach((name, value) ->
            assertEquals(ofAutoencoders.contains(name), value.equals(defaults.get(name)), name));
  }

  @Test
  void everySettingOfAnAutoencoderIsAnOption() {
    train(
            out(),
            "--task=vae",
            "--image-size=32",
            "--latent=9",
            "--width=4",
            "--reconstruction=gaussian",
            "--scale=.3",
            "--beta=.5",
            "--beta-warmup=2.5")
        .succeeded();
    TrainSettings s = trainer.begun.getFirst();
    assertEquals(Task.VAE, s.task());
    assertEquals("vae", s.model());
    assertEquals(9, s.latent());
    assertEquals(4, s.width());
    assertEquals(Likelihood.GAUSSIAN, s.reconstruction());
    assertEquals(.3, s.scale());
    assertEquals(.5, s.beta());
    assertEquals(2.5, s.betaWarmup());
  }

  @Test
  void optionsGoBeforeTheFileBeforeTheDefaults() throws IOException {
    Path file = folder.resolve("my.json");
    Files.writeString(file, "{\"epochs\": 8, \"rule\": \"sgd\", \"seed\": 5}");
    train(out(), "--config=" + file, "--epochs=12").succeeded();
    TrainSettings s = trainer.begun.getFirst();
    assertEquals(12, s.epochs());
    assertEquals(3, s.k());
    assertEquals(Rule.SGD, s.rule());
    assertEquals(0.2, s.eps());
    assertEquals(5, s.seed());
    assertEquals(SettingsDraft.defaults().batch(), s.batch());
  }

  @Test
  void theFileOfARunReproducesIt() throws IOException {
    TrainSettings settings =
        SettingsDraft.empty().with("rule", Rule.SIGN).with("eps", 0.1 + 0.2).complete();
    Path file = folder.resolve("settings.json");
    SettingsFile.write(settings, file);
    train(out(), "--config=" + file).succeeded();
    assertEquals(List.of(settings), trainer.begun);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "--k=9 --epochs=4       | --k is 9, but there are only 4 epochs",
        "--eps=-1               | --eps must be 0 or more, but is -1.0",
        "--eps=NaN              | --eps must be 0 or more, but is NaN",
        "--epochs=0             | --epochs must be 1 or more, but is 0",
        "--batch=1              | --batch must be 2 or more",
        "--rule=adm             | 'adm' is not one of sgd, sign, adam, ademamix",
        "--recipe=paper         | 'paper' is not one of paper-like, sound",
        "--model=vgg            | unknown model vgg; valid are resnet8, resnet20",
        "--dataset=emnist       | --dataset: 'emnist' is not one of fashion-mnist, mnist",
        "--device=cuda:999      | --device cuda:999 is not available here: ",
        "--device=tpu           | --device: 'tpu' is not one of auto, cpu, cuda, emulator,"
            + " reference",
        "--threads=-2           | --threads must be 1 or more",
        "--epoch=3              | unknown option '--epoch=3'",
        "--epochs=three         | invalid value for option '--epochs': 'three' is not an int",
        "--config=none.json     | no such file: none.json",
        "--resume=none          | none: no such folder",
      })
  void whatCannotBeIsRefusedBeforeAnythingIsMade(String args, String line) throws IOException {
    var all = new ArrayList<>(List.of(args.split(" ")));
    if (!args.contains("--resume")) {
      all.add(out());
    }
    train(all.toArray(String[]::new)).refused(line);
    assertEquals(List.of(), trainer.begun);
    assertFalse(Files.exists(folder.resolve("run")));
  }

  @Test
  void aFileThatIsWrongIsNamed() throws IOException {
    Path file = folder.resolve("my.json");
    Files.writeString(file, "{\"eps\": NaN}");
    train(out(), "--config=" + file).refused(file + ": \"eps\": expected a finite number");
    Files.writeString(file, "{\"k\": 9}");
    train(out(), "--config=" + file, "--epochs=4").refused(file + ": --k is 9");
  }

  @Test
  void theFolderMustBeNewOrEmptyAndWritable() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    train("--out=" + folder).refused(folder + " is not empty", "--resume " + folder);
    train("--out=" + file).refused("--out: cannot write to the folder " + file);
    train("--out=" + file.resolve("run")).refused("--out: cannot write to the folder");
    Path deep = folder.resolve("a").resolve("b");
    train("--out=" + deep).succeeded();
    assertTrue(Files.isRegularFile(deep.resolve("report.html")));
  }

  @Test
  void resumeTakesItsSettingsFromTheRun() throws IOException {
    SettingsFile.write(SettingsDraft.defaults(), folder.resolve("settings.json"));
    String resume = "--resume=" + folder;
    train(resume, "--threads=1").succeeded();
    assertEquals(List.of(folder), trainer.resumed);
    assertEquals(List.of(), trainer.begun);
    train(resume, "--epochs=9", "--eps=1", out())
        .refused("leave out --epochs, --eps, --out", "--config " + folder);
  }

  @Test
  void stoppedSaysHowToGoOn() {
    Path run = folder.resolve("it's mine");
    Invocation stopped = train(new Recorder(true), "--out=" + run, "--threads=2");
    assertEquals(130, stopped.code());
    String quoted = "'" + run.toString().replace("'", "'\\''") + "'";
    assertTrue(
        stopped.err().contains("  ./hone train --resume " + quoted + " --threads 2"),
        stopped.err());
    assertEquals("", stopped.out());
  }

  @Test
  void finishedShowsTheTableTheVerdictAndTheReport() {
    String printed = train(out()).succeeded().out();
    List<String> lines = printed.lines().toList();
    assertTrue(lines.get(1).matches("arm +accuracy +95 % interval +macro-F1 .*"), printed);
    assertTrue(lines.get(2).matches("baseline +[0-9.]+ % +[0-9.]+ to [0-9.]+ .*"), printed);
    assertTrue(printed.contains("icp"), printed);
    int look = lines.indexOf("Look at " + folder.resolve("run").resolve("report.html"));
    assertTrue(look > 0, printed);
    assertEquals("        " + folder.resolve("run").resolve("metrics.jsonl"), lines.get(look + 1));
  }

  @Test
  void helpTeaches() {
    String help = train("--help").succeeded().out();
    TrainSettings vae = SettingsDraft.defaults(Task.VAE);
    for (String taught :
        List.of(
            "What is compared:",
            "How inputs are perturbed (ICP):",
            "How inputs are distilled from:",
            "How weights are trained:",
            "Default: resnet20",
            "Default: both",
            "./hone train --resume runs/sign",
            "The autoencoder (--task vae):",
            "with --rule sgd " + SettingsDraft.defaultEps(Rule.SGD) + ",",
            "Default: %d; with --task vae %d."
                .formatted(SettingsDraft.defaults().epochs(), vae.epochs()),
            "Default: %d; with --task vae %d."
                .formatted(SettingsDraft.defaults().batch(), vae.batch()),
            "that describe an image. Default: " + vae.latent() + ".",
            "Default: " + vae.width() + ".",
            "Default: " + SettingsDraft.typed(vae.reconstruction()) + ".",
            "|| N(0, 1)). Default: " + (int) vae.beta() + ".",
            "with adam " + Recipe.ADAM.learningRate() + ".",
            "paper-like " + Recipe.PAPER_LIKE.learningRate() + ",")) {
      String flat = help.replaceAll("\\s+", " ");
      assertTrue(flat.contains(taught), () -> "no '" + taught + "' in: " + help);
    }
    for (Enum<?>[] values :
        List.of(
            Rule.values(),
            Method.values(),
            Recipe.values(),
            Target.values(),
            LayerWeights.values(),
            BatchNormMode.values(),
            TrainSettings.Decay.values())) {
      for (Enum<?> value : values) {
        assertTrue(help.contains(SettingsDraft.typed(value)), () -> "no " + value + " in: " + help);
      }
    }
  }
}
