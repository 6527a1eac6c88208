package dev.hone.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Mode;
import dev.hone.nn.Variational;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VaeTest {
  private static final Backend ORACLE = ReferenceBackend.float64();
  private static final int LATENT = 3;

  private static Vae vae() {
    return Vae.of(16, 1, LATENT, 2, Random.of(ORACLE, 1));
  }

  private static Tensor images(int n) {
    return Random.of(ORACLE, 2).uniform(Shape.of(n, 1, 16, 16));
  }

  private static Tensor noise(int n) {
    return Random.of(ORACLE, 3).normal(Shape.of(n, LATENT));
  }

  private static double[] output(Vae vae, Tensor x, Mode mode) {
    try (var tape = Tape.inference()) {
      return vae.apply(tape.constant(x), mode).value().toDoubles();
    }
  }

  @ParameterizedTest
  @CsvSource({"16, 1, 2", "32, 3, 3", "64, 3, 4", "128, 3, 5"})
  void everySizeComesBackInItsOwn(int size, int channels, int stages) {
    Vae vae = Vae.of(size, channels, 5, 2, Random.of(ReferenceBackend.float32(), 1));
    Tensor x = Tensor.zeros(ReferenceBackend.float32(), Shape.of(1, channels, size, size));
    try (var tape = Tape.inference()) {
      var tapped = vae.tapped(tape.constant(x), Mode.eval());
      int pixels = channels * size * size;
      assertEquals(Shape.of(1, pixels + 10), tapped.output().shape());
      assertEquals(2 * stages, tapped.features().size());
      assertEquals(4, tapped.features().get(stages - 1).shape().dim(2));
      assertEquals(size, tapped.features().getLast().shape().dim(2));
      assertEquals(5, vae.latentSize());
      Variable z = tape.constant(Tensor.zeros(x.backend(), Shape.of(2, 5)));
      assertEquals(Shape.of(2, channels, size, size), vae.decode(z, Mode.eval()).shape());
    }
  }

  private static Tensor parameter(Vae vae, String name) {
    return Objects.requireNonNull(vae.parameters().get(name), name).value();
  }

  @Test
  void namesAndParametersAreThoseOfTheDocumentation() {
    Vae vae = Vae.of(64, 3, 8, 4, Random.of(ORACLE, 1));
    assertEquals(Shape.of(4, 3, 3, 3), parameter(vae, "encoder1.conv.weight").shape());
    assertEquals(Shape.of(32, 16, 3, 3), parameter(vae, "encoder4.conv.weight").shape());
    assertEquals(Shape.of(16, 32 * 16), parameter(vae, "moments.weight").shape());
    assertEquals(Shape.of(16, 32, 3, 3), parameter(vae, "decoder1.conv.weight").shape());
    assertEquals(Shape.of(4, 4, 3, 3), parameter(vae, "decoder4.conv.weight").shape());
    assertEquals(Shape.of(3, 4, 3, 3), parameter(vae, "logits.weight").shape());
  }

  @Test
  void theNoiseIsTheSameInEveryPassAndMode() {
    Vae drawn = vae().with(noise(4));
    Tensor x = images(4);
    for (Mode mode : List.of(Mode.eval(), Mode.batchNoUpdate(Random.of(ORACLE, 9)))) {
      assertArrayEquals(output(drawn, x, mode), output(drawn, x, mode));
    }
    try (Mode.Frozen frozen = Mode.frozen()) {
      assertArrayEquals(output(drawn, x, Mode.eval()), output(drawn, x, frozen), 1e-12);
    }
  }

  @Test
  void withoutNoiseEvalModeDecodesTheMeanAndTrainModeDraws() {
    Tensor x = images(4);
    double[] mean = output(vae(), x, Mode.eval());
    double[] still = output(vae().with(Tensor.zeros(ORACLE, Shape.of(4, LATENT))), x, Mode.eval());
    assertArrayEquals(still, mean);
    assertFalse(Arrays.equals(mean, output(vae().with(noise(4)), x, Mode.eval())));
    double[] one = output(vae(), x, Mode.batchNoUpdate(Random.of(ORACLE, 1)));
    double[] two = output(vae(), x, Mode.batchNoUpdate(Random.of(ORACLE, 2)));
    assertFalse(Arrays.equals(one, two));
  }

  @Test
  void zIsMeanPlusDeviationTimesNoise() {
    Tensor x = images(2);
    Vae vae = vae();
    try (var tape = Tape.inference()) {
      var q = Variational.of(vae.apply(tape.constant(x)), 256);
      Tensor z = q.mean().value().plus(q.logVariance().value().times(0.5).exp().times(noise(2)));
      double[] decoded = vae.decode(tape.constant(z), Mode.eval()).value().toDoubles();
      var drawn = Variational.of(vae.with(noise(2)).apply(tape.constant(x)), 256);
      assertArrayEquals(decoded, drawn.logits().value().toDoubles(), 1e-12);
    }
  }

  @Test
  void aPartOfABatchIsThatPartOfTheWhole() {
    Vae drawn = vae().with(noise(5));
    Tensor x = images(5);
    double[] whole = output(drawn, x, Mode.eval());
    int row = whole.length / 5;
    double[] part = output(drawn.part(1, 3), x.slice(0, 1, 3), Mode.eval());
    assertArrayEquals(Arrays.copyOfRange(whole, row, 3 * row), part, 1e-12);
  }

  @Test
  void aModelBoundToABatchIsTheSameModel() {
    Vae vae = vae();
    Vae drawn = vae.with(noise(2));
    assertEquals(List.copyOf(vae.state().keySet()), List.copyOf(drawn.state().keySet()));
    vae.state().forEach((name, t) -> assertTrue(t == drawn.state().get(name), name));
  }

  @Test
  void logVariancesStayBoundedWhateverTheWeights() {
    Vae vae = vae();
    Tensor bias = parameter(vae, "moments.bias");
    bias.assign(bias.fullLike(1e6));
    try (var tape = Tape.inference()) {
      var q = Variational.of(vae.apply(tape.constant(images(2))), 256);
      for (double v : q.logVariance().value().toDoubles()) {
        assertEquals(Vae.LOG_VARIANCE_BOUND, v, 1e-9);
      }
    }
  }

  @Test
  void errorsNameTheShapes() {
    var wrong = assertThrows(ShapeException.class, () -> vae().with(noise(2).reshape(3, 2)));
    assertTrue(String.valueOf(wrong.getMessage()).contains("[N, 3]"), wrong::getMessage);
    Vae drawn = vae().with(noise(2));
    var other = assertThrows(ShapeException.class, () -> output(drawn, images(3), Mode.eval()));
    assertTrue(String.valueOf(other.getMessage()).contains("another batch"), other::getMessage);
    Tensor large = Tensor.zeros(ORACLE, Shape.of(1, 1, 32, 32));
    assertThrows(ShapeException.class, () -> output(vae(), large, Mode.eval()));
    for (int size : new int[] {8, 48, 0, -16}) {
      assertThrows(
          IllegalArgumentException.class, () -> Vae.of(size, 1, 2, 2, Random.of(ORACLE, 1)));
    }
    assertThrows(IllegalArgumentException.class, () -> Vae.of(16, 2, 2, 2, Random.of(ORACLE, 1)));
    assertThrows(IllegalArgumentException.class, () -> Vae.of(16, 1, 0, 2, Random.of(ORACLE, 1)));
    assertThrows(IllegalArgumentException.class, () -> Vae.of(16, 1, 2, 0, Random.of(ORACLE, 1)));
  }
}
