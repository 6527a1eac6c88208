package dev.hone.kernels.ptx;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the method of one region: registers become locals, control flow becomes jumps. */
final class RegionWriter {
  private static final ClassDesc MEMORY =
      ClassDesc.ofDescriptor(TranslatedMemory.class.descriptorString());
  private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  private static final ClassDesc FAILURE = ClassDesc.of("java.lang.RuntimeException");
  private static final ClassDesc WORDS = CD_int.arrayType();
  private static final int FRAME = 0;

  private final Program program;
  private final Liveness liveness;
  private final Regions regions;
  private final int region;
  private final CodeBuilder code;
  private final BitSet instructions;
  private final Map<Integer, Label> labels = new HashMap<>();
  private final Map<Integer, Integer> locals = new HashMap<>();
  private final BitSet written = new BitSet();
  private final int fuel;
  private final int words;
  private final int index;
  private final int address;

  RegionWriter(Program program, Liveness liveness, Regions regions, int region, CodeBuilder code) {
    this.program = program;
    this.liveness = liveness;
    this.regions = regions;
    this.region = region;
    this.code = code;
    this.instructions = regions.instructions(region);
    this.fuel = code.allocateLocal(TypeKind.INT);
    this.words = code.allocateLocal(TypeKind.REFERENCE);
    this.index = code.allocateLocal(TypeKind.INT);
    this.address = code.allocateLocal(TypeKind.LONG);
  }

  void write() {
    prologue();
    if (instructions.nextSetBit(0) != regions.start(region)) {
      code.goto_(label(regions.start(region))); // a loop reaches back before the start
    }
    for (int at = instructions.nextSetBit(0); at >= 0; at = instructions.nextSetBit(at + 1)) {
      code.labelBinding(label(at));
      int cut = regions.cutBefore(region, at);
      if (cut >= 0) {
        leave(cut, liveness.before(at));
      } else {
        instruction(program.code().get(at), at);
      }
    }
  }

  private Label label(int at) {
    return labels.computeIfAbsent(at, n -> code.newLabel());
  }

  private Cell cell(int c) {
    return program.cells().get(c);
  }

  // ---- Registers -------------------------------------------------------------------------------

  /** Loads what is live and used; the rest begins as 0 for the JVM's verifier. */
  private void prologue() {
    code.aload(FRAME).getfield(Translator.FRAME, "fuel", CD_int).istore(fuel);
    var used = new BitSet();
    for (int at = instructions.nextSetBit(0); at >= 0; at = instructions.nextSetBit(at + 1)) {
      if (regions.cutBefore(region, at) < 0) {
        Program.Code c = program.code().get(at);
        c.reads().forEach(used::set);
        if (!Regions.isSync(c)) {
          c.writes().forEach(used::set);
          c.writes().forEach(written::set);
        }
      }
    }
    BitSet live = liveness.before(regions.start(region));
    for (int c = used.nextSetBit(0); c >= 0; c = used.nextSetBit(c + 1)) {
      if (live.get(c)) {
        fromFrame(cell(c));
        code.storeLocal(cell(c).bank().kind(), local(c));
      } else {
        zero(cell(c).bank());
        code.storeLocal(cell(c).bank().kind(), local(c));
      }
    }
  }

  private int local(int c) {
    return locals.computeIfAbsent(c, n -> code.allocateLocal(cell(n).bank().kind()));
  }

  private void zero(Bank bank) {
    switch (bank) {
      case INT, PREDICATE -> code.iconst_0();
      case LONG -> code.lconst_0();
      case FLOAT -> code.fconst_0();
      case DOUBLE -> code.dconst_0();
    }
  }

  private static String field(Bank bank) {
    return switch (bank) {
      case INT -> "ints";
      case LONG -> "longs";
      case FLOAT -> "floats";
      case DOUBLE -> "doubles";
      case PREDICATE -> "predicates";
    };
  }

  private void fromFrame(Cell c) {
    code.aload(FRAME)
        .getfield(Translator.FRAME, field(c.bank()), c.bank().carrier().arrayType())
        .loadConstant(c.index())
        .arrayLoad(c.bank().kind());
  }

  /** Pushes a cell's value. */
  private void push(int index) {
    Cell c = cell(index);
    switch (c.content()) {
      case Cell.Content.Declared d -> code.loadLocal(c.bank().kind(), local(index));
      case Cell.Content.Temporary t -> code.loadLocal(c.bank().kind(), local(index));
      case Cell.Content.Place p -> fromFrame(c);
      case Cell.Content.Accuracy a ->
          code.aload(FRAME).getfield(Translator.FRAME, "accuracy", CD_long);
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

  private void pushAs(int index, Bank bank) {
    push(index);
    Reinterpretation.emit(code, cell(index).bank(), bank);
  }

  private void pop(int index) {
    code.storeLocal(cell(index).bank().kind(), local(index));
  }

  /** Saves what is wanted later and returns the sync point's number. */
  private void leave(int point, BitSet live) {
    for (int c = live.nextSetBit(0); c >= 0; c = live.nextSetBit(c + 1)) {
      if (written.get(c)) {
        Bank bank = cell(c).bank();
        code.aload(FRAME)
            .getfield(Translator.FRAME, field(bank), bank.carrier().arrayType())
            .loadConstant(c)
            .loadLocal(bank.kind(), local(c))
            .arrayStore(bank.kind());
      }
    }
    code.aload(FRAME).iload(fuel).putfield(Translator.FRAME, "fuel", CD_int);
    code.loadConstant(point).ireturn();
  }

  // ---- Instructions ----------------------------------------------------------------------------

  private void instruction(Program.Code c, int at) {
    if (c.micros().size() == 1 && c.micros().getFirst() instanceof Micro.Branch b) {
      branch(c, b, at);
      return;
    }
    Label skip = code.newLabel();
    if (c.guard() >= 0) {
      push(c.guard());
      if (c.negated()) {
        code.ifne(skip);
      } else {
        code.ifeq(skip);
      }
    }
    if (Regions.isSync(c)) {
      BitSet wanted = (BitSet) liveness.before(Math.min(at + 1, program.code().size())).clone();
      c.writes().forEach(wanted::clear);
      c.reads().forEach(wanted::set);
      leave(regions.syncPoint(at), wanted);
    } else {
      c.micros().forEach(this::micro);
    }
    code.labelBinding(skip);
  }

  private void branch(Program.Code c, Micro.Branch b, int at) {
    Label past = code.newLabel();
    if (c.guard() >= 0) {
      push(c.guard());
      if (c.negated()) {
        code.ifne(past);
      } else {
        code.ifeq(past);
      }
    }
    if (b.target() <= at) {
      Label go = code.newLabel();
      code.iinc(fuel, -1).iload(fuel).ifge(go);
      stop(true);
      code.labelBinding(go);
    }
    code.goto_(label(b.target()));
    code.labelBinding(past);
  }

  private void stop(boolean endless) {
    code.loadConstant(endless ? 1 : 0)
        .invokestatic(MEMORY, "stopped", MethodTypeDesc.of(FAILURE, CD_int))
        .athrow();
  }

  private void micro(Micro m) {
    switch (m) {
      case Micro.Scalar s -> scalar(s);
      case Micro.Load l -> load(l);
      case Micro.Store s -> store(s);
      case Micro.Atomic a -> atomic(a);
      case Micro.Exit e -> {
        if (e.trap()) {
          stop(false);
        } else {
          code.iconst_m1().ireturn();
        }
      }
      case Micro.Fence f -> {}
      case Micro.ActiveMask a ->
          throw new IllegalArgumentException(
              program.name()
                  + ": activemask depends on how lanes are scheduled and cannot be translated; use"
                  + " vote.sync.ballot, or the interpreter");
      case Micro.Branch b -> throw new IllegalStateException("not here: " + b);
      case Micro.Shuffle s -> throw new IllegalStateException("not here: " + s);
      case Micro.Vote v -> throw new IllegalStateException("not here: " + v);
      case Micro.Barrier b -> throw new IllegalStateException("not here: " + b);
      case Micro.WarpBarrier b -> throw new IllegalStateException("not here: " + b);
    }
  }

  private void scalar(Micro.Scalar s) {
    List<Bank> parameters = s.semantic().parameters();
    for (int n = 0; n < parameters.size(); n++) {
      pushAs(s.sources().get(n), parameters.get(n));
    }
    switch (s.semantic().name()) {
      case "addI32" -> code.iadd();
      case "subI32" -> code.isub();
      case "mulLoI32" -> code.imul();
      case "andI32" -> code.iand();
      case "orI32" -> code.ior();
      case "xorI32" -> code.ixor();
      case "addI64" -> code.ladd();
      case "subI64" -> code.lsub();
      case "mulLoI64" -> code.lmul();
      case "addF32" -> code.fadd();
      case "subF32" -> code.fsub();
      case "mulF32" -> code.fmul();
      case "divF32" -> code.fdiv();
      case "fmaF32" ->
          code.invokestatic(MATH, "fma", MethodTypeDesc.of(CD_float, CD_float, CD_float, CD_float));
      case "movI16", "movI32", "movI64", "movF32", "movF64", "movPred" -> {}
      default ->
          code.invokestatic(s.semantic().ownerDesc(), s.semantic().name(), s.semantic().typeDesc());
    }
    Reinterpretation.emit(code, s.semantic().result(), cell(s.d()).bank());
    pop(s.d());
  }

  // ---- Memory ----------------------------------------------------------------------------------

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
      push(a.base());
      if (a.offset() != 0) {
        code.loadConstant(a.offset()).ladd();
      }
      code.lstore(address);
      code.aload(FRAME)
          .getfield(Translator.FRAME, "heap", WORDS.arrayType())
          .lload(address)
          .loadConstant(DeviceMemory.ID_SHIFT)
          .lushr()
          .l2i()
          .aaload()
          .astore(words);
      code.lload(address).l2i();
    } else {
      code.aload(FRAME).getfield(Translator.FRAME, array(a.space()), WORDS).astore(words);
      if (a.base() < 0) {
        code.loadConstant((int) a.offset());
      } else {
        push(a.base());
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

  private void load(Micro.Load l) {
    int size = l.type().bytes();
    locate(l.address(), size >= 4);
    for (int k = 0; k < l.into().size(); k++) {
      Cell into = cell(l.into().get(k));
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
            .invokestatic(MEMORY, "extended", MethodTypeDesc.of(CD_long, CD_long, CD_int));
        if (into.bank() == Bank.INT) {
          code.l2i();
        }
      }
      pop(into.index());
    }
  }

  private void call(String name, MethodTypeDesc type) {
    code.invokestatic(MEMORY, name, type);
  }

  /** Pushes a cell as the int or long of its bits that is stored. */
  private void bits(int index, boolean wide) {
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

  private void store(Micro.Store s) {
    int size = s.type().bytes();
    locate(s.address(), size >= 4);
    for (int k = 0; k < s.from().size(); k++) {
      at(size >= 4 ? k * size / 4 : k * size);
      bits(s.from().get(k), size == 8);
      switch (size) {
        case 4 -> code.iastore();
        case 8 -> call("store64", MethodTypeDesc.of(CD_void, WORDS, CD_int, CD_long));
        case 2 -> call("store16", MethodTypeDesc.of(CD_void, WORDS, CD_int, CD_int));
        default -> call("store8", MethodTypeDesc.of(CD_void, WORDS, CD_int, CD_int));
      }
    }
  }

  private void atomic(Micro.Atomic a) {
    locate(a.address(), true);
    at(0);
    code.loadConstant(a.operation().ordinal()).loadConstant(a.type().ordinal());
    bits(a.a(), true);
    if (a.b() < 0) {
      code.lconst_0();
    } else {
      bits(a.b(), true);
    }
    call("atomic", MethodTypeDesc.of(CD_long, WORDS, CD_int, CD_int, CD_int, CD_long, CD_long));
    if (a.into() < 0) {
      code.pop2();
      return;
    }
    Cell into = cell(a.into());
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
    pop(a.into());
  }
}
