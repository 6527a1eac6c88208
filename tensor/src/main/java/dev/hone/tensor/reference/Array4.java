package dev.hone.tensor.reference;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;

/** Four-dimensional values, so that a loop over images reads like its formula. */
final class Array4 {
  final int d0;
  final int d1;
  final int d2;
  final int d3;
  private final Shape shape;
  private final double[] values;

  private Array4(Shape shape, double[] values) {
    this.shape = shape;
    this.values = values;
    d0 = shape.dim(0);
    d1 = shape.dim(1);
    d2 = shape.dim(2);
    d3 = shape.dim(3);
  }

  /** A copy of x's elements. */
  static Array4 of(Tensor x) {
    return new Array4(x.shape(), RowMajor.values(x));
  }

  static Array4 zeros(Shape shape) {
    return new Array4(shape, new double[shape.size()]);
  }

  private int at(int i, int j, int k, int l) {
    return ((i * d1 + j) * d2 + k) * d3 + l;
  }

  double get(int i, int j, int k, int l) {
    return values[at(i, j, k, l)];
  }

  void set(int i, int j, int k, int l, double value) {
    values[at(i, j, k, l)] = value;
  }

  void add(int i, int j, int k, int l, double value) {
    values[at(i, j, k, l)] += value;
  }

  Shape shape() {
    return shape;
  }

  /** The elements row-major, not copied. */
  double[] values() {
    return values;
  }
}
