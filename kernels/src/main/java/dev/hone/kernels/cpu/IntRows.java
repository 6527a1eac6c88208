package dev.hone.kernels.cpu;

import dev.hone.tensor.backend.Binary;

/** int32 rows: labels and indices, too few to be worth more than C2's own vectors. */
final class IntRows {
  private IntRows() {}

  /** y = f(a, b); sums and products wrap around, quotients truncate towards zero. */
  static void binary(
      Binary f, int[] a, int ao, int aStep, int[] b, int bo, int bStep, int[] y, int yo, int n) {
    switch (f) {
      case PLUS -> {
        for (int i = 0; i < n; i++) {
          y[yo + i] = a[ao + i * aStep] + b[bo + i * bStep];
        }
      }
      case TIMES -> {
        for (int i = 0; i < n; i++) {
          y[yo + i] = a[ao + i * aStep] * b[bo + i * bStep];
        }
      }
      case MINUS,
          DIVIDED_BY,
          POW,
          MINIMUM,
          MAXIMUM,
          LESS,
          LESS_EQUAL,
          GREATER,
          GREATER_EQUAL,
          EQUAL,
          NOT_EQUAL,
          WHERE_POSITIVE -> {
        for (int i = 0; i < n; i++) {
          y[yo + i] = apply(f, a[ao + i * aStep], b[bo + i * bStep]);
        }
      }
    }
  }

  private static int apply(Binary f, int a, int b) {
    return switch (f) {
      case PLUS -> a + b;
      case MINUS -> a - b;
      case TIMES -> a * b;
      case DIVIDED_BY, POW -> (int) f.apply(a, b);
      case MINIMUM -> Math.min(a, b);
      case MAXIMUM -> Math.max(a, b);
      case LESS -> a < b ? 1 : 0;
      case LESS_EQUAL -> a <= b ? 1 : 0;
      case GREATER -> a > b ? 1 : 0;
      case GREATER_EQUAL -> a >= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
      case NOT_EQUAL -> a != b ? 1 : 0;
      case WHERE_POSITIVE -> b > 0 ? a : 0;
    };
  }
}
