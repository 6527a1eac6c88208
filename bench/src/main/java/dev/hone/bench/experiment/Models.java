package dev.hone.bench.experiment;

import dev.hone.bench.report.ModelDescription;
import dev.hone.datasets.ImageDataset;
import dev.hone.nn.Summary;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.model.Shortcut;
import dev.hone.nn.model.Vae;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.Backend;
import java.util.Locale;

/** Models by the names that {@code --model} knows. */
public final class Models {
  private static final long WEIGHTS = 0x77656967687473L; // "weights"

  private Models() {}

  /** The freshly initialised model of a run, for images like those of {@code data}. */
  static ResNet create(TrainSettings s, ImageDataset data, Backend backend) {
    return create(
        s.model(),
        s.shortcut(),
        data.classes(),
        data.channels(),
        Random.of(backend, s.seed()).split(WEIGHTS));
  }

  /** The freshly initialised autoencoder of a run, for images like those of {@code data}. */
  public static Vae createVae(TrainSettings s, ImageDataset data, Backend backend) {
    Random random = Random.of(backend, s.seed()).split(WEIGHTS);
    return Vae.of(data.height(), data.channels(), s.latent(), s.width(), random);
  }

  /** {@code resnet8} to {@code resnet110}. */
  public static ResNet create(
      String model, Shortcut shortcut, int classes, int channels, Random random) {
    return ResNet.cifar(TrainSettings.depth(model), classes, shortcut, channels, random);
  }

  static ModelDescription describe(TrainSettings s, ResNet model, ImageDataset data) {
    var shape = Shape.of(1, data.channels(), data.height(), data.width());
    return new ModelDescription(
        name(s.model()) + ", shortcut " + s.shortcut(),
        model.parameterCount(),
        Summary.of(model, shape).toString());
  }

  static ModelDescription describe(TrainSettings s, Vae model) {
    var shape = Shape.of(1, model.channels(), model.size(), model.size());
    return new ModelDescription(
        "A convolutional VAE of %d x %d pixels, %d latent numbers, width %d"
            .formatted(model.size(), model.size(), s.latent(), s.width()),
        model.parameterCount(),
        Summary.of(model, shape).toString());
  }

  /** {@code ResNet-20}. */
  static String name(String model) {
    return "ResNet-" + model.toLowerCase(Locale.ROOT).replace("resnet", "");
  }
}
