package dev.hone.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TapeTest {
  private final Backend backend = ReferenceBackend.float32();

  private Tensor vector(float... values) {
    return Tensor.of(backend, Shape.of(values.length), values);
  }

  @Test
  void theGradientOfASumOfWeightedSquares() {
    try (var tape = Tape.record()) {
      Variable x = tape.watch(vector(3, -1));
      Variable w = tape.watch(vector(2, 2));
      Gradients g = tape.gradients(x.square().times(w).sum(), x, w);
      assertArrayEquals(new float[] {12, -4}, g.get(x).toFloats());
      assertArrayEquals(new float[] {9, 1}, g.get(w).toFloats());
    }
  }

  @Test
  void watchingATensorTwiceGivesOneVariable() {
    try (var tape = Tape.record()) {
      Tensor w = vector(2);
      assertSame(tape.watch(w), tape.watch(w));
      Variable y = tape.watch(w).times(tape.watch(w)).sum();
      assertArrayEquals(
          new float[] {4}, tape.gradients(y, tape.watch(w)).get(tape.watch(w)).toFloats());
    }
  }

  @Test
  void nothingIsRecordedForConstantsOrInInference() {
    try (var tape = Tape.record();
        var inference = Tape.inference()) {
      Variable c = tape.constant(vector(1, 2)).exp();
      assertFalse(c.isTracked());
      assertEquals(0, tape.size());
      assertFalse(inference.watch(vector(1)).exp().isTracked());
      assertEquals(0, inference.size());
    }
  }

  @Test
  void noGradientFlowsThroughDetach() {
    try (var tape = Tape.record()) {
      Variable x = tape.watch(vector(3));
      Variable y = x.times(x.detach()).sum();
      assertArrayEquals(new float[] {3}, tape.gradients(y, x).get(x).toFloats());
    }
  }

  @Test
  void aTensorOfAClosedTapeSaysWhatToDo() {
    Tensor y;
    Tensor kept;
    try (var tape = Tape.record()) {
      y = tape.watch(vector(1)).exp().value();
      kept = y.keep();
    }
    assertEquals(Math.E, kept.item(), 1e-6);
    assertMessage(IllegalStateException.class, "keep()", y::item);
  }

  @Test
  void whatWasNotComputedOnATapeOutlivesIt() {
    Tensor x = vector(5);
    try (var tape = Tape.record()) {
      tape.watch(x).exp();
    }
    assertEquals(5, x.item());
  }

  @Test
  void wrongUsesSayWhatIsWrong() {
    try (var tape = Tape.record();
        var other = Tape.record()) {
      Variable x = tape.watch(vector(1, 2));
      Variable foreign = other.watch(vector(1, 2));
      assertMessage(ShapeException.class, "the loss must be a scalar", () -> tape.gradients(x, x));
      assertMessage(IllegalArgumentException.class, "another tape", () -> x.plus(foreign).value());
      assertMessage(
          IllegalArgumentException.class,
          "not watched by this tape",
          () -> tape.gradients(x.sum(), foreign));
      Variable unrelated = tape.watch(vector(7));
      assertMessage(
          IllegalArgumentException.class,
          "does not depend on a target",
          () -> tape.gradients(x.sum(), unrelated));
      assertMessage(
          IllegalArgumentException.class,
          "not among the targets",
          () -> tape.gradients(x.sum(), x).get(unrelated));
      assertMessage(
          ShapeException.class,
          "must have shape [2], but has [3]",
          () -> tape.vjp(x.exp(), vector(1, 2, 3), Set.of(x)));
      Variable row = x.reshape(1, 2);
      assertMessage(ShapeException.class, "gaussian divergence", () -> x.gaussianDivergence(x));
      assertMessage(
          ShapeException.class,
          "reparameterize: all operands must be [1, 2] as the mean is, but one is [2, 1]",
          () -> row.reparameterize(row, x.reshape(2, 1)));
    }
  }

  @Test
  void aFiniteCheckNamesOpAndBlock() {
    try (var tape = Tape.record().checkFinite(true)) {
      tape.enter("resnet");
      tape.enter("stage1");
      Variable x = tape.watch(vector(1, -1));
      assertMessage(NonFiniteException.class, "Log in resnet.stage1: forward [2] has NaN", x::log);
      tape.leave();
      tape.leave();
    }
    try (var tape = Tape.record().checkFinite(true)) {
      Variable x = tape.watch(vector(0));
      Variable y = x.sqrt().sum(); // finite, but its gradient is 1 / 0
      assertMessage(
          NonFiniteException.class, "Sqrt: gradient of input 0", () -> tape.gradients(y, x));
    }
  }

  private static <E extends Exception> void assertMessage(
      Class<E> type, String part, org.junit.jupiter.api.function.Executable body) {
    String message = String.valueOf(assertThrows(type, body).getMessage());
    assertTrue(message.contains(part), message);
  }
}
