package dev.hone.tensor.reference;

import dev.hone.tensor.Shape;

/**
 * Batch norm and softmax. An image tensor x {@code [N, C, ...]} comes as its row-major values; the
 * element at e belongs to channel {@code e / inner % C}, inner being the pixels of one channel.
 */
final class Normalisation {
  private Normalisation() {}

  /** Which channel each element of {@code [N, C, ...]} belongs to. */
  private static int[] channels(Shape x) {
    int inner = RowMajor.inner(x, 1);
    int[] channel = new int[x.size()];
    for (int e = 0; e < channel.length; e++) {
      channel[e] = e / inner % x.dim(1);
    }
    return channel;
  }

  private static double elementsPerChannel(Shape x) {
    return (double) x.size() / x.dim(1);
  }

  /** {@code [C]}: the mean of each channel. */
  static double[] mean(double[] x, Shape shape) {
    int[] channel = channels(shape);
    double[] mean = new double[shape.dim(1)];
    for (int e = 0; e < x.length; e++) {
      mean[channel[e]] += x[e] / elementsPerChannel(shape);
    }
    return mean;
  }

  /** {@code [C]}: the mean of the squared distances to the mean. */
  static double[] variance(double[] x, double[] mean, Shape shape) {
    int[] channel = channels(shape);
    double[] squares = new double[x.length];
    for (int e = 0; e < x.length; e++) {
      double distance = x[e] - mean[channel[e]];
      squares[e] = distance * distance;
    }
    return mean(squares, shape);
  }

  /** xhat = (x - mean) / sqrt(variance + eps). */
  static double[] normalised(
      double[] x, double[] mean, double[] variance, double eps, Shape shape) {
    int[] channel = channels(shape);
    double[] xhat = new double[x.length];
    for (int e = 0; e < x.length; e++) {
      int c = channel[e];
      xhat[e] = (x[e] - mean[c]) / Math.sqrt(variance[c] + eps);
    }
    return xhat;
  }

  /** y = xhat * gamma + beta. */
  static double[] scaled(double[] xhat, double[] gamma, double[] beta, Shape shape) {
    int[] channel = channels(shape);
    double[] y = new double[xhat.length];
    for (int e = 0; e < y.length; e++) {
      y[e] = xhat[e] * gamma[channel[e]] + beta[channel[e]];
    }
    return y;
  }

  /** {@code [C]}: sum of a * b over each channel. */
  static double[] sumOfProducts(double[] a, double[] b, Shape shape) {
    int[] channel = channels(shape);
    double[] sum = new double[shape.dim(1)];
    for (int e = 0; e < a.length; e++) {
      sum[channel[e]] += a[e] * b[e];
    }
    return sum;
  }

  /** dx = gamma / sqrt(variance + eps) * (dz - dbeta / M - xhat * dgamma / M). */
  static double[] inputGradient(
      double[] dz,
      double[] xhat,
      double[] dgamma,
      double[] dbeta,
      double[] variance,
      double[] gamma,
      double eps,
      Shape shape) {
    int[] channel = channels(shape);
    double m = elementsPerChannel(shape);
    double[] dx = new double[dz.length];
    for (int e = 0; e < dx.length; e++) {
      int c = channel[e];
      dx[e] =
          gamma[c]
              / Math.sqrt(variance[c] + eps)
              * (dz[e] - dbeta[c] / m - xhat[e] * dgamma[c] / m);
    }
    return dx;
  }

  /**
   * log softmax = x - max - log(sum exp(x - max)) along rows of {@code length}; the maximum, which
   * cancels, keeps exp from overflowing.
   */
  static double[] logSoftmax(double[] x, int length) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += length) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < length; i++) {
        max = Math.max(max, x[row + i]);
      }
      double sum = 0;
      for (int i = 0; i < length; i++) {
        sum += Math.exp(x[row + i] - max);
      }
      for (int i = 0; i < length; i++) {
        y[row + i] = x[row + i] - max - Math.log(sum);
      }
    }
    return y;
  }

  /** softmax = exp(log softmax). */
  static double[] softmax(double[] x, int length) {
    double[] y = logSoftmax(x, length);
    for (int e = 0; e < y.length; e++) {
      y[e] = Math.exp(y[e]);
    }
    return y;
  }
}
