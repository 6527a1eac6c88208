package dev.hone.kernels.cpu;

import static dev.hone.kernels.cpu.Elementary.*;

import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Unary;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Rows} on vectors. One small loop per function: a shared loop around a lambda, or all loops
 * in one method, falls off C2's inlining budget and boxes every vector.
 *
 * <p>One thread of Zen 3 with AVX2, 4 Mi floats, 16 MiB an operand, on a busy machine: a plain
 * array copy 24 GB/s; x + y 27, max(x, 0) and 1 / x 24-30, x + 2 25, sum 33-38 (in double), max 25
 * GB/s. exp takes 0.8 ns an element, sigmoid 2.1, tanh 2.4; by StrictMath, as log still is, 28 ns,
 * and pow 190-240 ns but for squares.
 */
final class VectorRows implements Rows {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> HALF =
      FloatVector.SPECIES_PREFERRED.length() == 16
          ? FloatVector.SPECIES_256
          : FloatVector.SPECIES_128;
  private static final int L = S.length();

  /**
   * tanh and sigmoid go through memory, this many elements at a time, instead of calling a function
   * of vectors: C2 declines to inline one that it has compiled already, by chance, and boxing then
   * costs a factor of 100.
   */
  private static final int CHUNK = 2048;

  private final ScalarRows scalar = new ScalarRows();

  @Override
  public void unary(Unary f, float[] x, int xo, float[] y, int yo, int n) {
    int bound = f == Unary.LOG ? 0 : S.loopBound(n);
    switch (f) {
      case NEGATE -> negate(x, xo, y, yo, bound);
      case EXP -> exp(x, xo, 0, y, yo, bound);
      case SQRT -> sqrt(x, xo, y, yo, bound);
      case RECIPROCAL -> reciprocal(x, xo, y, yo, bound);
      case TANH -> tanh(x, xo, y, yo, bound);
      case SIGMOID -> sigmoid(x, xo, y, yo, bound);
      case RELU -> relu(x, xo, y, yo, bound);
      case ABS -> abs(x, xo, y, yo, bound);
      case SIGN -> sign(x, xo, y, yo, bound);
      case LOG -> {} // StrictMath has no vectors; the "tail" below is everything
    }
    scalar.unary(f, x, xo + bound, y, yo + bound, n - bound);
  }

  @Override
  public void binary(
      Binary f,
      float[] a,
      int ao,
      int aStep,
      float[] b,
      int bo,
      int bStep,
      float[] y,
      int yo,
      int n) {
    if (f == Binary.POW && bStep == 0 && n > 0 && b[bo] == 2) {
      binary(Binary.TIMES, a, ao, aStep, a, ao, aStep, y, yo, n);
      return;
    }
    int bound = f == Binary.POW ? 0 : S.loopBound(n);
    if (bound > 0) {
      float[] va = aStep == 0 ? splat(a[ao]) : a;
      float[] vb = bStep == 0 ? splat(b[bo]) : b;
      int vao = aStep == 0 ? 0 : ao;
      int vbo = bStep == 0 ? 0 : bo;
      vectors(f, va, vao, aStep, vb, vbo, bStep, y, yo, bound);
    }
    scalar.binary(
        f, a, ao + bound * aStep, aStep, b, bo + bound * bStep, bStep, y, yo + bound, n - bound);
  }

  /** One element as a vector's worth of memory: the loops then need no second form. */
  private static float[] splat(float value) {
    float[] s = new float[L];
    java.util.Arrays.fill(s, value);
    return s;
  }

  private static void vectors(
      Binary f,
      float[] va,
      int vao,
      int aStep,
      float[] vb,
      int vbo,
      int bStep,
      float[] y,
      int yo,
      int bound) {
    switch (f) {
      case PLUS -> plus(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case MINUS -> minus(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case TIMES -> times(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case DIVIDED_BY -> dividedBy(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case MINIMUM -> minimum(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case MAXIMUM -> maximum(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case LESS -> less(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case LESS_EQUAL -> lessEqual(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case GREATER -> greater(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case GREATER_EQUAL -> greaterEqual(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case EQUAL -> equal(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case NOT_EQUAL -> notEqual(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case WHERE_POSITIVE -> wherePositive(va, vao, aStep, vb, vbo, bStep, y, yo, bound);
      case POW -> {} // left to the scalar tail
    }
  }

  private static void plus(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      x.add(z).intoArray(y, yo + i);
    }
  }

  private static void minus(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      x.sub(z).intoArray(y, yo + i);
    }
  }

  private static void times(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      x.mul(z).intoArray(y, yo + i);
    }
  }

  private static void dividedBy(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      x.div(z).intoArray(y, yo + i);
    }
  }

  private static void minimum(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      x.min(z).intoArray(y, yo + i);
    }
  }

  private static void maximum(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      x.max(z).intoArray(y, yo + i);
    }
  }

  private static void less(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      FloatVector.zero(S).blend(1, x.compare(VectorOperators.LT, z)).intoArray(y, yo + i);
    }
  }

  private static void lessEqual(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      FloatVector.zero(S).blend(1, x.compare(VectorOperators.LE, z)).intoArray(y, yo + i);
    }
  }

  private static void greater(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      FloatVector.zero(S).blend(1, x.compare(VectorOperators.GT, z)).intoArray(y, yo + i);
    }
  }

  private static void greaterEqual(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      FloatVector.zero(S).blend(1, x.compare(VectorOperators.GE, z)).intoArray(y, yo + i);
    }
  }

  private static void equal(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      FloatVector.zero(S).blend(1, x.compare(VectorOperators.EQ, z)).intoArray(y, yo + i);
    }
  }

  private static void notEqual(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      FloatVector.zero(S).blend(1, x.compare(VectorOperators.NE, z)).intoArray(y, yo + i);
    }
  }

  private static void wherePositive(
      float[] a, int ao, int aStep, float[] b, int bo, int bStep, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i * aStep);
      FloatVector z = FloatVector.fromArray(S, b, bo + i * bStep);
      FloatVector.zero(S).blend(x, z.compare(VectorOperators.GT, 0)).intoArray(y, yo + i);
    }
  }

  private static void negate(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i);
      x.neg().intoArray(y, yo + i);
    }
  }

  private static void sqrt(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i);
      x.sqrt().intoArray(y, yo + i);
    }
  }

  private static void reciprocal(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i);
      FloatVector.broadcast(S, 1).div(x).intoArray(y, yo + i);
    }
  }

  private static void tanh(float[] x, int xo, float[] y, int yo, int n) {
    for (int c = 0; c < n; c += CHUNK) {
      int m = Math.min(CHUNK, n - c);
      twiceSize(x, xo + c, y, yo + c, m);
      exp(y, yo + c, 0, y, yo + c, m);
      tanhGivenExp(x, xo + c, y, yo + c, m);
    }
  }

  private static void twiceSize(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector size = FloatVector.fromArray(S, a, ao + i).abs();
      size.add(size).intoArray(y, yo + i);
    }
  }

  private static void tanhGivenExp(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i);
      FloatVector s = x.mul(x);
      FloatVector p = FloatVector.broadcast(S, T4).fma(s, FloatVector.broadcast(S, T3));
      p = p.fma(s, FloatVector.broadcast(S, T2));
      p = p.fma(s, FloatVector.broadcast(S, T1));
      p = p.fma(s, FloatVector.broadcast(S, T0));
      FloatVector small = p.mul(s).fma(x, x);
      FloatVector e = FloatVector.fromArray(S, y, yo + i).add(1);
      FloatVector large = FloatVector.broadcast(S, 1).sub(FloatVector.broadcast(S, 2).div(e));
      large = large.blend(large.neg(), x.compare(VectorOperators.LT, 0));
      large.blend(small, x.abs().compare(VectorOperators.LT, TANH_SMALL)).intoArray(y, yo + i);
    }
  }

  private static void sigmoid(float[] x, int xo, float[] y, int yo, int n) {
    for (int c = 0; c < n; c += CHUNK) {
      int m = Math.min(CHUNK, n - c);
      minusSize(x, xo + c, y, yo + c, m);
      exp(y, yo + c, 0, y, yo + c, m);
      sigmoidGivenExp(x, xo + c, y, yo + c, m);
    }
  }

  private static void minusSize(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, a, ao + i).abs().neg().intoArray(y, yo + i);
    }
  }

  private static void sigmoidGivenExp(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i);
      FloatVector e = FloatVector.fromArray(S, y, yo + i);
      FloatVector top = e.blend(1, x.compare(VectorOperators.GE, 0));
      top.div(e.add(1)).intoArray(y, yo + i);
    }
  }

  private static void relu(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i);
      x.max(0).intoArray(y, yo + i);
    }
  }

  private static void abs(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i);
      x.abs().intoArray(y, yo + i);
    }
  }

  private static void sign(float[] a, int ao, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, a, ao + i);
      FloatVector up = x.blend(1, x.compare(VectorOperators.GT, 0));
      up.blend(-1, x.compare(VectorOperators.LT, 0)).intoArray(y, yo + i);
    }
  }

  /** The steps of {@link Elementary#exp}: y = exp(x - shift). x and y may be the same row. */
  private static void exp(float[] a, int ao, float shift, float[] y, int yo, int n) {
    FloatVector rounder = FloatVector.broadcast(S, ROUNDER);
    for (int i = 0; i < n; i += L) {
      FloatVector c = FloatVector.fromArray(S, a, ao + i).sub(shift).max(EXP_LOW).min(EXP_HIGH);
      FloatVector rounded = c.fma(FloatVector.broadcast(S, LOG2_E), rounder);
      FloatVector whole = rounded.sub(rounder);
      FloatVector r = whole.fma(FloatVector.broadcast(S, -LN2_HIGH), c);
      r = whole.fma(FloatVector.broadcast(S, -LN2_LOW), r);
      FloatVector p = FloatVector.broadcast(S, E5).fma(r, FloatVector.broadcast(S, E4));
      p = p.fma(r, FloatVector.broadcast(S, E3));
      p = p.fma(r, FloatVector.broadcast(S, E2));
      p = p.fma(r, FloatVector.broadcast(S, E1));
      p = p.fma(r, FloatVector.broadcast(S, E0));
      p = p.fma(r.mul(r), r).add(1);
      IntVector exponent = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
      IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
      IntVector first = half.add(127).lanewise(VectorOperators.LSHL, 23);
      IntVector second = exponent.sub(half).add(127).lanewise(VectorOperators.LSHL, 23);
      p.mul(first.reinterpretAsFloats()).mul(second.reinterpretAsFloats()).intoArray(y, yo + i);
    }
  }

  @Override
  public void expMinus(float[] x, int xo, float shift, float[] y, int yo, int n) {
    int bound = S.loopBound(n);
    exp(x, xo, shift, y, yo, bound);
    scalar.expMinus(x, xo + bound, shift, y, yo + bound, n - bound);
  }

  @Override
  public void clamp(float[] x, int xo, float low, float high, float[] y, int yo, int n) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      FloatVector.fromArray(S, x, xo + i).max(low).min(high).intoArray(y, yo + i);
    }
    scalar.clamp(x, xo + bound, low, high, y, yo + bound, n - bound);
  }

  @Override
  public void where(
      float[] c, int co, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      var holds = FloatVector.fromArray(S, c, co + i).compare(VectorOperators.NE, 0);
      FloatVector.fromArray(S, b, bo + i)
          .blend(FloatVector.fromArray(S, a, ao + i), holds)
          .intoArray(y, yo + i);
    }
    scalar.where(c, co + bound, a, ao + bound, b, bo + bound, y, yo + bound, n - bound);
  }

  @Override
  public double sum(float[] x, int xo, int n) {
    double[] partial = new double[16];
    int bound = 0;
    if (L == 8) {
      bound = n & -16;
      sumBy4(partial, x, xo, bound);
    } else if (L == 16) {
      bound = n & -16;
      sumBy8(partial, x, xo, bound);
    }
    ScalarRows.addTo(partial, x, xo + bound, n - bound);
    return ScalarRows.tree(partial);
  }

  private static void sumBy4(double[] partial, float[] x, int xo, int n) {
    DoubleVector s0 = DoubleVector.zero(D);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    for (int i = xo; i < xo + n; i += 16) {
      s0 = s0.add(doubles(x, i));
      s1 = s1.add(doubles(x, i + 4));
      s2 = s2.add(doubles(x, i + 8));
      s3 = s3.add(doubles(x, i + 12));
    }
    s0.intoArray(partial, 0);
    s1.intoArray(partial, 4);
    s2.intoArray(partial, 8);
    s3.intoArray(partial, 12);
  }

  private static void sumBy8(double[] partial, float[] x, int xo, int n) {
    DoubleVector s0 = DoubleVector.zero(D);
    DoubleVector s1 = s0;
    for (int i = xo; i < xo + n; i += 16) {
      s0 = s0.add(doubles(x, i));
      s1 = s1.add(doubles(x, i + 8));
    }
    s0.intoArray(partial, 0);
    s1.intoArray(partial, 8);
  }

  private static DoubleVector doubles(float[] x, int at) {
    return (DoubleVector)
        FloatVector.fromArray(HALF, x, at).convertShape(VectorOperators.F2D, D, 0);
  }

  @Override
  public float max(float[] x, int xo, int n) {
    int bound = S.loopBound(n);
    float m = Float.NEGATIVE_INFINITY;
    if (bound > 0) {
      FloatVector v = FloatVector.broadcast(S, m);
      for (int i = 0; i < bound; i += L) {
        v = v.max(FloatVector.fromArray(S, x, xo + i));
      }
      m = v.reduceLanes(VectorOperators.MAX);
    }
    return Math.max(m, scalar.max(x, xo + bound, n - bound));
  }
}
