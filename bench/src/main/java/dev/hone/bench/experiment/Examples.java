package dev.hone.bench.experiment;

import dev.hone.autograd.Tape;
import dev.hone.bench.report.IcpExample;
import dev.hone.bench.report.IcpExample.ClassProbability;
import dev.hone.bench.report.Picture;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.icp.Perturbation;
import dev.hone.icp.Perturbed;
import dev.hone.nn.Block;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Images before and after a perturbation, with what the model thinks of both. */
public final class Examples {
  private static final int SHOWN_CLASSES = 3;

  private Examples() {}

  /**
   * Perturbs every image of {@code data}, a small set.
   *
   * @param perturbation in normalised units, as its defaults are
   */
  public static List<IcpExample> of(
      Block model,
      ImageDataset data,
      Normalization normalization,
      Perturbation perturbation,
      Backend backend) {
    try (Epoch epoch = Batches.inOrder(data, data.count(), normalization).epoch(0)) {
      Batch batch = epoch.next();
      Tensor x = batch.images(backend);
      Perturbed perturbed =
          perturbation.traced().run(model, CrossEntropy.to(batch.labels(backend)), x);
      float[] before = probabilities(model, x);
      float[] after = probabilities(model, perturbed.x());
      var examples = new ArrayList<IcpExample>();
      for (int i = 0; i < batch.size(); i++) {
        float[] original = x.slice(0, i, i + 1).toFloats();
        float[] moved = perturbed.x().slice(0, i, i + 1).toFloats();
        int sample = i;
        List<Double> trace =
            IntStream.range(0, perturbed.trace().size())
                .mapToObj(t -> perturbed.trace().loss(t, sample))
                .toList();
        examples.add(
            example(
                data,
                normalization,
                i,
                original,
                moved,
                trace,
                row(data, before, i),
                row(data, after, i)));
      }
      return examples;
    }
  }

  private static IcpExample example(
      ImageDataset data,
      Normalization normalization,
      int i,
      float[] original,
      float[] moved,
      List<Double> trace,
      List<ClassProbability> before,
      List<ClassProbability> after) {
    double linf = 0;
    double squares = 0;
    for (int j = 0; j < original.length; j++) {
      double d = (double) moved[j] - original[j];
      linf = Math.max(linf, Math.abs(d));
      squares += d * d;
    }
    int c = data.channels();
    float[] from = pixels(original, data, normalization);
    float[] to = pixels(moved, data, normalization);
    double factor = Picture.amplificationFor(from, to);
    return new IcpExample(
        data.classNames().get(data.label(i)),
        Picture.ofPlanes(c, data.height(), data.width(), from),
        Picture.ofPlanes(c, data.height(), data.width(), to),
        Picture.difference(c, data.height(), data.width(), from, to, factor),
        factor,
        before,
        after,
        trace,
        linf,
        Math.sqrt(squares),
        IcpExample.Space.NORMALISED);
  }

  /** Undoes the normalisation of planes {@code [C, H, W]}: pixel values in 0..1. */
  private static float[] pixels(float[] planes, ImageDataset data, Normalization normalization) {
    if (normalization.isNone()) {
      return planes.clone();
    }
    int area = data.height() * data.width();
    float[] pixels = new float[planes.length];
    for (int j = 0; j < planes.length; j++) {
      int c = j / area;
      pixels[j] = planes[j] * normalization.std().get(c) + normalization.mean().get(c);
    }
    return pixels;
  }

  private static float[] probabilities(Block model, Tensor x) {
    try (var tape = Tape.inference()) {
      return model.apply(tape.constant(x)).softmax().value().toFloats();
    }
  }

  /** The most probable classes of image i. */
  private static List<ClassProbability> row(ImageDataset data, float[] probabilities, int i) {
    int classes = data.classes();
    return IntStream.range(0, classes)
        .mapToObj(
            c -> new ClassProbability(data.classNames().get(c), probabilities[i * classes + c]))
        .sorted(Comparator.comparingDouble(ClassProbability::probability).reversed())
        .limit(SHOWN_CLASSES)
        .toList();
  }
}
