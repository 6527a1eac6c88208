package dev.hone.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The way back reuses the memory of cotangents that are done with. */
class TapeMemoryTest {
  @Test
  void cotangentsGoBackAsTheWalkGoes() {
    var backend = new CpuBackend(1, CpuBackendProvider.lanes());
    int ops = 30;
    try (var tape = Tape.record()) {
      Variable x = tape.watch(Tensor.ones(backend, Shape.of(1000)));
      Variable y = x;
      for (int i = 0; i < ops; i++) {
        y = y.tanh();
      }
      Variable loss = y.sum();
      long before = backend.pool().allocations();
      tape.gradients(loss, x);
      long made = backend.pool().allocations() - before;
      // The formula of one op takes three, dy and dx included.
      assertTrue(made <= 8, () -> made + " buffers for " + ops + " gradients");
    }
  }
}
