package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.ptx.EmulatorOptions;
import org.junit.jupiter.api.Test;

/** Whether the roof that others are measured by is a roof of what it says. */
class PeakKernelsTest {
  private static final int THREADS = CudaDevice.THREADS;
  private static final int CHAINS = 8;

  @Test
  void everyMultiplyAddOfEveryChainIsDone() {
    CheckedEmulator emulator = CheckedEmulator.ofOwnKernels();
    emulator.backends().forEach(PeakKernelsTest::check);
    assertEquals("", emulator.missed("peak"));
  }

  static void check(CudaBackend backend) {
    int blocks = 2;
    int rounds = 3;
    float a = 0.9f;
    float b = 1.5f;
    CudaDevice device = backend.device();
    float[] actual = new float[blocks * THREADS];
    try (DeviceMemory result = device.allocate(actual.length)) {
      new PeakKernels(device).launch(result, blocks, a, b, rounds);
      device.download(actual, result, 0);
    }
    float[] expected = new float[actual.length];
    for (int t = 0; t < expected.length; t++) {
      float[] x = new float[CHAINS];
      for (int c = 0; c < CHAINS; c++) {
        x[c] = t + c;
        for (int i = 0; i < 8 * rounds; i++) {
          x[c] = Math.fma(a, x[c], b);
        }
      }
      expected[t] = ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
    }
    assertArrayEquals(expected, actual);
  }

  /** The emulator's own rates, which say nothing but that both are measured. */
  @Test
  void ratesAreMeasured() {
    var peak =
        new PeakKernels(
            ((CudaBackend) EmulatorBackendProvider.on(EmulatorOptions.fast(), 1)).device());
    double flops = peak.flops();
    assertTrue(flops > 1e7 && flops < 1e12, () -> "" + flops);
    double bytes = peak.bytes();
    assertTrue(bytes > 1e7 && bytes < 1e13, () -> "" + bytes);
  }
}
