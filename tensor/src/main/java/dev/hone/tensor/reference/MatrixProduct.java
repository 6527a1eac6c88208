package dev.hone.tensor.reference;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;

/** y[..., m, n] = sum over k of a[..., m, k] * b[..., k, n]. */
final class MatrixProduct {
  private MatrixProduct() {}

  static double[] of(Tensor a, Tensor b, Shape out) {
    int rows = out.dim(-2);
    int columns = out.dim(-1);
    int inner = a.shape().dim(-1);
    double[] x = RowMajor.values(a.expand(out.with(-1, inner)));
    double[] w = RowMajor.values(b.expand(out.with(-2, inner)));
    double[] y = new double[out.size()];
    int batches = RowMajor.outer(out, out.rank() - 2);
    for (int i = 0; i < batches; i++) {
      for (int m = 0; m < rows; m++) {
        for (int n = 0; n < columns; n++) {
          double sum = 0;
          for (int k = 0; k < inner; k++) {
            sum += x[(i * rows + m) * inner + k] * w[(i * inner + k) * columns + n];
          }
          y[(i * rows + m) * columns + n] = sum;
        }
      }
    }
    return y;
  }
}
