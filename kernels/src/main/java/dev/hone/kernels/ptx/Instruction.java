package dev.hone.kernels.ptx;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One instruction as written, matched with its form in the opcode table.
 *
 * @param guard the predicate of {@code @%p}, null for none
 * @param negated {@code @!%p}
 * @param modifiers what follows the opcode, without the dots, types included
 * @param type the form's type T
 * @param second the form's second type S; T where it has none
 * @param labels where the labels lead, by name
 */
record Instruction(
    @Nullable Register guard,
    boolean negated,
    Form form,
    List<String> modifiers,
    PtxType type,
    PtxType second,
    List<Operand> operands,
    Position at,
    Map<String, Integer> labels) {

  Opcode opcode() {
    return form.opcode();
  }

  boolean has(String modifier) {
    return modifiers.contains(modifier);
  }

  /** As in the source, without operands: {@code add.rn.f32}. */
  String name() {
    return opcode().text() + (modifiers.isEmpty() ? "" : "." + String.join(".", modifiers));
  }

  /** Whether control may go on to the next instruction. */
  boolean continues() {
    return guard != null || !(opcode() == Opcode.BRA || opcode().ends());
  }

  /** Where a branch leads, an index of an instruction; -1 for anything else. */
  int target() {
    return operands.size() == 1 && operands.getFirst() instanceof Operand.Target t
        ? labels.getOrDefault(t.label(), -1)
        : -1;
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    if (guard != null) {
      text.append(negated ? "@!" : "@").append(guard.name()).append(' ');
    }
    text.append(name());
    for (int i = 0; i < operands.size(); i++) {
      text.append(i == 0 ? " " : ", ").append(operands.get(i));
    }
    return text.toString();
  }
}
