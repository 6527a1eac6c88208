package dev.hone.nn.metric;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_MT_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.jspecify.annotations.Nullable;

/** A normal distribution in D dimensions, and how far it is from another. */
public final class Gaussian {
  /**
   * How negative an eigenvalue of a covariance may be, as a share of the largest. Rounding leaves
   * about D * 2e-16; anything below this bound is no covariance.
   */
  private static final double NEGATIVE = 1e-10;

  private final double[] mean;
  private final DMatrixRMaj covariance;
  private @Nullable Root root;

  Gaussian(double[] mean, DMatrixRMaj covariance) {
    this.mean = mean;
    this.covariance = covariance;
  }

  /**
   * @param mean {@code [D]}
   * @param covariance {@code [D, D]}, symmetric
   */
  public static Gaussian of(double[] mean, double[][] covariance) {
    int d = mean.length;
    var matrix = new DMatrixRMaj(d, d);
    for (int i = 0; i < d; i++) {
      if (covariance.length != d || covariance[i].length != d) {
        throw new IllegalArgumentException("gaussian: the covariance of " + d + " means is square");
      }
      for (int j = 0; j < d; j++) {
        if (covariance[i][j] != covariance[j][i]) {
          throw new IllegalArgumentException(
              "gaussian: a covariance is symmetric, but row "
                  + i
                  + " column "
                  + j
                  + " differs from its mirror image");
        }
        matrix.set(i, j, covariance[i][j]);
      }
    }
    return new Gaussian(mean.clone(), matrix);
  }

  public int dimensions() {
    return mean.length;
  }

  /**
   * The squared 2-Wasserstein distance of two Gaussians (Dowson and Landau 1982), which Heusel et
   * al. 2017 (arXiv 1706.08500, equation 6) use for features of images:
   *
   * <pre>|mu_1 - mu_2|^2 + tr(S_1 + S_2 - 2 sqrt(S_1 S_2))</pre>
   */
  public double distance(Gaussian other) {
    return meanTerm(other) + covarianceTerm(other);
  }

  /** |mu_1 - mu_2|^2. */
  double meanTerm(Gaussian other) {
    if (other.mean.length != mean.length) {
      throw new IllegalArgumentException(
          "gaussian: no distance between "
              + mean.length
              + " and "
              + other.mean.length
              + " dimensions");
    }
    double sum = 0;
    for (int i = 0; i < mean.length; i++) {
      sum += (mean[i] - other.mean[i]) * (mean[i] - other.mean[i]);
    }
    return sum;
  }

  /** tr(S_1 + S_2 - 2 sqrt(S_1 S_2)); never negative, so what rounding leaves below 0 is 0. */
  double covarianceTerm(Gaussian other) {
    double traces = CommonOps_DDRM.trace(covariance) + CommonOps_DDRM.trace(other.covariance);
    return Math.max(0, traces - 2 * traceOfRoot(other));
  }

  /**
   * tr sqrt(S_1 S_2) without complex numbers. With S_1 = R R^T the product S_1 S_2 has the
   * eigenvalues of R^T S_2 R, which is symmetric and not negative (R = sqrt(S_1) up to a rotation
   * and to columns of zeros).
   */
  private double traceOfRoot(Gaussian other) {
    DMatrixRMaj r = root().factor;
    if (r.numCols == 0) {
      return 0;
    }
    var product = new DMatrixRMaj(mean.length, r.numCols);
    var inner = new DMatrixRMaj(r.numCols, r.numCols);
    CommonOps_MT_DDRM.mult(other.covariance, r, product);
    CommonOps_MT_DDRM.multTransA(r, product, inner);
    double sum = 0;
    for (double eigenvalue : eigenvalues(decompose(inner, false), r.numCols)) {
      sum += Math.sqrt(Math.max(0, eigenvalue));
    }
    return sum;
  }

  /**
   * The distance to be expected, to second order, between the Gaussians fitted to two independent
   * sets of {@code n} samples each of this one: what no better generator can undercut. With
   * eigenvalues l_i
   *
   * <pre>2 tr(S) / n + sum over i, j of l_i l_j (1 + [i = j]) / (l_i + l_j) / (n - 1);</pre>
   *
   * the first term is the means', the second the Bures metric's expansion, sum of |D_ij|^2 / (2
   * (l_i + l_j)) for a difference D of two covariances, of whose elements Wishart's distribution
   * gives the variance 2 l_i l_j (1 + [i = j]) / (n - 1).
   */
  public double expectedDistanceOfTwins(long n) {
    double[] l = root().eigenvalues;
    double means = 0;
    double covariances = 0;
    for (int i = 0; i < l.length; i++) {
      means += 2 * l[i] / n;
      for (int j = 0; j < l.length; j++) {
        covariances += l[i] * l[j] * (i == j ? 2 : 1) / (l[i] + l[j]) / (n - 1);
      }
    }
    return means + covariances;
  }

  /**
   * S = R R^T.
   *
   * @param factor R, {@code [D, rank]}: eigenvectors times the roots of their eigenvalues
   * @param eigenvalues those that are not 0 up to rounding
   */
  private static final class Root {
    final DMatrixRMaj factor;
    final double[] eigenvalues;

    Root(DMatrixRMaj factor, double[] eigenvalues) {
      this.factor = factor;
      this.eigenvalues = eigenvalues;
    }
  }

  /** Computed once: the slowest part, and a reference set is compared with many others. */
  private synchronized Root root() {
    Root known = root;
    if (known == null) {
      known = computeRoot();
      root = known;
    }
    return known;
  }

  private Root computeRoot() {
    int d = mean.length;
    EigenDecomposition_F64<DMatrixRMaj> decomposition = decompose(covariance.copy(), true);
    double[] all = eigenvalues(decomposition, d);
    double largest = 0;
    for (double l : all) {
      largest = Math.max(largest, l);
    }
    double zero = largest * d * Math.ulp(1.0);
    int rank = 0;
    double[] kept = new double[d];
    var factor = new DMatrixRMaj(d, d);
    for (int i = 0; i < d; i++) {
      if (all[i] > zero) {
        DMatrixRMaj v = decomposition.getEigenVector(i);
        for (int row = 0; row < d; row++) {
          factor.set(row, rank, v.get(row) * Math.sqrt(all[i]));
        }
        kept[rank++] = all[i];
      }
    }
    return new Root(
        CommonOps_DDRM.extract(factor, 0, d, 0, rank), java.util.Arrays.copyOf(kept, rank));
  }

  private static EigenDecomposition_F64<DMatrixRMaj> decompose(DMatrixRMaj s, boolean vectors) {
    var decomposition = DecompositionFactory_DDRM.eig(s.numRows, vectors, true);
    if (!decomposition.decompose(s)) {
      throw new IllegalArgumentException(
          "gaussian: the eigenvalues of a covariance of "
              + s.numRows
              + " dimensions were not found; is it finite?");
    }
    return decomposition;
  }

  /** The eigenvalues, of which none may be negative beyond rounding. */
  private static double[] eigenvalues(EigenDecomposition_F64<DMatrixRMaj> of, int n) {
    double[] values = new double[n];
    double least = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (int i = 0; i < n; i++) {
      values[i] = of.getEigenvalue(i).getReal();
      least = Math.min(least, values[i]);
      largest = Math.max(largest, Math.abs(values[i]));
    }
    if (!(least >= -NEGATIVE * largest)) {
      throw new IllegalArgumentException(
          "gaussian: not a covariance: it has the eigenvalue "
              + least
              + ", and its largest is "
              + largest);
    }
    return values;
  }
}
