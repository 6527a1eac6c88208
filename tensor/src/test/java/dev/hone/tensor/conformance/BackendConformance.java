package dev.hone.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.backend.ByteImages;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every backend must do, compared with the oracle. A backend's own test extends this in three
 * lines. A backend that this machine cannot run is skipped with its reason, or fails with it under
 * {@code -Dconformance.required=true}.
 */
public abstract class BackendConformance {
  private final BackendProvider provider;

  protected BackendConformance(BackendProvider provider) {
    this.provider = provider;
  }

  /** How far {@code row}'s results may be off; a backend whose algorithm says more overrides it. */
  protected Tolerance tolerance(OpCase row) {
    return row.tolerance();
  }

  /** The backend under test; skips or fails where it is not available. */
  protected final Backend backend() {
    return switch (provider.probe()) {
      case BackendProvider.Availability.Available(Backend backend) -> backend;
      case BackendProvider.Availability.Unavailable(String reason) -> {
        String line = "backend " + provider.name() + " is not available: " + reason;
        if (Boolean.getBoolean("conformance.required")) {
          fail(line);
        }
        System.getLogger(getClass().getName())
            .log(System.Logger.Level.WARNING, "skipped: {0}", line);
        Assumptions.abort(line);
        throw new AssertionError(line);
      }
    };
  }

  @TestFactory
  Stream<DynamicTest> everyRowOfTheTableAgreesWithTheOracle() {
    Backend backend = backend();
    return OpCases.all().stream()
        .map(row ->
            dynamicTest(
                row.toString(),
                () -> {
                  List<String> problems = Check.problems(row, tolerance(row), backend);
                  assertTrue(problems.isEmpty(), () -> String.join("\n", problems));
                }));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 17})
  void imageOpsFeedEachOtherWithoutLettingPaddingIn(int batch) {
    Map<String, Tensor> got = ImageChain.run(backend(), batch);
    Map<String, Tensor> want = ImageChain.run(ReferenceBackend.float64(), batch);
    List<String> differences = ImageChain.differences(got, want);
    assertTrue(differences.isEmpty(), () -> String.join("\n", differences));
  }

  /** Invariant: what becomes of an image or a row does not depend on its batch, to the bit. */
  @TestFactory
  Stream<DynamicTest> anImageDoesNotDependOnItsBatch() {
    Backend backend = backend();
    int n = 19;
    Tensor images = draw(backend, n, 5, 6, 7);
    Tensor rows = draw(backend, n, 65);
    Tensor w = draw(backend, 17, 5, 3, 3);
    Tensor matrix = draw(backend, 65, 33);
    Tensor five = draw(backend, 5);
    var statistics = new BatchStatistics(five, draw(backend, 5).abs().plus(0.5));
    var half = new Convolution(2, 1);
    var pool = new Pooling(3, 2, 1);
    Map<String, UnaryOperator<Tensor>> imageOps = new TreeMap<>();
    imageOps.put("convolution", x -> x.convolution(w, new Convolution(1, 1)));
    imageOps.put("strided convolution", x -> x.convolution(w, null, null, true, half));
    imageOps.put(
        "input gradient",
        x ->
            x.convolutionInputGradient(
                w.slice(0, 0, 5), Shape.of(x.shape().dim(0), 5, 12, 14), half));
    imageOps.put("batch norm", x -> x.batchNorm(statistics, five, five, 1e-5f, null, true));
    imageOps.put("max pool", x -> x.maxPool(pool));
    imageOps.put("average pool", x -> x.averagePool(pool));
    imageOps.put("global pool", x -> x.mean(2, 3));
    imageOps.put("tanh", Tensor::tanh);
    Map<String, UnaryOperator<Tensor>> rowOps = new TreeMap<>();
    rowOps.put("matmul", x -> x.matmul(matrix));
    rowOps.put("softmax", Tensor::softmax);
    rowOps.put("log softmax", Tensor::logSoftmax);
    rowOps.put("sum", x -> x.sum(1));
    return Stream.concat(
        imageOps.entrySet().stream().map(e -> independent(e.getKey(), e.getValue(), images)),
        rowOps.entrySet().stream().map(e -> independent(e.getKey(), e.getValue(), rows)));
  }

  private static Tensor draw(Backend backend, int... dims) {
    return Input.general(dims).on(backend, new Philox(5, dims.length * 100L + dims[0]));
  }

  private static DynamicTest independent(String name, UnaryOperator<Tensor> op, Tensor all) {
    return dynamicTest(
        name,
        () -> {
          Tensor together = op.apply(all);
          for (int[] part : new int[][] {{0, 1}, {7, 8}, {8, 17}, {18, 19}, {3, 19}}) {
            Tensor alone = op.apply(all.slice(0, part[0], part[1]));
            assertArrayEquals(
                together.slice(0, part[0], part[1]).toFloats(),
                alone.toFloats(),
                () -> "images " + part[0] + " to " + part[1] + " of " + all.shape());
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16, 31, 64, 129})
  void partsCoverTheBatchAndGiveTheBitsOfTheWhole(int n) {
    Backend backend = backend();
    Tensor images = draw(backend, n, 3, 6, 5);
    Tensor w = draw(backend, 4, 3, 3, 3);
    var same = new Convolution(1, 1);
    float[] whole = images.convolution(w, null, null, true, same).toFloats();
    Tensor y = Tensor.full(backend, Shape.of(n, 4, 6, 5), Double.NaN);
    backend.forParts(
        images.shape(),
        (from, to) -> {
          try (var arena = new Arena()) {
            Tensor part = backend.packed(images.slice(0, from, to), arena);
            y.slice(0, from, to).assign(part.convolution(w, null, null, true, same));
          }
        });
    assertArrayEquals(whole, y.toFloats());
  }

  @Test
  void theFirstPartThatFailsIsHeard() {
    var e =
        assertThrows(
            IllegalStateException.class,
            () ->
                backend()
                    .forParts(
                        Shape.of(128, 3, 4, 4),
                        (from, to) -> {
                          throw new IllegalStateException("from " + from);
                        }));
    assertEquals("from 0", e.getMessage());
  }

  @Test
  void numbersSurviveTheWayInAndOut() {
    Backend backend = backend();
    float[] floats = {1.5f, -0f, Float.NaN, Float.MIN_VALUE, Float.POSITIVE_INFINITY, 1e-3f};
    Tensor x = Tensor.of(backend, Shape.of(2, 3), floats);
    floats[0] = 99; // the tensor must hold a copy
    assertArrayEquals(
        new float[] {1.5f, Float.MIN_VALUE, -0f, Float.POSITIVE_INFINITY, Float.NaN, 1e-3f},
        x.transpose().toFloats());
    int[] ints = {Integer.MIN_VALUE, 0, Integer.MAX_VALUE};
    Tensor labels = Tensor.ofInts(backend, Shape.of(3), ints);
    assertArrayEquals(ints, labels.toInts());
    assertArrayEquals(new double[] {Integer.MIN_VALUE, 0, Integer.MAX_VALUE}, labels.toDoubles());
    Tensor doubles = Tensor.ofDoubles(backend, Shape.of(2), 0.1, 3);
    assertArrayEquals(new float[] {0.1f, 3}, doubles.toFloats());
    assertArrayEquals(
        new int[] {7, -7},
        backend.fromDoubles(Shape.of(2), DType.INT32, new double[] {7, -7}).toInts());
    assertEquals(0, Tensor.zeros(backend, Shape.of(0, 4)).toFloats().length);
  }

  @Test
  void aClosedArenaTakesItsTensorsAlong() {
    Backend backend = backend();
    var arena = new Arena();
    Tensor outside = Tensor.ones(backend, Shape.of(9, 3, 4, 4));
    Tensor x = outside.in(arena);
    Tensor y = x.convolution(Tensor.ones(backend, Shape.of(2, 3, 3, 3)), new Convolution(1, 1));
    Tensor sum = y.sum();
    Tensor kept = y.keep();
    Tensor part = y.slice(0, 0, 0);
    assertTrue(arena.size() >= 2, () -> "the arena owns " + arena.size() + " buffers");
    float expected = sum.item();
    arena.close();
    for (Tensor t : List.of(y, sum, part)) {
      var e = assertThrows(IllegalStateException.class, () -> t.plus(1).toDoubles());
      assertTrue(String.valueOf(e.getMessage()).contains("tape"), e::toString);
    }
    assertEquals(expected, kept.sum().item());
    assertEquals(9 * 3 * 4 * 4, outside.sum().item());
    assertThrows(IllegalStateException.class, () -> x.plus(1), "a closed arena takes nothing in");
  }

  @Test
  void anIndexOutsideIsNamed() {
    Backend backend = backend();
    Tensor x = Tensor.ones(backend, Shape.of(2, 3));
    for (int wrong : new int[] {-1, 3, 1000}) {
      Tensor index = Tensor.ofInts(backend, Shape.of(2, 1), 0, wrong);
      String name = "index " + wrong;
      var e = assertThrows(IndexOutOfBoundsException.class, () -> x.gather(1, index));
      assertTrue(String.valueOf(e.getMessage()).contains(name), e::toString);
      Tensor ones = Tensor.ones(backend, Shape.of(2, 1));
      e = assertThrows(IndexOutOfBoundsException.class, () -> ones.scatterAdd(1, index, 3));
      assertTrue(String.valueOf(e.getMessage()).contains(name), e::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 128, 257, 20_000})
  void randomNumbersHaveTheSameBitsEverywhere(int n) {
    Random theirs = Random.of(ReferenceBackend.float32(), 0xFEDCBA9876543210L).split(9);
    Random mine = Random.at(backend(), theirs.philox(), 0);
    Shape shape = Shape.of(n);
    for (int skip = 0; skip < 4; skip++) { // words of any place in a counter's four
      theirs.uniform(Shape.of(1));
      mine.uniform(Shape.of(1));
      assertArrayEquals(theirs.uniform(shape).toFloats(), mine.uniform(shape).toFloats());
      // Between neighbours of 16777216 every second sum rounds up to the end.
      assertArrayEquals(
          theirs.uniform(shape, 0x1p24f, 0x1p24f + 2).toFloats(),
          mine.uniform(shape, 0x1p24f, 0x1p24f + 2).toFloats());
      assertArrayEquals(
          theirs.uniform(shape, 3, 3).toFloats(), mine.uniform(shape, 3, 3).toFloats());
      assertArrayEquals(
          theirs.dropoutMask(shape, 0.3f).toFloats(), mine.dropoutMask(shape, 0.3f).toFloats());
      assertArrayEquals(theirs.normal(shape).toFloats(), mine.normal(shape).toFloats());
    }
    assertEquals(theirs.position(), mine.position());
  }

  /** Shifted beyond the image either way, flipped or not, a part cut out or none. */
  @Test
  void imagesOutOfBytesHaveTheSameBitsEverywhere() {
    Shape shape = Shape.of(9, 3, 5, 7);
    byte[] pixels = new byte[shape.size()];
    float[] values = new float[3 * ByteImages.TABLE];
    int[] changes = new int[9 * ByteImages.WORDS];
    var philox = new Philox(7, 7);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) philox.bits(i);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = philox.split(1).uniform(i);
    }
    for (int n = 0; n < 9; n++) {
      int[] words = {4 * n - 16, 16 - 4 * n, n / 2 % 2, n / 3, n / 2, n % 4, n % 4 + n % 3};
      System.arraycopy(words, 0, changes, n * words.length, words.length);
    }
    var images = new ByteImages(shape, pixels, values, changes);
    Tensor made = backend().fromBytes(images);
    assertEquals(shape, made.shape());
    assertArrayEquals(images.toFloats(), made.toFloats());
  }

  /** From the host, computed, assigned in part: whatever a backend knows without reading. */
  @Test
  void whetherNumbersAreIndicesIsKnown() {
    Backend backend = backend();
    Tensor index = Tensor.ofInts(backend, Shape.of(4), 2, 0, 1, 2);
    assertTrue(backend.areIndices(index, 3));
    assertFalse(backend.areIndices(index, 2));
    assertTrue(backend.areIndices(index.slice(0, 1, 3), 2));
    assertFalse(backend.areIndices(index.minus(1), 3));
    assertTrue(backend.areIndices(index.plus(1), 4));
    Tensor largest = Tensor.of(backend, Shape.of(2, 3), 1, 5, 3, 9, 0, 2).argmax(1);
    assertTrue(backend.areIndices(largest, 2));
    index.slice(0, 0, 1).assign(Tensor.ofInts(backend, Shape.of(1), 7));
    assertFalse(backend.areIndices(index, 3));
    backend.split(Tensor.ofInts(backend, Shape.of(4), 1, 1, -1, 1), List.of(index));
    assertFalse(backend.areIndices(index, 8));
    assertTrue(backend.areIndices(Tensor.ofInts(backend, Shape.of(0)), 0));
  }

  @Test
  void assigningAViewOfItselfMovesTheOldValues() {
    Tensor x = Tensor.of(backend(), Shape.of(2, 2), 1, 2, 3, 4);
    x.assign(x.transpose());
    assertArrayEquals(new float[] {1, 3, 2, 4}, x.toFloats());
  }
}
