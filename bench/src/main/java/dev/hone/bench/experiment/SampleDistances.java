package dev.hone.bench.experiment;

import dev.hone.autograd.Tape;
import dev.hone.bench.distance.ClassifierFeatures;
import dev.hone.bench.distance.DistanceMeter;
import dev.hone.bench.distance.DistanceReport;
import dev.hone.bench.report.Distance;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.Mode;
import dev.hone.nn.model.Vae;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How far a generative model's samples are from real images, equally many of both: after each epoch
 * from the validation images, at the end from the test images. The samples' latent numbers are the
 * same for every model and epoch. Features are computed on the CPU, whatever trains the model.
 */
final class SampleDistances {
  /** Figures of fewer say nothing, and there is no covariance of one. */
  private static final int LEAST = 2;

  private static final int BATCH = 64;
  private static final long LATENT = 0x64697374616e6365L; // "distance"

  private final TrainingData data;
  private final long seed;
  private final Backend cpu;
  private final DistanceMeter validation;
  private final DistanceMeter test;
  private final DistanceMeter fid;

  private SampleDistances(
      TrainingData data,
      long seed,
      Backend cpu,
      DistanceMeter validation,
      DistanceMeter test,
      DistanceMeter fid) {
    this.data = data;
    this.seed = seed;
    this.cpu = cpu;
    this.validation = validation;
    this.test = test;
    this.fid = fid;
    addAll(validation, data.validation());
    addAll(test, data.test());
    addAll(fid, data.test());
  }

  /**
   * The distances of a run; trains the classifier whose features are compared, unless the run's
   * folder has it from before.
   */
  static SampleDistances of(
      TrainingData data,
      long seed,
      Training.Environment environment,
      Path folder,
      Progress progress) {
    Backend cpu = CpuBackendProvider.withThreads(environment.threads());
    Path classifier = folder.resolve("features.safetensors");
    if (!classifier.toFile().exists()) {
      progress.note("training a small classifier, over whose features samples are compared");
    }
    DistanceMeter test = ClassifierFeatures.meter(data.train(), classifier, seed, cpu);
    DistanceMeter validation =
        test instanceof DistanceMeter.Measuring measuring
            ? DistanceMeter.of(measuring.network())
            : test;
    DistanceMeter fid = DistanceMeter.fid(environment.fid(), cpu);
    if (fid instanceof DistanceMeter.Absent absent) {
      progress.note("FID will not be computed: " + absent.reason());
    } else {
      progress.note("Inception sees every test image and as many samples: this takes minutes");
    }
    return new SampleDistances(data, seed, cpu, validation, test, fid);
  }

  private void addAll(DistanceMeter meter, ImageDataset images) {
    if (meter instanceof DistanceMeter.Absent || images.count() < LEAST) {
      return;
    }
    try (Epoch epoch = Batches.inOrder(images, BATCH, Normalization.none()).epoch(0)) {
      while (epoch.hasNext()) {
        meter.addReference(epoch.next().images(cpu));
      }
    }
  }

  /** Over the classifier's features, from the validation images; NaN if there are none. */
  double ofEpoch(Vae model) {
    return of(validation, data.validation(), model).value();
  }

  /** Over the classifier's features, from the test images. */
  Distance ofTest(Vae model) {
    return of(test, data.test(), model);
  }

  /** FID from the test images. */
  Distance fid(Vae model) {
    return of(fid, data.test(), model);
  }

  private Distance of(DistanceMeter meter, ImageDataset images, Vae model) {
    int n = images.count();
    if (n < LEAST) {
      return new Distance(
          ClassifierFeatures.NAME, Double.NaN, 0, "not computed: it needs at least two images");
    }
    return switch (meter.measure(() -> samples(model, n).iterator())) {
      case DistanceReport.Measured m -> new Distance(m.name(), m.distance().value(), n, m.note());
      case DistanceReport.NotComputed none -> new Distance(none.name(), Double.NaN, 0, none.note());
    };
  }

  /** {@code n} samples in [0, 1], batch by batch. */
  private Stream<Tensor> samples(Vae model, int n) {
    return IntStream.range(0, (n + BATCH - 1) / BATCH)
        .mapToObj(b -> sample(model, b, Math.min(BATCH, n - b * BATCH)));
  }

  private Tensor sample(Vae model, int batch, int n) {
    Backend own = model.parameters().values().iterator().next().value().backend();
    try (var tape = Tape.inference()) {
      Tensor z =
          Random.of(own, seed).split(LATENT).split(batch).normal(Shape.of(n, model.latentSize()));
      Tensor x = model.decode(tape.constant(z), Mode.eval()).sigmoid().value().contiguous();
      return Tensor.of(cpu, x.shape(), x.toFloats());
    }
  }
}
