package dev.hone.kernels.cuda;

import dev.hone.autograd.GradientConformance;

/** Every op's gradient on the GPU's backend, on the emulator, against the oracle's. */
class EmulatorGradientConformanceTest extends GradientConformance {
  EmulatorGradientConformanceTest() {
    super(new EmulatorBackendProvider());
  }
}
