package dev.hone.kernels.cpu;

import dev.hone.tensor.Layout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation over images in lanes, all passes bound by memory. Work is cut into bands of
 * pixels of one group, from the shape alone; a band sums per lane in float, its lanes and the bands
 * are added in double and in their order, so the number of threads changes no bit. Padding lanes
 * are summed like the others, each to itself, and left out when lanes are added.
 */
final class BatchNormalisation {
  /** Few enough that a float sum loses nothing that matters. */
  private static final int BAND_PIXELS = 256;

  /** About how many pixels per group the provisional mean looks at. */
  private static final int SAMPLE_PIXELS = 16;

  private final ImageKernels kernels;
  private final Workers workers;
  private final Layout.BatchLanes layout;
  private final int lanes;
  private final int channels;
  private final int pixels;
  private final int bands;

  /**
   * @param layout of x, y, dy, dx and the residual
   */
  BatchNormalisation(ImageKernels kernels, Workers workers, Layout.BatchLanes layout) {
    this.kernels = kernels;
    this.workers = workers;
    this.layout = layout;
    lanes = layout.lanes();
    channels = layout.shape().dim(1);
    pixels = layout.shape().dim(2) * layout.shape().dim(3);
    bands = (pixels + BAND_PIXELS - 1) / BAND_PIXELS;
  }

  /** What to do with a band: {@code pixels} pixels from {@code offset}, its number among all. */
  private interface BandTask {
    void run(int band, int group, int offset, int pixels);
  }

  private void forBands(BandTask body) {
    workers.parallelFor(
        layout.groups() * bands,
        band -> {
          int from = band % bands * BAND_PIXELS;
          int offset = layout.start(band / bands) + from * channels * lanes;
          body.run(band, band / bands, offset, Math.min(BAND_PIXELS, pixels - from));
        });
  }

  private int valid(int group) {
    return Math.min(lanes, layout.shape().dim(0) - group * lanes);
  }

  /** Elements per channel. */
  double count() {
    return (double) layout.shape().dim(0) * pixels;
  }

  // ---- statistics ----

  /**
   * Mean and biased variance per channel. One pass sums x - s and its square, s being the mean of a
   * sample of the pixels: close enough to the mean that the squares do not cancel (Chan, Golub and
   * LeVeque 1983).
   */
  void statistics(float[] x, float[] mean, float[] variance) {
    float[] shift = sampleMean(x);
    double[] totals =
        sums((offset, n, sums, squares) ->
            kernels.norm().shiftedSums(x, offset, n, channels, shift, sums, squares));
    for (int c = 0; c < channels; c++) {
      double m = totals[c] / count();
      mean[c] = (float) (shift[c] + m);
      variance[c] = (float) Math.max(0, totals[channels + c] / count() - m * m);
    }
  }

  private float[] sampleMean(float[] x) {
    int step = Math.max(1, pixels / SAMPLE_PIXELS);
    double[] sum = new double[channels];
    long seen = 0;
    for (int g = 0; g < layout.groups(); g++) {
      int valid = valid(g);
      for (int p = 0; p < pixels; p += step) {
        int at = layout.start(g) + p * channels * lanes;
        for (int c = 0; c < channels; c++) {
          for (int lane = 0; lane < valid; lane++) {
            sum[c] += x[at + c * lanes + lane];
          }
        }
        seen += valid;
      }
    }
    float[] mean = new float[channels];
    for (int c = 0; c < channels; c++) {
      mean[c] = (float) (sum[c] / seen);
    }
    return mean;
  }

  /** Adds a band to two sums per channel and lane. */
  private interface Summands {
    void add(int offset, int pixels, float[] first, float[] second);
  }

  /** Two sums per channel over the batch: the first of all channels, then the second. */
  private double[] sums(Summands summands) {
    int tasks = layout.groups() * bands;
    double[] partial = Workspace.ofThread().doubles(tasks * 2 * channels);
    forBands((band, group, offset, n) -> {
      float[] first = cleared(Workspace.Use.SUMS);
      float[] second = cleared(Workspace.Use.SQUARES);
      summands.add(offset, n, first, second);
      int at = band * 2 * channels;
      for (int c = 0; c < channels; c++) {
        partial[at + c] = sumLanes(first, c * lanes, valid(group));
        partial[at + channels + c] = sumLanes(second, c * lanes, valid(group));
      }
    });
    double[] totals = new double[2 * channels];
    for (int band = 0; band < tasks; band++) {
      for (int i = 0; i < totals.length; i++) {
        totals[i] += partial[band * totals.length + i];
      }
    }
    return totals;
  }

  private float[] cleared(Workspace.Use use) {
    float[] a = Workspace.ofThread().floats(use, channels * lanes);
    Arrays.fill(a, 0, channels * lanes, 0f);
    return a;
  }

  private static double sumLanes(float[] a, int at, int valid) {
    double sum = 0;
    for (int lane = 0; lane < valid; lane++) {
      sum += a[at + lane];
    }
    return sum;
  }

  // ---- forward ----

  /** y = act((x - mean) * scale + beta + residual). */
  void apply(
      float[] x,
      float[] mean,
      float[] scale,
      float[] beta,
      float @Nullable [] residual,
      boolean relu,
      float[] y) {
    forBands((band, group, offset, n) ->
        kernels.norm().normalise(x, offset, n, channels, mean, scale, beta, residual, relu, y));
  }

  // ---- backward ----

  /** sum dz into dbeta and sum dz * (x - mean) into {@code products}, both {@code [C]}. */
  void gradientSums(
      float[] dy,
      float @Nullable [] y,
      float[] x,
      float[] mean,
      double[] dbeta,
      double[] products) {
    double[] totals =
        sums((offset, n, sums, prods) ->
            kernels.norm().normGradientSums(dy, y, x, offset, n, channels, mean, sums, prods));
    System.arraycopy(totals, 0, dbeta, 0, channels);
    System.arraycopy(totals, channels, products, 0, channels);
  }

  /** dx = dz * scale + (x - mean) * slope + level. */
  void gradient(
      float[] dy,
      float @Nullable [] y,
      float[] x,
      float[] mean,
      float[] scale,
      float[] slope,
      float[] level,
      float[] dx) {
    forBands((band, group, offset, n) ->
        kernels.norm().normGradient(dy, y, x, offset, n, channels, mean, scale, slope, level, dx));
  }

  /** dz = dy, or dy where y &gt; 0. */
  void masked(float[] dy, float @Nullable [] y, float[] dz) {
    forBands((band, group, offset, n) -> {
      if (y != null) {
        kernels.norm().wherePositive(y, offset, n * channels * lanes, dy, dz);
      } else {
        System.arraycopy(dy, offset, dz, offset, n * channels * lanes);
      }
    });
  }
}
