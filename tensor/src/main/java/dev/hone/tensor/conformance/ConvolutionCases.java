package dev.hone.tensor.conformance;

import static dev.hone.tensor.conformance.Input.general;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Rows of convolution, with its fused epilogues, and of its two gradients. */
final class ConvolutionCases {
  private static final Convolution SAME = new Convolution(1, 1);
  private static final Convolution HALF = new Convolution(2, 1);
  private static final Convolution VALID = new Convolution(1, 0);

  private ConvolutionCases() {}

  /** x {@code [N, C, H, W]}, w {@code [K, C, KH, KW]} and how they meet. */
  private record Geometry(Shape x, Shape w, Convolution c) {
    Shape y() {
      return c.output(x, w);
    }

    @Override
    public String toString() {
      return "stride "
          + c.stride()
          + (c.padding() > 0 ? " padding " + c.padding() : "")
          + (c.dilation() > 1 ? " dilation " + c.dilation() : "");
    }
  }

  private static Geometry geometry(
      int n, int channels, int height, int width, int filters, int kernel, Convolution c) {
    return new Geometry(
        Shape.of(n, channels, height, width), Shape.of(filters, channels, kernel, kernel), c);
  }

  static void addTo(List<OpCase> rows) {
    for (Geometry g : geometries()) {
      forward(rows, g, Arrangement.CONTIGUOUS);
      inputGradient(rows, g, Arrangement.CONTIGUOUS);
      weightGradient(rows, g, Arrangement.CONTIGUOUS);
    }
    Geometry small = geometry(9, 5, 6, 7, 3, 3, HALF);
    for (Arrangement a : List.of(Arrangement.PERMUTED, Arrangement.SLICED, Arrangement.EXPANDED)) {
      forward(rows, small, a);
      inputGradient(rows, small, a);
      weightGradient(rows, small, a);
    }
    for (int n : Rows.BATCHES) {
      epilogues(rows, geometry(n, 4, 5, 6, 17, 3, SAME));
    }
    epilogues(rows, geometry(2, 16, 8, 8, 32, 1, new Convolution(2, 0)));
    epilogues(rows, geometry(3, 16, 8, 12, 32, 3, SAME));
    for (int n : Rows.BATCHES) {
      inputGradientEpilogues(rows, geometry(n, 4, 5, 6, 17, 3, SAME));
    }
    inputGradientEpilogues(rows, geometry(2, 16, 8, 8, 32, 3, HALF));
    inputGradientEpilogues(rows, geometry(3, 32, 8, 12, 16, 3, SAME));
  }

  private static List<Geometry> geometries() {
    var all = new ArrayList<Geometry>();
    for (int n : Rows.BATCHES) {
      all.add(geometry(n, 5, 6, 7, 4, 3, SAME));
      all.add(geometry(n, 3, 7, 5, 17, 3, HALF));
    }
    // ResNet-20's own
    all.add(geometry(2, 3, 32, 32, 16, 3, SAME));
    all.add(geometry(1, 16, 32, 32, 16, 3, SAME));
    all.add(geometry(1, 16, 32, 32, 32, 3, HALF));
    all.add(geometry(2, 32, 16, 16, 64, 3, HALF));
    all.add(geometry(3, 64, 8, 8, 64, 3, SAME));
    all.add(geometry(17, 16, 8, 4, 32, 3, SAME));
    all.add(geometry(9, 16, 8, 8, 32, 1, new Convolution(2, 0)));
    all.add(geometry(3, 32, 7, 7, 64, 1, new Convolution(2, 0)));
    // other kernels, strides, paddings, dilations
    all.add(geometry(9, 5, 4, 4, 1, 1, VALID));
    all.add(geometry(3, 1, 9, 8, 5, 5, new Convolution(1, 2)));
    all.add(geometry(9, 2, 9, 9, 3, 5, new Convolution(2, 0)));
    all.add(geometry(8, 17, 6, 5, 5, 3, VALID));
    all.add(geometry(3, 4, 9, 9, 4, 3, new Convolution(1, 2, 2)));
    all.add(geometry(9, 2, 8, 9, 3, 3, new Convolution(2, 1, 2)));
    all.add(geometry(9, 2, 8, 7, 3, 2, new Convolution(3, 1)));
    all.add(geometry(9, 2, 2, 2, 3, 5, new Convolution(1, 2))); // kernel larger than the image
    all.add(geometry(9, 2, 1, 1, 3, 3, SAME));
    all.add(geometry(3, 2, 3, 3, 2, 3, new Convolution(2, 4))); // outputs made of padding alone
    all.add(new Geometry(Shape.of(9, 3, 6, 8), Shape.of(4, 3, 1, 3), VALID));
    all.add(new Geometry(Shape.of(7, 3, 6, 8), Shape.of(4, 3, 3, 2), HALF));
    // nothing at all
    all.add(geometry(0, 3, 4, 4, 2, 3, SAME));
    all.add(geometry(3, 0, 4, 4, 2, 3, SAME));
    all.add(geometry(3, 2, 4, 4, 0, 3, SAME));
    return all;
  }

  private static Input input(Shape shape, Arrangement arrangement) {
    return new Input(shape, Values.GENERAL, arrangement);
  }

  private static void forward(List<OpCase> rows, Geometry g, Arrangement a) {
    int terms = g.w.size() / Math.max(1, g.w.dim(0));
    new Rows(rows, "convolution")
        .add(
            g.toString(),
            new Tolerance.OfTerms(terms),
            x -> x.getFirst().convolution(x.getLast(), g.c),
            input(g.x, a),
            input(g.w, a));
  }

  private static void inputGradient(List<OpCase> rows, Geometry g, Arrangement a) {
    int terms = g.w.size() / Math.max(1, g.w.dim(1));
    new Rows(rows, "convolutionInputGradient")
        .add(
            g.toString(),
            new Tolerance.OfTerms(terms),
            x -> x.getFirst().convolutionInputGradient(x.getLast(), g.x, g.c),
            input(g.y(), a),
            input(g.w, a));
  }

  private static void inputGradientEpilogues(List<OpCase> rows, Geometry g) {
    var gradient = new Rows(rows, "convolutionInputGradient");
    var tolerance = new Tolerance.OfTerms(g.w.size() / g.w.dim(1) + 1);
    Input dy = general(g.y().dims());
    Input w = general(g.w.dims());
    Input x = general(g.x.dims());
    gradient.add(
        g + " added",
        tolerance,
        t -> t.get(0).convolutionInputGradient(t.get(1), g.x, g.c, t.get(2), null),
        dy,
        w,
        x);
    gradient.add(
        g + " where positive",
        tolerance,
        t -> t.get(0).convolutionInputGradient(t.get(1), g.x, g.c, null, t.get(2)),
        dy,
        w,
        x);
    gradient.add(
        g + " added, where positive",
        tolerance,
        t -> t.get(0).convolutionInputGradient(t.get(1), g.x, g.c, t.get(2), t.get(3)),
        dy,
        w,
        x,
        x.as(Arrangement.PERMUTED));
  }

  private static void weightGradient(List<OpCase> rows, Geometry g, Arrangement a) {
    int terms = g.y().size() / Math.max(1, g.y().dim(1));
    new Rows(rows, "convolutionWeightGradient")
        .add(
            g.toString(),
            new Tolerance.OfTerms(terms),
            x -> x.getFirst().convolutionWeightGradient(x.getLast(), g.w, g.c),
            input(g.y(), a),
            input(g.x, a));
  }

  private static void epilogues(List<OpCase> rows, Geometry g) {
    var convolution = new Rows(rows, "convolution");
    var tolerance = new Tolerance.OfTerms(g.w.size() / g.w.dim(0) + 2);
    Input x = general(g.x.dims());
    Input w = general(g.w.dims());
    Input bias = general(g.w.dim(0));
    Input residual = general(g.y().dims());
    for (boolean relu : new boolean[] {false, true}) {
      String act = relu ? " relu" : "";
      convolution.add(
          g + " bias" + act,
          tolerance,
          t -> t.get(0).convolution(t.get(1), t.get(2), null, relu, g.c),
          x,
          w,
          bias);
      convolution.add(
          g + " residual" + act,
          tolerance,
          t -> t.get(0).convolution(t.get(1), null, t.get(2), relu, g.c),
          x,
          w,
          residual);
      convolution.add(
          g + " bias residual" + act, tolerance, t -> all(t, relu, g.c), x, w, bias, residual);
    }
    convolution.add(
        g + " strided residual",
        tolerance,
        t -> all(t, true, g.c),
        x,
        w,
        bias,
        residual.as(Arrangement.PERMUTED));
    convolution.add(
        g + " relu", tolerance, t -> t.get(0).convolution(t.get(1), null, null, true, g.c), x, w);
  }

  private static Tensor all(List<Tensor> t, boolean relu, Convolution c) {
    return t.get(0).convolution(t.get(1), t.get(2), t.get(3), relu, c);
  }
}
