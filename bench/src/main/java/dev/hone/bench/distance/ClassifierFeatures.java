package dev.hone.bench.distance;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.datasets.Augmentation;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.icp.distill.DistillationSettings;
import dev.hone.icp.distill.DistillationStep;
import dev.hone.nn.Mode;
import dev.hone.nn.Normalization;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.model.Normalized;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.model.Shortcut;
import dev.hone.nn.optim.Optimizer;
import dev.hone.nn.optim.Schedule;
import dev.hone.nn.weights.StateDict;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The 64 features of a ResNet-8 before its last layer, trained for a minute to tell the classes of
 * a run's own training images apart. They know what the images are of and cost next to nothing;
 * they differ from run to run, so distances over them compare the arms and epochs of one run and
 * nothing else.
 */
public final class ClassifierFeatures implements FeatureNetwork {
  /** What a distance over these features is called. */
  public static final String NAME = "Fréchet distance (own classifier)";

  private static final int DEPTH = 8;
  private static final int FEATURES = 64;

  /** Pixels a side that larger images are averaged down to. */
  private static final int SIDE = 32;

  private static final int MOST_IMAGES = 5000;
  private static final int EPOCHS = 8;
  private static final int BATCH = 128;
  private static final double LEARNING_RATE = 0.1;
  private static final long WEIGHTS = 1;
  private static final long STEPS = 2;

  private final Normalized<ResNet> network;
  private final String classes;
  private final Mode.Frozen mode = Mode.frozen();

  private ClassifierFeatures(Normalized<ResNet> network, String classes) {
    this.network = network;
    this.classes = classes;
  }

  /**
   * A meter over the features of the classifier in {@code file}, which is trained and written first
   * if it is not there; one that measures nothing where there are no classes to learn.
   *
   * @param train training images with their classes
   * @param seed of the classifier's weights and order, which its features depend on
   */
  public static DistanceMeter meter(ImageDataset train, Path file, long seed, Backend backend) {
    if (train.classes() < 2) {
      return DistanceMeter.absent(
          NAME, train.name() + " has one class only, so that no classifier can be trained on it");
    }
    return DistanceMeter.of(of(train, file, seed, backend));
  }

  private static ClassifierFeatures of(ImageDataset train, Path file, long seed, Backend backend) {
    Random random = Random.of(backend, seed);
    int channels = train.channels();
    ResNet classifier =
        ResNet.cifar(DEPTH, train.classes(), Shortcut.B, channels, random.split(WEIGHTS));
    var network = new Normalized<>(normalization(train, backend), classifier);
    if (Files.exists(file)) {
      StateDict.load(classifier, file);
    } else {
      train(network, train.limit(Math.min(MOST_IMAGES, train.count())), seed, random.split(STEPS));
      StateDict.save(classifier, file);
    }
    return new ClassifierFeatures(
        network, "the %d classes of %s".formatted(train.classes(), train.name()));
  }

  private static Normalization normalization(ImageDataset data, Backend backend) {
    var found = data.normalization().isNone() ? data.statistics() : data.normalization();
    return new Normalization(vector(found.mean(), backend), vector(found.std(), backend));
  }

  private static Tensor vector(List<Float> values, Backend backend) {
    double[] doubles = values.stream().mapToDouble(Float::doubleValue).toArray();
    return Tensor.ofDoubles(backend, Shape.of(doubles.length), doubles);
  }

  /** The trainer of every other network, with the task loss alone. */
  private static void train(
      Normalized<ResNet> network, ImageDataset images, long seed, Random random) {
    var step =
        new DistillationStep<>(
            network,
            Optimizer.of(network, Optimizer.Settings.sgdNesterov(0.9, 5e-4)),
            DistillationSettings.baseline(EPOCHS));
    Batches batches =
        Batches.of(
            images,
            Math.min(BATCH, images.count()),
            Augmentation.standard(),
            dev.hone.datasets.Normalization.none(),
            seed);
    Schedule schedule = Schedule.cosine(LEARNING_RATE);
    long total = (long) EPOCHS * batches.perEpoch();
    long done = 0;
    for (int e = 0; e < EPOCHS; e++) {
      try (Epoch epoch = batches.epoch(e)) {
        while (epoch.hasNext()) {
          Batch batch = epoch.next();
          step.take(
              reduced(batch.images(random.backend())),
              CrossEntropy.to(batch.labels(random.backend())),
              e,
              schedule.rate(done, total),
              random.split(done));
          done++;
        }
      }
    }
  }

  /** {@code [N, C, H, W]} averaged over squares, so that its shorter side has 32 to 63 pixels. */
  private static Tensor reduced(Tensor images) {
    int factor = Math.min(images.shape().dim(2), images.shape().dim(3)) / SIDE;
    return factor < 2 ? images : images.averagePool(new Pooling(factor));
  }

  @Override
  public String distanceName() {
    return NAME;
  }

  @Override
  public String description() {
    return "a ResNet-8 trained on " + classes;
  }

  @Override
  public String resize() {
    return "averaged down to about 32x32";
  }

  @Override
  public int features() {
    return FEATURES;
  }

  @Override
  public Tensor of(Tensor images) {
    try (var tape = Tape.inference()) {
      Variable last = network.tapped(tape.constant(reduced(images)), mode).features().getLast();
      return last.globalAveragePool().value().keep();
    }
  }

  @Override
  public void close() {
    mode.close();
  }
}
