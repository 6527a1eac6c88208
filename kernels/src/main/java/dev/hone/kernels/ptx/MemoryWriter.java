package dev.hone.kernels.ptx;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes loads, stores and atomics of a region's method: into arrays of words, by byte addresses.
 */
final class MemoryWriter {
  private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
  private static final ClassDesc WORDS = CD_int.arrayType();

  private final RegionCells cells;
  private final CodeBuilder code;
  private final int words;
  private final int index;
  private final int address;

  MemoryWriter(RegionCells cells, CodeBuilder code) {
    this.cells = cells;
    this.code = code;
    this.words = code.allocateLocal(TypeKind.REFERENCE);
    this.index = code.allocateLocal(TypeKind.INT);
    this.address = code.allocateLocal(TypeKind.LONG);
  }

  private static String array(Space space) {
    return switch (space) {
      case GLOBAL -> "heap";
      case SHARED -> "shared";
      case CONST -> "constants";
      case PARAM -> "parameters";
    };
  }

  /**
   * Into {@code words} the array, into {@code index} the byte offset, rotated into the index of a
   * word where {@code whole}: what is no multiple of 4 becomes too large for any array.
   */
  private void locate(Micro.Address a, boolean whole) {
    if (a.space() == Space.GLOBAL) {
      cells.push(a.base());
      if (a.offset() != 0) {
        code.loadConstant(a.offset()).ladd();
      }
      code.lstore(address);
      code.aload(Translator.FRAME_LOCAL)
          .getfield(Translator.FRAME, "heap", WORDS.arrayType())
          .lload(address)
          .loadConstant(DeviceMemory.ID_SHIFT)
          .lushr()
          .l2i()
          .aaload()
          .astore(words);
      code.lload(address).l2i();
    } else {
      code.aload(Translator.FRAME_LOCAL)
          .getfield(Translator.FRAME, array(a.space()), WORDS)
          .astore(words);
      if (a.base() < 0) {
        code.loadConstant((int) a.offset());
      } else {
        cells.push(a.base());
        if (a.wide()) {
          code.l2i();
        }
        if (a.offset() != 0) {
          code.loadConstant((int) a.offset()).iadd();
        }
      }
    }
    if (whole) {
      code.iconst_2()
          .invokestatic(INTEGER, "rotateRight", MethodTypeDesc.of(CD_int, CD_int, CD_int));
    }
    code.istore(index);
  }

  private void at(int plus) {
    code.aload(words).iload(index);
    if (plus != 0) {
      code.loadConstant(plus).iadd();
    }
  }

  void load(Micro.Load l) {
    int size = l.type().bytes();
    locate(l.address(), size >= 4);
    for (int k = 0; k < l.into().size(); k++) {
      Cell into = cells.cell(l.into().get(k));
      at(size >= 4 ? k * size / 4 : k * size);
      switch (size) {
        case 4 -> code.iaload();
        case 8 -> call("load64", MethodTypeDesc.of(CD_long, WORDS, CD_int));
        case 2 -> call("load16", MethodTypeDesc.of(CD_int, WORDS, CD_int));
        default -> call("load8", MethodTypeDesc.of(CD_int, WORDS, CD_int));
      }
      if (size == 8) {
        Reinterpretation.emit(code, Bank.LONG, into.bank());
      } else if (size == 4 && into.bank() != Bank.LONG) {
        Reinterpretation.emit(code, Bank.INT, into.bank());
      } else {
        code.i2l()
            .loadConstant(l.type().ordinal())
            .invokestatic(
                TranslatedMemory.DESC, "extended", MethodTypeDesc.of(CD_long, CD_long, CD_int));
        if (into.bank() == Bank.INT) {
          code.l2i();
        }
      }
      cells.pop(into.index());
    }
  }

  private void call(String name, MethodTypeDesc type) {
    code.invokestatic(TranslatedMemory.DESC, name, type);
  }

  void store(Micro.Store s) {
    int size = s.type().bytes();
    locate(s.address(), size >= 4);
    for (int k = 0; k < s.from().size(); k++) {
      at(size >= 4 ? k * size / 4 : k * size);
      cells.bits(s.from().get(k), size == 8);
      switch (size) {
        case 4 -> code.iastore();
        case 8 -> call("store64", MethodTypeDesc.of(CD_void, WORDS, CD_int, CD_long));
        case 2 -> call("store16", MethodTypeDesc.of(CD_void, WORDS, CD_int, CD_int));
        default -> call("store8", MethodTypeDesc.of(CD_void, WORDS, CD_int, CD_int));
      }
    }
  }

  void atomic(Micro.Atomic a) {
    locate(a.address(), true);
    at(0);
    code.loadConstant(a.operation().ordinal()).loadConstant(a.type().ordinal());
    cells.bits(a.a(), true);
    if (a.b() < 0) {
      code.lconst_0();
    } else {
      cells.bits(a.b(), true);
    }
    call("atomic", MethodTypeDesc.of(CD_long, WORDS, CD_int, CD_int, CD_int, CD_long, CD_long));
    if (a.into() < 0) {
      code.pop2();
      return;
    }
    Cell into = cells.cell(a.into());
    switch (into.bank()) {
      case INT -> code.l2i();
      case FLOAT -> {
        code.l2i();
        Reinterpretation.emit(code, Bank.INT, Bank.FLOAT);
      }
      case LONG -> {}
      case DOUBLE -> Reinterpretation.emit(code, Bank.LONG, Bank.DOUBLE);
      case PREDICATE -> throw new IllegalStateException("a predicate takes no memory's value");
    }
    cells.pop(a.into());
  }
}
