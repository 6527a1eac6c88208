package dev.hone.bench.experiment;

import dev.hone.bench.report.ModelDescription;
import dev.hone.datasets.ImageDataset;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.model.Shortcut;
import dev.hone.tensor.Random;
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

  /** {@code resnet8} to {@code resnet110}. */
  public static ResNet create(
      String model, Shortcut shortcut, int classes, int channels, Random random) {
    return ResNet.cifar(TrainSettings.depth(model), classes, shortcut, channels, random);
  }

  static ModelDescription describe(TrainSettings s, ResNet model, ImageDataset data) {
    var shape = dev.hone.tensor.Shape.of(1, data.channels(), data.height(), data.width());
    return new ModelDescription(
        name(s.model()) + ", shortcut " + s.shortcut(),
        model.parameterCount(),
        dev.hone.nn.Summary.of(model, shape).toString());
  }

  /** {@code ResNet-20}. */
  static String name(String model) {
    return "ResNet-" + model.toLowerCase(Locale.ROOT).replace("resnet", "");
  }
}
