package dev.hone.bench.experiment;

import dev.hone.bench.report.IcpExample;
import dev.hone.datasets.Batch;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.icp.Direction;
import dev.hone.icp.Perturbation;
import dev.hone.icp.Projection;
import dev.hone.icp.Space;
import dev.hone.nn.Block;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.List;

/**
 * One image on its way through a perturbation.
 *
 * @param points x_0, x_1, ..., x_T
 * @param example its first and last point as pictures
 */
public record PerturbationTrace(List<Point> points, IcpExample example) {
  public PerturbationTrace {
    points = List.copyOf(points);
  }

  /**
   * What is known after a step; lengths are in the space of {@link IcpExample#space}.
   *
   * @param loss cross-entropy with the image's class
   * @param probability of that class
   * @param l2 Euclidean length of x_t - x_0
   * @param linf its largest absolute value
   */
  public record Point(int step, double loss, double probability, double l2, double linf) {}

  /**
   * How images are perturbed.
   *
   * @param pixels whether eps and radii are in units of pixels from 0 to 1, or in normalised ones
   */
  public record Settings(
      Rule rule,
      int steps,
      double eps,
      Direction direction,
      boolean pixels,
      Projection projection) {
    Perturbation perturbation(Normalization normalization, Backend backend) {
      Perturbation perturbation =
          Distillation.rule(rule)
              .eps(eps)
              .steps(steps)
              .direction(direction)
              .within(projection)
              .within(Distillation.pixels(normalization));
      return pixels && !normalization.isNone()
          ? perturbation.space(new Space.Pixels(std(normalization, backend)))
          : perturbation;
    }
  }

  private static Tensor std(Normalization normalization, Backend backend) {
    double[] std = normalization.std().stream().mapToDouble(Float::doubleValue).toArray();
    return Tensor.ofDoubles(backend, Shape.of(std.length), std);
  }

  /** Perturbs every image of {@code data}, a few. */
  public static List<PerturbationTrace> of(
      Block model,
      ImageDataset data,
      Normalization normalization,
      Settings settings,
      Backend backend) {
    Perturbation perturbation = settings.perturbation(normalization, backend);
    List<IcpExample> examples = Examples.of(model, data, normalization, perturbation, backend);
    try (Epoch epoch = Batches.inOrder(data, data.count(), normalization).epoch(0)) {
      Batch batch = epoch.next();
      Tensor x = batch.images(backend);
      var loss = CrossEntropy.to(batch.labels(backend));
      // A shorter perturbation is the beginning of a longer one, bit for bit.
      var ways = new ArrayList<float[]>();
      for (int t = 0; t <= settings.steps(); t++) {
        ways.add(perturbation.steps(t).apply(model, loss, x).toFloats());
      }
      var traces = new ArrayList<PerturbationTrace>();
      for (int i = 0; i < batch.size(); i++) {
        traces.add(trace(settings, normalization, data, i, ways, examples.get(i)));
      }
      return traces;
    }
  }

  private static PerturbationTrace trace(
      Settings settings,
      Normalization normalization,
      ImageDataset data,
      int image,
      List<float[]> ways,
      IcpExample example) {
    int area = data.height() * data.width();
    int size = data.channels() * area;
    var points = new ArrayList<Point>();
    for (int t = 0; t < ways.size(); t++) {
      double squares = 0;
      double linf = 0;
      for (int j = 0; j < size; j++) {
        double d = (double) ways.get(t)[image * size + j] - ways.getFirst()[image * size + j];
        if (settings.pixels() && !normalization.isNone()) {
          d *= normalization.std().get(j / area);
        }
        squares += d * d;
        linf = Math.max(linf, Math.abs(d));
      }
      double loss = example.trace().get(t);
      points.add(new Point(t, loss, Math.exp(-loss), Math.sqrt(squares), linf));
    }
    boolean pixels = settings.pixels() || normalization.isNone();
    return new PerturbationTrace(
        points,
        new IcpExample(
            example.className(),
            example.original(),
            example.perturbed(),
            example.difference(),
            example.amplification(),
            example.before(),
            example.after(),
            example.trace(),
            points.getLast().linf(),
            points.getLast().l2(),
            pixels ? IcpExample.Space.PIXEL : IcpExample.Space.NORMALISED));
  }
}
