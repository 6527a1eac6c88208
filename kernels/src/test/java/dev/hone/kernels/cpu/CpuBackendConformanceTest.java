package dev.hone.kernels.cpu;

import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.conformance.BackendConformance;
import dev.hone.tensor.conformance.OpCase;
import dev.hone.tensor.conformance.Tolerance;
import org.junit.jupiter.api.Nested;

/**
 * The CPU backend as {@code --device cpu} finds it, with Winograd's convolutions; and with every
 * lane count, where the direct convolution has to meet the table's own tolerances.
 */
class CpuBackendConformanceTest extends BackendConformance {
  CpuBackendConformanceTest() {
    super(new CpuBackendProvider());
  }

  @Override
  protected Tolerance tolerance(OpCase row) {
    return Tolerance.withWinograd(row);
  }

  /** Two threads, so that parallel paths are taken on any machine. */
  private record WithLanes(int lanes) implements BackendProvider {
    @Override
    public String name() {
      return "cpu, " + lanes + " lanes";
    }

    @Override
    public Availability probe() {
      return new Availability.Available(new CpuBackend(2, lanes, false));
    }
  }

  @Nested
  class Scalar extends BackendConformance {
    Scalar() {
      super(new WithLanes(1));
    }
  }

  @Nested
  class FourLanes extends BackendConformance {
    FourLanes() {
      super(new WithLanes(4));
    }
  }

  @Nested
  class EightLanes extends BackendConformance {
    EightLanes() {
      super(new WithLanes(8));
    }
  }

  @Nested
  class SixteenLanes extends BackendConformance {
    SixteenLanes() {
      super(new WithLanes(16));
    }
  }
}
