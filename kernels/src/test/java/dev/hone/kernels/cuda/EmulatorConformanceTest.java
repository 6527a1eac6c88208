package dev.hone.kernels.cuda;

import dev.hone.tensor.conformance.BackendConformance;

/** The GPU's backend as {@code --device emulator} finds it. */
class EmulatorConformanceTest extends BackendConformance {
  EmulatorConformanceTest() {
    super(new EmulatorBackendProvider());
  }
}
