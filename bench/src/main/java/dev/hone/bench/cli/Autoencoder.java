package dev.hone.bench.cli;

import dev.hone.bench.experiment.GenerativeEvaluation;
import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Models;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.experiment.Task;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Split;
import dev.hone.nn.loss.Elbo;
import dev.hone.nn.model.Vae;
import dev.hone.nn.weights.StateDict;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trained variational autoencoder with the images to try it on.
 *
 * @param model on pixels {@code [N, C, S, S]} in [0, 1]
 * @param settings of its run
 * @param test the test split
 * @param weights where they came from
 */
record Autoencoder(
    Vae model, TrainSettings settings, ImageDataset test, Backend backend, Path weights) {
  /** Whether {@code run} trained one. */
  static boolean isIn(Path run) throws IOException {
    return SettingsDraft.read(Folders.settings(run)).values().get("task") == Task.VAE;
  }

  /**
   * Opens the one that {@code run} trained.
   *
   * @param arm whose weights; null: icp's if there are any
   * @param dataDir where its data are; null: where they were
   */
  static Autoencoder open(Path run, @Nullable Method arm, @Nullable Path dataDir, Backend backend)
      throws IOException {
    if (!isIn(run)) {
      throw new Refusal(
          run + ": trained a classifier, not an autoencoder; see ./hone evaluate and ./hone icp");
    }
    SettingsDraft draft = SettingsDraft.read(Folders.settings(run));
    TrainSettings settings =
        (dataDir == null ? draft : draft.with("dataDir", dataDir.toString())).complete();
    Path weights = weights(run, arm == null ? List.of(Method.ICP, Method.BASELINE) : List.of(arm));
    ImageDataset test = settings.load(Split.TEST);
    Vae model = Models.createVae(settings, test, backend);
    StateDict.load(model, weights);
    return new Autoencoder(model, settings, test, backend, weights);
  }

  private static Path weights(Path run, List<Method> arms) {
    return arms.stream()
        .map(arm -> run.resolve(SettingsDraft.typed(arm)).resolve("weights.safetensors"))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(() ->
            new Refusal(
                "%s: no weights of %s in it; if the run was stopped, finish it with ./hone train --resume %s"
                    .formatted(
                        run,
                        String.join(" or ", arms.stream().map(SettingsDraft::typed).toList()),
                        run)));
  }

  /** How good it is on {@code data}. */
  GenerativeEvaluation evaluate(ImageDataset data) {
    var elbo = new Elbo(settings.reconstruction().of(settings.scale()), 1);
    return GenerativeEvaluation.of(model, elbo, data, backend, settings.seed());
  }

  /** {@code VAE, 64 x 64 pixels, 64 latent numbers}. */
  String name() {
    return "VAE, %d x %d pixels, %d latent numbers"
        .formatted(model.size(), model.size(), model.latentSize());
  }
}
