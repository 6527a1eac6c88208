package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;
import java.util.function.Supplier;

/** Receives the cotangents of an op's inputs; those nobody asked for are never computed. */
public interface Cotangents {
  /** Whether a target lies in the direction of this input. */
  boolean wants(int input);

  /** Takes {@code dx} for {@code input}, computing it only if it is wanted. */
  void add(int input, Supplier<Tensor> dx);
}
