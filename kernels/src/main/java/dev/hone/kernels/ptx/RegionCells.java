package dev.hone.kernels.ptx;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.Map;

/** The cells of a program as a region's method has them: registers in locals, the rest by need. */
final class RegionCells {
  private final Program program;
  private final CodeBuilder code;
  private final Map<Integer, Integer> locals = new HashMap<>();

  RegionCells(Program program, CodeBuilder code) {
    this.program = program;
    this.code = code;
  }

  Cell cell(int c) {
    return program.cells().get(c);
  }

  /** The local that a cell lives in. */
  int local(int c) {
    return locals.computeIfAbsent(c, n -> code.allocateLocal(cell(n).bank().kind()));
  }

  /** Pushes 0. */
  void zero(Bank bank) {
    switch (bank) {
      case INT, PREDICATE -> code.iconst_0();
      case LONG -> code.lconst_0();
      case FLOAT -> code.fconst_0();
      case DOUBLE -> code.dconst_0();
    }
  }

  /** The array of the frame that holds a bank. */
  static String field(Bank bank) {
    return switch (bank) {
      case INT -> "ints";
      case LONG -> "longs";
      case FLOAT -> "floats";
      case DOUBLE -> "doubles";
      case PREDICATE -> "predicates";
    };
  }

  /** Pushes what the frame holds. */
  void fromFrame(Cell c) {
    code.aload(Translator.FRAME_LOCAL)
        .getfield(Translator.FRAME, field(c.bank()), c.bank().carrier().arrayType())
        .loadConstant(c.index())
        .arrayLoad(c.bank().kind());
  }

  /** Pushes a cell's value. */
  void push(int index) {
    Cell c = cell(index);
    switch (c.content()) {
      case Cell.Content.Declared d -> code.loadLocal(c.bank().kind(), local(index));
      case Cell.Content.Temporary t -> code.loadLocal(c.bank().kind(), local(index));
      case Cell.Content.Place p -> fromFrame(c);
      case Cell.Content.Accuracy a ->
          code.aload(Translator.FRAME_LOCAL).getfield(Translator.FRAME, "accuracy", CD_long);
      case Cell.Content.Constant k -> {
        switch (c.bank()) {
          case INT, PREDICATE -> code.loadConstant((int) k.bits());
          case LONG -> code.loadConstant(k.bits());
          case FLOAT -> real(Float.intBitsToFloat((int) k.bits()), (int) k.bits());
          case DOUBLE ->
              code.loadConstant(k.bits())
                  .invokestatic(
                      ClassDesc.of("java.lang.Double"),
                      "longBitsToDouble",
                      MethodTypeDesc.of(CD_double, CD_long));
        }
      }
    }
  }

  /** NaNs keep their bits only as integers. */
  private void real(float value, int bits) {
    if (Float.isNaN(value)) {
      code.loadConstant(bits);
      Reinterpretation.emit(code, Bank.INT, Bank.FLOAT);
    } else {
      code.loadConstant(value);
    }
  }

  /** Pushes a cell's value, or its bits as another bank's. */
  void pushAs(int index, Bank bank) {
    push(index);
    Reinterpretation.emit(code, cell(index).bank(), bank);
  }

  /** Pops into a cell. */
  void pop(int index) {
    code.storeLocal(cell(index).bank().kind(), local(index));
  }

  /** Pushes a cell as the int or long of its bits that is stored. */
  void bits(int index, boolean wide) {
    Bank bank = cell(index).bank();
    push(index);
    if (bank == Bank.FLOAT) {
      Reinterpretation.emit(code, bank, Bank.INT);
    } else if (bank == Bank.DOUBLE) {
      Reinterpretation.emit(code, bank, Bank.LONG);
    }
    boolean isLong = bank == Bank.LONG || bank == Bank.DOUBLE;
    if (wide && !isLong) {
      code.i2l();
    } else if (!wide && isLong) {
      code.l2i();
    }
  }
}
