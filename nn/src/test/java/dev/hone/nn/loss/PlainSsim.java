package dev.hone.nn.loss;

/**
 * SSIM and MS-SSIM of one channel by the definition: a two-dimensional window, at each position the
 * weighted moments about the window's own means. Shares nothing with what it judges.
 */
final class PlainSsim {
  private static final int SIDE = 11;

  private PlainSsim() {}

  /** The mean over the window's positions of {ssim, cs}. */
  static double[] means(double[][] x, double[][] y, double range) {
    double ssim = 0;
    double contrastStructure = 0;
    int rows = x.length - SIDE + 1;
    int columns = x[0].length - SIDE + 1;
    for (int top = 0; top < rows; top++) {
      for (int left = 0; left < columns; left++) {
        double[] here = at(x, y, top, left, range);
        ssim += here[0] * here[1];
        contrastStructure += here[1];
      }
    }
    double count = rows * columns;
    return new double[] {ssim / count, contrastStructure / count};
  }

  /** {l, cs} of the window whose corner is at (top, left). */
  private static double[] at(double[][] x, double[][] y, int top, int left, double range) {
    double total = 0;
    double mx = 0;
    double my = 0;
    for (int i = 0; i < SIDE; i++) {
      for (int j = 0; j < SIDE; j++) {
        total += weight(i, j);
        mx += weight(i, j) * x[top + i][left + j];
        my += weight(i, j) * y[top + i][left + j];
      }
    }
    mx /= total;
    my /= total;
    double vx = 0;
    double vy = 0;
    double vxy = 0;
    for (int i = 0; i < SIDE; i++) {
      for (int j = 0; j < SIDE; j++) {
        double dx = x[top + i][left + j] - mx;
        double dy = y[top + i][left + j] - my;
        vx += weight(i, j) * dx * dx / total;
        vy += weight(i, j) * dy * dy / total;
        vxy += weight(i, j) * dx * dy / total;
      }
    }
    double c1 = Math.pow(0.01 * range, 2);
    double c2 = Math.pow(0.03 * range, 2);
    return new double[] {
      (2 * mx * my + c1) / (mx * mx + my * my + c1), (2 * vxy + c2) / (vx + vy + c2)
    };
  }

  private static double weight(int i, int j) {
    return Math.exp(-(Math.pow(i - 5, 2) + Math.pow(j - 5, 2)) / (2 * 1.5 * 1.5));
  }

  static double multiScale(double[][] x, double[][] y, double range, double... weights) {
    double product = 1;
    double[][] a = x;
    double[][] b = y;
    for (int s = 0; s < weights.length; s++) {
      double[] m = means(a, b, range);
      double factor = s == weights.length - 1 ? m[0] : m[1];
      product *= factor <= 0 ? 0 : Math.pow(factor, weights[s]);
      a = halved(a);
      b = halved(b);
    }
    return product;
  }

  private static double[][] halved(double[][] x) {
    double[][] y = new double[x.length / 2][x[0].length / 2];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < y[0].length; j++) {
        double top = x[2 * i][2 * j] + x[2 * i][2 * j + 1];
        y[i][j] = (top + x[2 * i + 1][2 * j] + x[2 * i + 1][2 * j + 1]) / 4;
      }
    }
    return y;
  }
}
