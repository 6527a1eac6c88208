package dev.hone.kernels.cpu;

import dev.hone.autograd.GradientConformance;

/** Every op's gradient on the CPU backend against the oracle's. */
class CpuGradientConformanceTest extends GradientConformance {
  CpuGradientConformanceTest() {
    super(new CpuBackendProvider());
  }
}
