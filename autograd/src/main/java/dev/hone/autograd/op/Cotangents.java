package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Receives the cotangents of an op's inputs; those nobody asked for are never computed. */
public interface Cotangents {
  /** Whether a target lies in the direction of this input. */
  boolean wants(int input);

  /** Takes {@code dx} for {@code input}, computing it only if it is wanted. */
  void add(int input, Supplier<Tensor> dx);

  /**
   * Takes {@code dx} for {@code input} from a kernel that can do in the same pass what would
   * otherwise follow in passes of their own.
   */
  void add(int input, Fused dx);

  /**
   * Whether dy is 0 already where this op's output is not positive, so that an op that {@link
   * Op#endsInRelu ends in relu} need not see to it.
   */
  boolean dyIsMasked();

  /** A kernel for dx with an epilogue. */
  interface Fused {
    /**
     * dx + added, and 0 unless positive &gt; 0.
     *
     * @param added the input's cotangent from elsewhere, or null
     * @param positive of the input's shape, or null
     */
    Tensor dx(@Nullable Tensor added, @Nullable Tensor positive);
  }
}
