package dev.hone.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.conformance.OpCase;
import dev.hone.tensor.conformance.OpCases;
import dev.hone.tensor.conformance.Tolerance;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SelfTestTest {
  private static OpCase row(String variant, UnaryOperator<Tensor> op) {
    return new OpCase(
        "op",
        variant,
        OpCases.of("softmax").getLast().inputs(),
        Tolerance.EXACT,
        operands -> List.of(op.apply(operands.getFirst())));
  }

  @Test
  void whatIsWrongUnsupportedOrRaisedIsCountedAndNamed() {
    Backend cpu = CpuBackendProvider.withThreads(1);
    List<OpCase> rows =
        List.of(
            row("right", x -> x.plus(1)),
            row("wrong", x -> x.plus(x.backend() == cpu ? 2 : 1)),
            row(
                "absent",
                x -> {
                  if (x.backend() == cpu) {
                    throw new UnsupportedOperationException("not on this device");
                  }
                  return x;
                }),
            row("raising", x -> x.backend() == cpu ? x.slice(0, 0, 99) : x));
    SelfTest.Part part = SelfTest.op("op", rows, cpu);
    assertEquals(1, part.passed(), part::toString);
    assertEquals(2, part.failures().size(), part::toString);
    assertTrue(part.failures().get(0).startsWith("op wrong "), part::toString);
    assertTrue(part.failures().get(0).contains("elements are off"), part::toString);
    assertTrue(part.failures().get(1).startsWith("op raising "), part::toString);
    assertEquals(1, part.unsupported().size(), part::toString);
    assertTrue(part.unsupported().getFirst().endsWith(": not on this device"), part::toString);
  }

  @Test
  void theCpuAgreesWithTheOracle() {
    var heard = new ArrayList<SelfTest.Part>();
    List<SelfTest.Part> parts =
        SelfTest.of(
            CpuBackendProvider.withThreads(2),
            name -> name.equals("clamp") || name.equals("forward"),
            heard::add);
    assertEquals(heard, parts);
    assertEquals(List.of("clamp", "forward"), parts.stream().map(SelfTest.Part::name).toList());
    parts.forEach(part -> assertEquals(List.of(), part.failures()));
    assertTrue(parts.get(1).apart() > 0, "float32 against double differs a little");
    assertTrue(SelfTest.names().contains("training step"));
  }
}
