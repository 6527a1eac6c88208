package dev.hone.kernels.cpu;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The image kernels, on the {@link Layout.BatchLanes} layout. */
final class Images {
  private final CpuBackend backend;
  private final ImageKernels kernels;
  private final boolean winograd;

  Images(CpuBackend backend, boolean winograd) {
    this.backend = backend;
    this.winograd = winograd;
    kernels = ImageKernels.of(backend.lanes());
  }

  // ---- layouts ----

  /** x {@code [N, C, H, W]} in the layout of one image per lane, in x's arena. */
  Tensor toBatchLanes(Tensor x) {
    return switch (x.layout()) {
      case Layout.BatchLanes lanes -> x;
      case Layout.Strided strided -> packed(x, x.arena());
    };
  }

  /** A copy of x {@code [N, C, H, W]} in {@code arena}, one image per lane. */
  Tensor packed(Tensor x, @Nullable Arena arena) {
    Tensor to = backend.emptyImages(x.shape(), arena);
    assign(to, x);
    return to;
  }

  /** Overwrites {@code target}, one image per lane, with x of its shape. */
  void assign(Tensor target, Tensor x) {
    float[] from = CpuBackend.floats(x);
    float[] to = CpuBackend.floats(target);
    switch (x.layout()) {
      case Layout.BatchLanes lanes -> System.arraycopy(from, 0, to, 0, lanes.length());
      case Layout.Strided strided ->
          LaneConversion.toLanes(backend.workers(), from, strided, to, layout(target));
    }
  }

  /** A row-major copy of x {@code [N, C, H, W]} in {@code arena}. */
  Tensor toStrided(Tensor x, @Nullable Arena arena) {
    return switch (x.layout()) {
      case Layout.Strided strided -> backend.contiguous(x, arena);
      case Layout.BatchLanes lanes -> {
        Tensor to = backend.empty(x.shape(), DType.FLOAT32, arena);
        copyTo(x, CpuBackend.floats(to), Layout.Strided.contiguous(x.shape()));
        yield to;
      }
    };
  }

  /** Writes x, which has one image per lane, to the places of {@code target} in {@code to}. */
  void copyTo(Tensor x, float[] to, Layout.Strided target) {
    LaneConversion.fromLanes(backend.workers(), CpuBackend.floats(x), layout(x), to, target);
  }

  private static Layout.BatchLanes layout(Tensor x) {
    return (Layout.BatchLanes) x.layout();
  }

  /** A strided x as it is, else a row-major copy. */
  private Layout.Strided strides(Tensor x) {
    return switch (x.layout()) {
      case Layout.Strided s -> s;
      case Layout.BatchLanes lanes ->
          throw new IllegalArgumentException("expected a strided tensor, but got " + lanes);
    };
  }

  private Tensor strided(Tensor x) {
    return x.layout() instanceof Layout.Strided ? x : toStrided(x, x.arena());
  }

  /** The values of x {@code [C]}. */
  private float[] vector(Tensor x) {
    float[] a = CpuBackend.floats(x);
    Layout.Strided s = strides(x);
    float[] out = new float[x.shape().size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = a[s.offset() + i * s.stride(0)];
    }
    return out;
  }

  private Tensor vector(double[] values, @Nullable Arena arena) {
    Tensor t = backend.empty(Shape.of(values.length), DType.FLOAT32, arena);
    float[] a = CpuBackend.floats(t);
    for (int i = 0; i < values.length; i++) {
      a[i] = (float) values[i];
    }
    return t;
  }

  // ---- convolution ----

  Tensor convolution(
      Tensor x,
      Tensor w,
      @Nullable Tensor bias,
      @Nullable Tensor residual,
      boolean relu,
      Convolution c) {
    Tensor from = toBatchLanes(x);
    Tensor kernel = strided(w);
    Shape out = c.output(x.shape(), w.shape());
    Tensor y = backend.emptyImages(out, Tensor.arenaOf(x, w, bias, residual));
    convolve(
        List.of(ConvolutionPass.forward(x.shape(), strides(kernel), out, c)),
        from,
        kernel,
        Epilogue.forward(
            bias == null ? new float[out.dim(1)] : vector(bias), images(residual), relu),
        y);
    return y;
  }

  Tensor convolutionInputGradient(
      Tensor dy,
      Tensor w,
      Shape x,
      Convolution c,
      @Nullable Tensor added,
      @Nullable Tensor positive) {
    Tensor from = toBatchLanes(dy);
    Tensor kernel = strided(w);
    Tensor dx = backend.emptyImages(x, Tensor.arenaOf(dy, w, added, positive));
    var passes = ConvolutionPass.inputGradient(dy.shape(), strides(kernel), x, c);
    convolve(
        passes, from, kernel, Epilogue.gradient(x.dim(1), images(added), images(positive)), dx);
    return dx;
  }

  /** The values of x, one image per lane. */
  private float @Nullable [] images(@Nullable Tensor x) {
    return x == null ? null : CpuBackend.floats(toBatchLanes(x));
  }

  /** y = the passes over x with the epilogue, by the way that suits them. */
  private void convolve(
      List<ConvolutionPass> passes, Tensor x, Tensor w, Epilogue epilogue, Tensor y) {
    float[] from = CpuBackend.floats(x);
    CpuStorage kernel = (CpuStorage) w.storage();
    float[] to = CpuBackend.floats(y);
    Workers workers = backend.workers();
    int groups = layout(y).groups();
    if (winograd
        && passes.size() == 1
        && WinogradConvolution.suits(passes.getFirst(), kernels.winograd().channels())) {
      var pass = passes.getFirst();
      new WinogradConvolution(kernels, workers, pass, from, kernel, epilogue, to, groups).run();
    } else {
      int group = layout(y).groupLength();
      new DirectConvolution(kernels, workers, passes, from, kernel, epilogue, to, groups, group)
          .run();
    }
  }

  Tensor convolutionWeightGradient(Tensor dy, Tensor x, Shape w, Convolution c) {
    Tensor dw = backend.empty(w, DType.FLOAT32, Tensor.arenaOf(dy, x));
    if (w.size() > 0) {
      Tensor from = toBatchLanes(x);
      Tensor gradient = toBatchLanes(dy);
      var pass =
          new WeightGradientPass(
              kernels,
              backend.workers(),
              CpuBackend.floats(gradient),
              layout(gradient),
              CpuBackend.floats(from),
              layout(from),
              w,
              c);
      float[] to = CpuBackend.floats(dw);
      if (winograd && WinogradWeightGradient.suits(pass)) {
        new WinogradWeightGradient(pass).run(to);
      } else if (FewChannelsWeightGradient.suits(pass)) {
        new FewChannelsWeightGradient(pass).run(to);
      } else {
        new WeightGradient(pass).run(to);
      }
    }
    return dw;
  }

  // ---- pooling and resizing ----

  private Resampling resampling(Tensor in, Tensor out) {
    return new Resampling(backend.workers(), layout(in), layout(out));
  }

  Tensor averagePool(Tensor x, Pooling p) {
    Tensor from = toBatchLanes(x);
    Tensor y = backend.emptyImages(p.output(x.shape()), x.arena());
    resampling(from, y).averagePool(CpuBackend.floats(from), CpuBackend.floats(y), p);
    return y;
  }

  Tensor averagePoolGradient(Tensor dy, Shape x, Pooling p) {
    Tensor from = toBatchLanes(dy);
    Tensor dx = backend.emptyImages(x, dy.arena());
    resampling(dx, from).averagePoolGradient(CpuBackend.floats(from), CpuBackend.floats(dx), p);
    return dx;
  }

  Tensor maxPool(Tensor x, Pooling p) {
    Tensor from = toBatchLanes(x);
    Tensor y = backend.emptyImages(p.output(x.shape()), x.arena());
    resampling(from, y).maxPool(CpuBackend.floats(from), CpuBackend.floats(y), p);
    return y;
  }

  Tensor maxPoolGradient(Tensor dy, Tensor x, Pooling p) {
    Tensor from = toBatchLanes(dy);
    Tensor images = toBatchLanes(x);
    Tensor dx = backend.emptyImages(x.shape(), Tensor.arenaOf(dy, x));
    resampling(images, from)
        .maxPoolGradient(
            CpuBackend.floats(from), CpuBackend.floats(images), CpuBackend.floats(dx), p);
    return dx;
  }

  Tensor upsampleNearest(Tensor x, int factor) {
    Tensor from = toBatchLanes(x);
    Shape s = x.shape();
    Shape out = Shape.of(s.dim(0), s.dim(1), s.dim(2) * factor, s.dim(3) * factor);
    Tensor y = backend.emptyImages(out, x.arena());
    resampling(from, y).upsampleNearest(CpuBackend.floats(from), CpuBackend.floats(y), factor);
    return y;
  }

  /** The mean over all pixels of x {@code [N, C, H, W]}: row-major {@code [N, C]}. */
  Tensor meanOverPixels(Tensor x) {
    Tensor from = toBatchLanes(x);
    Tensor y =
        backend.empty(Shape.of(x.shape().dim(0), x.shape().dim(1)), DType.FLOAT32, x.arena());
    Resampling.meanOverPixels(
        backend.workers(), layout(from), CpuBackend.floats(from), CpuBackend.floats(y));
    return y;
  }

  // ---- batch norm: x [N, C, ...], which runs as [N, C, 1, rest] where its rank is not 4 ----

  private Tensor asImages(Tensor x) {
    if (x.shape().rank() == 4) {
      return toBatchLanes(x);
    }
    int n = x.shape().dim(0);
    int channels = x.shape().dim(1);
    int rest = 1;
    for (int a = 2; a < x.shape().rank(); a++) {
      rest *= x.shape().dim(a);
    }
    return toBatchLanes(x.reshape(n, channels, 1, rest));
  }

  /** The images y under the shape that the caller knows. */
  private Tensor as(Shape shape, Tensor y) {
    return shape.rank() == 4 ? y : toStrided(y, y.arena()).reshape(shape);
  }

  private BatchNormalisation normalisation(Tensor x) {
    return new BatchNormalisation(kernels, backend.workers(), layout(x));
  }

  BatchStatistics batchStatistics(Tensor x) {
    Tensor images = asImages(x);
    Shape perChannel = Shape.of(x.shape().dim(1));
    Tensor mean = backend.empty(perChannel, DType.FLOAT32, x.arena());
    Tensor variance = backend.empty(perChannel, DType.FLOAT32, x.arena());
    normalisation(images)
        .statistics(
            CpuBackend.floats(images), CpuBackend.floats(mean), CpuBackend.floats(variance));
    return new BatchStatistics(mean, variance);
  }

  /** 1 / sqrt(variance + eps). */
  private double[] inverseDeviation(BatchStatistics statistics, float eps) {
    float[] variance = vector(statistics.variance());
    double[] out = new double[variance.length];
    for (int c = 0; c < out.length; c++) {
      out[c] = 1 / Math.sqrt((double) variance[c] + eps);
    }
    return out;
  }

  private static float[] times(float[] a, double[] b) {
    float[] out = new float[a.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (a[i] * b[i]);
    }
    return out;
  }

  Tensor batchNorm(
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      Tensor beta,
      float eps,
      @Nullable Tensor residual,
      boolean relu) {
    Arena arena =
        Tensor.arenaOf(x, statistics.mean(), statistics.variance(), gamma, beta, residual);
    Tensor images = asImages(x);
    Tensor y = backend.emptyImages(images.shape(), arena);
    normalisation(images)
        .apply(
            CpuBackend.floats(images),
            vector(statistics.mean()),
            times(vector(gamma), inverseDeviation(statistics, eps)),
            vector(beta),
            residual == null ? null : CpuBackend.floats(asImages(residual)),
            relu,
            CpuBackend.floats(y));
    return as(x.shape(), y);
  }

  BatchNormGradient batchNormGradient(
      Tensor dy,
      @Nullable Tensor y,
      Tensor x,
      BatchStatistics statistics,
      Tensor gamma,
      float eps,
      boolean wantsDx,
      boolean wantsDresidual) {
    Arena arena = Tensor.arenaOf(dy, y, x, statistics.mean(), statistics.variance(), gamma);
    Tensor images = asImages(x);
    float[] dys = CpuBackend.floats(asImages(dy));
    float @Nullable [] ys = y == null ? null : CpuBackend.floats(asImages(y));
    float[] xs = CpuBackend.floats(images);
    float[] mean = vector(statistics.mean());
    double[] inverse = inverseDeviation(statistics, eps);
    BatchNormalisation norm = normalisation(images);
    double[] dbeta = new double[mean.length];
    double[] dgamma = new double[mean.length];
    norm.gradientSums(dys, ys, xs, mean, dbeta, dgamma);
    float[] scale = times(vector(gamma), inverse);
    float[] slope = new float[mean.length];
    float[] level = new float[mean.length];
    for (int c = 0; c < mean.length; c++) {
      dgamma[c] *= inverse[c];
      slope[c] = (float) (-scale[c] * inverse[c] * dgamma[c] / norm.count());
      level[c] = (float) (-scale[c] * dbeta[c] / norm.count());
    }
    Tensor dx = null;
    if (wantsDx) {
      Tensor to = backend.emptyImages(images.shape(), arena);
      norm.gradient(dys, ys, xs, mean, scale, slope, level, CpuBackend.floats(to));
      dx = as(x.shape(), to);
    }
    Tensor dresidual = null;
    if (wantsDresidual) {
      Tensor to = backend.emptyImages(images.shape(), arena);
      norm.masked(dys, ys, CpuBackend.floats(to));
      dresidual = as(x.shape(), to);
    }
    return new BatchNormGradient(dx, vector(dgamma, arena), vector(dbeta, arena), dresidual);
  }
}
