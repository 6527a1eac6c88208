package dev.hone.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A convolution's backward pass takes over the sum and the mask that follow it. */
class FusedCotangentsTest {
  private static final Convolution SAME = new Convolution(1, 1);

  private final Backend backend = ReferenceBackend.float64();
  private final Random random = Random.of(backend, 7);
  private final Tensor images = random.split(0).normal(Shape.of(2, 3, 5, 4));
  private final Tensor w1 = random.split(1).normal(Shape.of(3, 3, 3, 3));
  private final Tensor w2 = random.split(2).normal(Shape.of(3, 3, 3, 3));
  private final Tensor w3 = random.split(3).normal(Shape.of(3, 3, 3, 3));

  /** relu as the tape knows it, and as arithmetic whose mask it cannot see. */
  private static final UnaryOperator<Variable> RELU = Variable::relu;

  private static final UnaryOperator<Variable> ARITHMETIC =
      x -> x.times(x.tape().constant(x.value().greater(x.value().fullLike(0))));

  /** Two convolutions around a residual; {@code probe} sees the inner activations. */
  private Variable block(Variable x, UnaryOperator<Variable> relu, Variable[] probe) {
    var tape = x.tape();
    Variable a = relu.apply(x.convolution(tape.watch(w1), SAME));
    Variable b = relu.apply(a.convolution(tape.watch(w2), SAME));
    Variable c = relu.apply(b.convolution(tape.watch(w3), SAME).plus(a));
    probe[0] = a;
    probe[1] = b;
    return c.square().sum();
  }

  @Test
  void gradientsAreThoseOfTheUnfusedPasses() {
    var probe = new Variable[2];
    try (var fused = Tape.record();
        var plain = Tape.record()) {
      Variable x = fused.watch(images);
      Gradients g = fused.gradients(block(x, RELU, probe), x, fused.watch(w1), fused.watch(w2));
      Variable z = plain.watch(images);
      Gradients h =
          plain.gradients(block(z, ARITHMETIC, probe), z, plain.watch(w1), plain.watch(w2));
      assertClose(h.get(z), g.get(x));
      assertClose(h.get(plain.watch(w1)), g.get(fused.watch(w1)));
      assertClose(h.get(plain.watch(w2)), g.get(fused.watch(w2)));
    }
  }

  @Test
  void aTargetBehindReluGetsItsWholeGradient() {
    var fusedProbe = new Variable[2];
    var plainProbe = new Variable[2];
    try (var fused = Tape.record();
        var plain = Tape.record()) {
      Variable loss = block(fused.watch(images), RELU, fusedProbe);
      Tensor da = fused.gradients(loss, fusedProbe[0]).get(fusedProbe[0]);
      Variable same = block(plain.watch(images), ARITHMETIC, plainProbe);
      assertClose(plain.gradients(same, plainProbe[0]).get(plainProbe[0]), da);
      Tensor dead = da.times(fusedProbe[0].value().equalTo(da.fullLike(0)));
      assertTrue(dead.abs().max().item() > 0, "some gradient must arrive where a is 0");
    }
  }

  @Test
  void fusedConvolutionsWithReluInside() {
    try (var fused = Tape.record();
        var plain = Tape.record()) {
      Variable x = fused.watch(images);
      Variable a = x.convolution(fused.watch(w1), null, null, true, SAME);
      Variable b = a.convolution(fused.watch(w2), null, null, true, SAME);
      Variable c = b.convolution(fused.watch(w3), null, a, true, SAME);
      Tensor dx = fused.gradients(c.square().sum(), x).get(x);
      Variable z = plain.watch(images);
      Tensor dz = plain.gradients(block(z, ARITHMETIC, new Variable[2]), z).get(z);
      assertClose(dz, dx);
    }
  }

  /** The convolution's part of da comes first on the way back; only the last may mask. */
  @Test
  void aLaterPartOfTheCotangentIsMaskedToo() {
    try (var fused = Tape.record();
        var plain = Tape.record()) {
      Variable x = fused.watch(images);
      Variable z = plain.watch(images);
      Tensor dx = fused.gradients(expThenConvolution(x, RELU), x).get(x);
      assertClose(plain.gradients(expThenConvolution(z, ARITHMETIC), z).get(z), dx);
    }
  }

  private Variable expThenConvolution(Variable x, UnaryOperator<Variable> relu) {
    Variable a = relu.apply(x);
    Variable b = a.exp();
    return a.convolution(x.tape().constant(w1), SAME).plus(b).square().sum();
  }

  private static void assertClose(Tensor expected, Tensor actual) {
    double[] e = expected.toDoubles();
    double largest = 0;
    for (double v : e) {
      largest = Math.max(largest, Math.abs(v));
    }
    assertArrayEquals(e, actual.toDoubles(), 1e-12 * largest);
  }
}
