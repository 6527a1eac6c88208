package dev.hone.bench.experiment;

import dev.hone.autograd.Tape;
import dev.hone.bench.report.IcpExample;
import dev.hone.bench.report.IcpExample.ClassProbability;
import dev.hone.bench.report.Picture;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.icp.Perturbation;
import dev.hone.icp.Perturbed;
import dev.hone.nn.Block;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Images before and after a perturbation, with what the model thinks of both. */
public final class Examples {
  private static final int SHOWN_CLASSES = 3;

  private Examples() {}

  /**
   * Perturbs every image of {@code data}, a small set, for a classifier.
   *
   * @param perturbation in normalised units, as its defaults are
   */
  public static List<IcpExample> of(
      Block model,
      ImageDataset data,
      Normalization normalization,
      Perturbation perturbation,
      Backend backend) {
    Tensor labels = Tensor.ofInts(backend, Shape.of(data.count()), data.labels());
    var pair =
        pair(model, x -> CrossEntropy.to(labels), data, normalization, perturbation, backend);
    float[] before = probabilities(model, pair.x);
    float[] after = probabilities(model, pair.moved.x());
    return IntStream.range(0, data.count())
        .mapToObj(
            i -> pair.example(data, normalization, i, row(data, before, i), row(data, after, i)))
        .toList();
  }

  /**
   * Perturbs every image of {@code data}, a small set, in pixels.
   *
   * @param loss of each sample, given the images
   */
  static List<IcpExample> of(
      Block model,
      Function<Tensor, PerSampleLoss> loss,
      ImageDataset data,
      Perturbation perturbation,
      Backend backend) {
    var pair = pair(model, loss, data, Normalization.none(), perturbation, backend);
    return IntStream.range(0, data.count())
        .mapToObj(i -> pair.example(data, Normalization.none(), i, List.of(), List.of()))
        .toList();
  }

  private static Pair pair(
      Block model,
      Function<Tensor, PerSampleLoss> loss,
      ImageDataset data,
      Normalization normalization,
      Perturbation perturbation,
      Backend backend) {
    try (Epoch epoch = Batches.inOrder(data, data.count(), normalization).epoch(0)) {
      Tensor x = epoch.next().images(backend);
      return new Pair(x, perturbation.traced().run(model, loss.apply(x), x));
    }
  }

  /** Images {@code [N, C, H, W]} and what became of them. */
  private record Pair(Tensor x, Perturbed moved) {
    IcpExample example(
        ImageDataset data,
        Normalization normalization,
        int i,
        List<ClassProbability> before,
        List<ClassProbability> after) {
      List<Double> trace =
          IntStream.range(0, moved.trace().size()).mapToObj(t -> moved.trace().loss(t, i)).toList();
      float[] from = x.slice(0, i, i + 1).toFloats();
      float[] to = moved.x().slice(0, i, i + 1).toFloats();
      return Examples.example(data, normalization, i, from, to, trace, before, after);
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
        normalization.isNone() ? IcpExample.Space.PIXEL : IcpExample.Space.NORMALISED);
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
