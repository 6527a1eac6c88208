package dev.hone.kernels.ptx;

import java.util.List;

/** What an instruction works on. */
sealed interface Operand {
  Position at();

  /** A declared register. */
  record Reg(Register register, Position at) implements Operand {
    @Override
    public String toString() {
      return register.name();
    }
  }

  /** A predicate read as its opposite, {@code !%p}. */
  record Negated(Register register, Position at) implements Operand {
    @Override
    public String toString() {
      return "!" + register.name();
    }
  }

  /** {@code %tid.x} and its like. */
  record Special(SpecialRegister register, Position at) implements Operand {
    @Override
    public String toString() {
      return register.text();
    }
  }

  /** An integer constant. */
  record Whole(long value, Position at) implements Operand {
    @Override
    public String toString() {
      return String.valueOf(value);
    }
  }

  /** A floating-point constant; {@code exactBits} is 32 for 0f, 64 for 0d, 0 for a decimal. */
  record Real(double value, long bits, int exactBits, Position at) implements Operand {
    @Override
    public String toString() {
      return String.valueOf(value);
    }
  }

  /** The address of a variable. */
  record Symbol(Variable variable, Position at) implements Operand {
    @Override
    public String toString() {
      return variable.name();
    }
  }

  /** {@code [base + offset]}; the base is a register, a variable, a parameter or a constant. */
  record Memory(Operand base, long offset, Position at) implements Operand {
    @Override
    public String toString() {
      return "[" + base + (offset == 0 ? "" : "+" + offset) + "]";
    }
  }

  /** A parameter's place, inside brackets only. */
  record Parameter(PtxParameter parameter, Position at) implements Operand {
    @Override
    public String toString() {
      return parameter.name();
    }
  }

  /** {@code {a, b, ...}}. */
  record Vector(List<Operand> elements, Position at) implements Operand {
    @Override
    public String toString() {
      return elements.toString();
    }
  }

  /** {@code d|p}: a result with a second one. */
  record Pair(Operand first, Operand second, Position at) implements Operand {
    @Override
    public String toString() {
      return first + "|" + second;
    }
  }

  /** {@code _}: a result that nobody wants. */
  record Sink(Position at) implements Operand {
    @Override
    public String toString() {
      return "_";
    }
  }

  /** Where a branch goes. */
  record Target(String label, Position at) implements Operand {
    @Override
    public String toString() {
      return label;
    }
  }
}
