package dev.hone.tensor.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Reduction;
import dev.hone.tensor.backend.Unary;
import dev.hone.tensor.reference.ReferenceBackend;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OpCasesTest {
  /** Methods that compute nothing: every row goes through them, or a test of their own does. */
  private static final Set<String> TRANSFERS =
      Set.of(
          "name",
          "allocate",
          "fromDoubles",
          "fromFloats",
          "fromInts",
          "fromBytes",
          "read",
          "forParts",
          "uniform",
          "normal",
          "dropoutMask",
          "areIndices",
          "strides",
          "repeat",
          "synchronize");

  @Test
  void everyComputingMethodOfABackendHasRowsAndEveryRowAMethod() {
    Set<String> methods =
        Arrays.stream(Backend.class.getDeclaredMethods())
            .filter(m -> !m.isSynthetic())
            .map(Method::getName)
            .filter(name -> !TRANSFERS.contains(name))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> ops =
        OpCases.all().stream().map(OpCase::op).collect(Collectors.toCollection(TreeSet::new));
    assertEquals(methods, ops);
    assertTrue(methods.size() > 20, () -> "only " + methods);
  }

  @Test
  void everyFunctionHasRows() {
    Stream.of(Unary.values()).forEach(f -> assertHasRows("unary", f.label()));
    Stream.of(Binary.values()).forEach(f -> assertHasRows("binary", f.label()));
    Stream.of(Reduction.values()).forEach(f -> assertHasRows("reduce", f.label() + " over"));
  }

  private static void assertHasRows(String op, String variant) {
    long rows = OpCases.of(op).stream().filter(row -> row.variant().startsWith(variant)).count();
    assertTrue(rows >= 10, () -> op + " " + variant + " has only " + rows + " rows");
  }

  @Test
  void noTwoRowsAreTheSame() {
    var seen = new HashSet<String>();
    for (OpCase row : OpCases.all()) {
      assertTrue(seen.add(row.toString()), () -> "twice in the table: " + row);
    }
  }

  @Test
  void inputsAreTheSameNumbersInEveryArrangementOnEveryBackend() {
    for (OpCase row : OpCases.all()) {
      List<Tensor> once = row.inputsOn(ReferenceBackend.float32());
      List<Tensor> again = row.inputsOn(ReferenceBackend.float64());
      for (int i = 0; i < once.size(); i++) {
        assertEquals(row.inputs().get(i).shape(), once.get(i).shape(), row::toString);
        assertArrayEquals(once.get(i).toDoubles(), again.get(i).toDoubles(), row::toString);
      }
    }
  }

  @Test
  void aSlicedInputLiesAmongNaNsAndAnExpandedOneHasStrideZero() {
    Input input = Input.of(Values.POSITIVE, 3, 4);
    var philox = new dev.hone.tensor.Philox(1, 0);
    Tensor sliced = input.as(Arrangement.SLICED).on(ReferenceBackend.float64(), philox);
    var layout = (dev.hone.tensor.Layout.Strided) sliced.layout();
    assertArrayEquals(new int[] {18, 2}, layout.strides());
    assertEquals(10, layout.offset());
    Tensor expanded = input.as(Arrangement.EXPANDED).on(ReferenceBackend.float64(), philox);
    assertEquals(0, ((dev.hone.tensor.Layout.Strided) expanded.layout()).stride(0));
    Tensor permuted = input.as(Arrangement.PERMUTED).on(ReferenceBackend.float64(), philox);
    assertFalse(((dev.hone.tensor.Layout.Strided) permuted.layout()).isContiguous());
    Tensor plain = input.on(ReferenceBackend.float64(), philox);
    assertArrayEquals(plain.toDoubles(), sliced.toDoubles());
    assertArrayEquals(plain.toDoubles(), permuted.toDoubles());
  }

  @Test
  void tolerancesTellRightFromWrong() {
    float one = 1;
    float next = Math.nextUp(one);
    assertTrue(Tolerance.EXACT.accepts(0.0, -0.0, 0, 0));
    assertTrue(Tolerance.EXACT.accepts(Double.NaN, Double.NaN, 0, 0));
    assertFalse(Tolerance.EXACT.accepts(one, next, 9, 9));
    assertFalse(Tolerance.EXACT.accepts(Double.NaN, 0, 9, 9));
    assertFalse(Tolerance.SAME_BITS.accepts(0.0, -0.0, 9, 9));
    assertTrue(new Tolerance.Ulps(1).accepts(one, next, 0, 0));
    assertFalse(new Tolerance.Ulps(1).accepts(one, Math.nextUp(next), 9, 9));
    assertTrue(new Tolerance.Ulps(1).accepts(1e39, Double.POSITIVE_INFINITY, 0, 0));
    assertFalse(new Tolerance.Ulps(1e9).accepts(1e39, 1, 9, 9));
    assertFalse(new Tolerance.Ulps(1e9).accepts(1, Double.NaN, 9, 9));
    assertTrue(new Tolerance.OfTerms(1).accepts(0, 5 * Tolerance.U, 1, 0));
    assertFalse(new Tolerance.OfTerms(1).accepts(0, 7 * Tolerance.U, 1, 9));
    assertTrue(new Tolerance.OfLargest(2).accepts(0, 9 * Tolerance.U, 0, 5));
    assertFalse(new Tolerance.OfLargest(2).accepts(0, 11 * Tolerance.U, 9, 5));
  }

  @Test
  void theCheckSeesWrongNumbersModifiedOperandsAndAliases() {
    Backend backend = ReferenceBackend.float32();
    var input = List.of(Input.general(5));
    var aliasing = new OpCase("x", "", input, Tolerance.EXACT, x -> List.of(x.getFirst()));
    assertProblem(aliasing, backend, "outlived");
    var escaping = new OpCase("x", "", input, Tolerance.EXACT, x -> List.of(x.getFirst().keep()));
    assertProblem(escaping, backend, "not in its operands' arena");
    var modifying =
        new OpCase(
            "x",
            "",
            input,
            Tolerance.EXACT,
            x -> {
              Tensor y = x.getFirst().plus(1);
              x.getFirst().assign(y);
              return List.of(y);
            });
    assertProblem(modifying, backend, "operand 0 was modified");
    var differing =
        new OpCase(
            "x",
            "",
            input,
            Tolerance.EXACT,
            x -> List.of(x.getFirst().plus(x.getFirst().backend() == backend ? 1e-6 : 0)));
    assertProblem(differing, backend, "elements are off");
    var miscast =
        new OpCase(
            "x",
            "",
            input,
            Tolerance.EXACT,
            x ->
                List.of(
                    x.getFirst().backend() == backend
                        ? x.getFirst().cast(DType.INT32)
                        : x.getFirst().plus(0)));
    assertProblem(miscast, backend, "INT32 [5] instead of FLOAT32 [5]");
  }

  private static void assertProblem(OpCase row, Backend backend, String expected) {
    List<String> problems = Check.problems(row, backend);
    assertTrue(problems.stream().anyMatch(p -> p.contains(expected)), problems::toString);
  }
}
