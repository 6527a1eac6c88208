package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds which parameters are addresses: those whose value reaches the base of a global access
 * through moves, {@code cvta} and additions. Order and branches are ignored, so a register used for
 * two purposes may name a parameter too many.
 */
final class Pointers {
  private static final Set<Opcode> PASSES =
      EnumSet.of(Opcode.MOV, Opcode.CVTA, Opcode.ADD, Opcode.SUB, Opcode.MAD, Opcode.LD);

  private final Map<Integer, Set<String>> carried = new HashMap<>();
  private final Set<String> found = new HashSet<>();
  private boolean changed = true;

  private Pointers() {}

  static List<PtxParameter> mark(List<PtxParameter> parameters, List<Instruction> instructions) {
    var pointers = new Pointers();
    while (pointers.changed) {
      pointers.changed = false;
      instructions.forEach(pointers::follow);
    }
    var marked = new ArrayList<PtxParameter>();
    for (PtxParameter p : parameters) {
      boolean pointer = p.pointer() || (p.bytes() == 8 && pointers.found.contains(p.name()));
      marked.add(new PtxParameter(p.name(), p.type(), p.bytes(), p.align(), p.offset(), pointer));
    }
    return List.copyOf(marked);
  }

  private void follow(Instruction i) {
    List<Operand> operands = i.operands();
    if (i.has("global")) {
      for (Operand o : operands) {
        Operand base = o instanceof Operand.Memory m ? m.base() : o;
        if (base instanceof Operand.Reg r && (o != base || i.opcode() == Opcode.CVTA)) {
          found.addAll(carried.getOrDefault(r.register().index(), Set.of()));
        }
      }
    }
    if (PASSES.contains(i.opcode())
        && !operands.isEmpty()
        && operands.getFirst() instanceof Operand.Reg d) {
      Set<String> into = carried.computeIfAbsent(d.register().index(), n -> new HashSet<>());
      for (Operand o : operands.subList(1, operands.size())) {
        if (o instanceof Operand.Reg r) {
          changed |= into.addAll(List.copyOf(carried.getOrDefault(r.register().index(), Set.of())));
        } else if (o instanceof Operand.Memory m && m.base() instanceof Operand.Parameter p) {
          changed |= into.add(p.parameter().name());
        }
      }
    }
  }
}
