package dev.hone.tensor.backend;

/** How float32 products are computed. Reports name it, since results differ in the third digit. */
public enum MathMode {
  /** In float32 with fused multiply-adds, as the CPU does. */
  FMA,

  /**
   * With operands rounded to TF32's 10 bits of fraction (NVIDIA A100 whitepaper, 2020) on tensor
   * cores: faster from sm_80 on, with relative errors near 1e-3.
   */
  TF32
}
