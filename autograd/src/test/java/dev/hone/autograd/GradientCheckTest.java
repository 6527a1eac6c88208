package dev.hone.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.autograd.op.Op;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every op's gradient, in double on the oracle. */
class GradientCheckTest {
  private static final Backend ORACLE = ReferenceBackend.float64();

  static List<OpCases.Case> cases() {
    return OpCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientAgreesWithDifferences(OpCases.Case c) {
    for (long seed = 1; seed <= 2; seed++) {
      GradientCheck.check(c.function(), inputs(c, seed), seed);
    }
  }

  private static List<Tensor> inputs(OpCases.Case c, long seed) {
    return c.inputs().stream().map(i -> i.on(ORACLE, seed + c.inputs().indexOf(i))).toList();
  }

  /** Fails for an op that was added without a case. */
  @Test
  void everyOpHasACase() {
    Set<Class<?>> recorded = new HashSet<>();
    for (OpCases.Case c : cases()) {
      try (var tape = Tape.record()) {
        Variable y = c.function().apply(inputs(c, 1).stream().map(tape::watch).toList());
        assertEquals(tape, y.tape());
        tape.ops().forEach(op -> recorded.add(op.getClass()));
      }
    }
    assertEquals(names(leaves(Op.class)), names(recorded));
  }

  private static Set<Class<?>> leaves(Class<?> sealed) {
    Class<?>[] permitted = sealed.getPermittedSubclasses();
    if (permitted == null) {
      return Set.of(sealed);
    }
    return List.of(permitted).stream().flatMap(c -> leaves(c).stream()).collect(Collectors.toSet());
  }

  private static Set<String> names(Set<Class<?>> classes) {
    return classes.stream().map(Class::getName).collect(Collectors.toCollection(TreeSet::new));
  }
}
