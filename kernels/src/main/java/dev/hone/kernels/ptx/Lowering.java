package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Turns a verified entry into what the engines run. */
final class Lowering {
  private final PtxEntry.Body body;
  private final List<Cell> cells = new ArrayList<>();
  private final Map<Object, Integer> constants = new HashMap<>();
  private List<Micro> micros = new ArrayList<>();

  /** A constant of a bank: one cell for all its uses. */
  private record Key(Bank bank, int bits, Cell.Content content) {}

  Lowering(PtxEntry.Body body) {
    this.body = body;
    for (Register r : body.registers()) {
      cells.add(
          new Cell(r.index(), r.type().bank(), r.type().bits(), new Cell.Content.Declared(r)));
    }
  }

  Program program() {
    var code = new ArrayList<Program.Code>();
    for (Instruction i : body.instructions()) {
      micros = new ArrayList<>();
      instruction(i);
      code.add(code(i));
    }
    return new Program(body, List.copyOf(cells), List.copyOf(code));
  }

  private Program.Code code(Instruction i) {
    var reads = new ArrayList<Integer>();
    if (i.guard() != null) {
      reads.add(i.guard().index());
    }
    for (Operand o : Definedness.reads(i)) {
      Register r = Verifier.registerOf(o);
      if (r != null && !reads.contains(r.index())) {
        reads.add(r.index());
      }
    }
    boolean divides = (i.opcode() == Opcode.DIV || i.opcode() == Opcode.REM) && !i.type().isFloat();
    return new Program.Code(
        i,
        i.guard() == null ? -1 : i.guard().index(),
        i.negated(),
        List.copyOf(micros),
        List.copyOf(reads),
        Definedness.written(i).stream().map(Register::index).toList(),
        divides ? source(i, 2, i.type()) : -1,
        i.form().flops());
  }

  // ---- Cells -----------------------------------------------------------------------------------

  private int add(Bank bank, int bits, Cell.Content content) {
    cells.add(new Cell(cells.size(), bank, bits, content));
    return cells.size() - 1;
  }

  private int shared(Bank bank, int bits, Cell.Content content) {
    return constants.computeIfAbsent(new Key(bank, bits, content), k -> add(bank, bits, content));
  }

  private int temporary(Bank bank) {
    return add(
        bank, bank == Bank.LONG || bank == Bank.DOUBLE ? 64 : 32, new Cell.Content.Temporary());
  }

  private int constant(Bank bank, long bits) {
    return shared(bank, 0, new Cell.Content.Constant(bits));
  }

  private int source(Instruction i, int n, PtxType type) {
    return source(i.operands().get(n), type);
  }

  /** The cell that an operand is read from. */
  private int source(Operand o, PtxType type) {
    if (o instanceof Operand.Reg r) {
      return r.register().index();
    }
    if (o instanceof Operand.Negated n) {
      int t = temporary(Bank.PREDICATE);
      scalar("notPred", t, n.register().index());
      return t;
    }
    if (o instanceof Operand.Special s) {
      return shared(Bank.INT, 32, new Cell.Content.Place(s.register()));
    }
    if (o instanceof Operand.Symbol s) {
      return constant(type.bank(), address(s.variable()));
    }
    return constant(type.bank(), Literal.bits(body.source(), type, o));
  }

  private int address(Variable v) {
    return v.dynamic() ? Program.dynamicSharedOffset(body) : v.offset();
  }

  private static int destination(Operand o) {
    return o instanceof Operand.Reg r ? r.register().index() : -1;
  }

  private int destination(Instruction i) {
    return destination(i.operands().getFirst());
  }

  private void scalar(String name, int d, Integer... sources) {
    micros.add(new Micro.Scalar(Semantic.named(name), d, List.of(sources)));
  }

  /** Emits into a temporary of the result's bank. */
  private int value(String name, Integer... sources) {
    int t = temporary(Semantic.named(name).result());
    scalar(name, t, sources);
    return t;
  }

  // ---- Names -----------------------------------------------------------------------------------

  static String signless(PtxType type) {
    return type == PtxType.PRED ? "Pred" : (type.isFloat() ? "F" : "I") + type.bits();
  }

  static String signed(PtxType type) {
    return type.isFloat() ? "F" + type.bits() : (type.isSigned() ? "S" : "U") + type.bits();
  }

  private static String capital(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  // ---- Instructions ----------------------------------------------------------------------------

  private void instruction(Instruction i) {
    PtxType t = i.type();
    String name = i.opcode().text();
    switch (i.opcode()) {
      case ADD, SUB ->
          arithmetic(i, t.isInteger() && i.has("sat") ? name + "SatS32" : name + signless(t));
      case MUL -> arithmetic(i, "mul" + product(i));
      case MAD -> multiplyAdd(i);
      case FMA -> arithmetic(i, "fma" + signless(t));
      case DIV -> arithmetic(i, t.isFloat() ? approximate(i) : name + signed(t));
      case REM, ABS, NEG, MIN, MAX, SAD, BFE, COPYSIGN -> arithmetic(i, name + signed(t));
      case SQRT, RSQRT, RCP, EX2, LG2, SIN, COS, TANH -> arithmetic(i, approximate(i));
      case AND, OR, XOR, NOT, CNOT, SHL, BFI, BREV, POPC, CLZ, PRMT, LOP3, SELP ->
          arithmetic(i, name + signless(t));
      case SHR -> arithmetic(i, name + signed(t));
      case SHF ->
          arithmetic(
              i, "shf" + (i.has("l") ? "L" : "R") + (i.has("wrap") ? "Wrap" : "Clamp") + "I32");
      case BFIND -> arithmetic(i, name + (i.has("shiftamt") ? "Shiftamt" : "") + signed(t));
      case TESTP -> arithmetic(i, "testp" + capital(i.modifiers().getFirst()) + signless(t));
      case SETP -> compareToPredicate(i);
      case SET -> compareToValue(i);
      case SLCT -> selectBySign(i);
      case MOV -> move(i);
      case CVT -> new Conversion(i).lower();
      case CVTA -> arithmetic(i, "movI64");
      case LD, ST, ATOM, RED -> memory(i);
      case SHFL, VOTE, ACTIVEMASK -> exchange(i);
      case BAR, BARRIER, MEMBAR, FENCE, BRA, RET, EXIT, TRAP -> control(i);
    }
  }

  private static String product(Instruction i) {
    PtxType t = i.type();
    if (t.isFloat()) {
      return signless(t);
    }
    return i.has("lo") ? "Lo" + signless(t) : (i.has("hi") ? "Hi" : "Wide") + signed(t);
  }

  private static String approximate(Instruction i) {
    String suffix = i.has("approx") ? "Approx" : i.has("full") ? "Full" : "";
    return i.opcode().text() + suffix + signless(i.type());
  }

  /** One method with the operands as they stand, flushed and saturated where the source says so. */
  private void arithmetic(Instruction i, String name) {
    var sources = new ArrayList<Integer>();
    List<Form.Slot> slots = i.form().operands();
    for (int n = 1; n < slots.size(); n++) {
      PtxType type =
          slots.get(n).isConstant() ? PtxType.B32 : slots.get(n).type(i.type(), i.second());
      sources.add(flushed(i, source(i, n, type), type));
    }
    if (i.has("approx") || i.has("full")) {
      sources.add(shared(Bank.LONG, 64, new Cell.Content.Accuracy()));
    }
    finish(i, name, sources);
  }

  private int flushed(Instruction i, int cell, PtxType type) {
    return i.has("ftz") && type == PtxType.F32 ? value("ftzF32", cell) : cell;
  }

  private void finish(Instruction i, String name, List<Integer> sources) {
    boolean real = i.type() == PtxType.F32;
    boolean flush = real && i.has("ftz");
    boolean saturate = real && i.has("sat");
    Integer[] from = sources.toArray(Integer[]::new);
    if (!flush && !saturate) {
      scalar(name, destination(i), from);
      return;
    }
    int result = value(name, from);
    if (flush) {
      result = value("ftzF32", result);
    }
    scalar(saturate ? "satF32" : "movF32", destination(i), result);
  }

  private void multiplyAdd(Instruction i) {
    PtxType t = i.type();
    if (t.isFloat()) {
      arithmetic(i, "fma" + signless(t));
    } else if ((i.has("lo") && t.bits() >= 32) || (i.has("wide") && t.bits() == 32)) {
      arithmetic(i, "mad" + product(i));
    } else {
      PtxType sum = i.has("wide") ? t.wide() : t;
      int product = value("mul" + product(i), source(i, 1, t), source(i, 2, t));
      scalar("add" + signless(sum), destination(i), product, source(i, 3, sum));
    }
  }

  /** The method for a comparison; for the opposite one the result is negated. */
  private static String comparison(Instruction i, PtxType type) {
    String written = i.modifiers().getFirst();
    String cmp =
        switch (written) {
          case "lo" -> "lt";
          case "ls" -> "le";
          case "hi" -> "gt";
          case "hs" -> "ge";
          default -> written;
        };
    boolean equality = cmp.equals("eq") || cmp.equals("ne");
    return cmp + (equality ? signless(type) : signed(type));
  }

  private void compareToPredicate(Instruction i) {
    PtxType t = i.type();
    int c = value(comparison(i, t), flushed(i, source(i, 1, t), t), flushed(i, source(i, 2, t), t));
    Operand written = i.operands().getFirst();
    Operand first = written instanceof Operand.Pair p ? p.first() : written;
    Operand second = written instanceof Operand.Pair p ? p.second() : new Operand.Sink(i.at());
    int opposite = destination(second) < 0 ? -1 : value("notPred", c);
    if (i.operands().size() == 4) {
      String combine = (i.has("and") ? "and" : i.has("or") ? "or" : "xor") + "Pred";
      int other = source(i, 3, PtxType.PRED);
      c = value(combine, c, other);
      opposite = opposite < 0 ? -1 : value(combine, opposite, other);
    }
    if (destination(first) >= 0) {
      scalar("movPred", destination(first), c);
    }
    if (opposite >= 0) {
      scalar("movPred", destination(second), opposite);
    }
  }

  private void compareToValue(Instruction i) {
    PtxType s = i.second();
    int c = value(comparison(i, s), flushed(i, source(i, 1, s), s), flushed(i, source(i, 2, s), s));
    scalar(i.type() == PtxType.F32 ? "oneF32" : "onesI32", destination(i), c);
  }

  private void selectBySign(Instruction i) {
    PtxType s = i.second();
    int c = value("ge" + signed(s), flushed(i, source(i, 3, s), s), constant(s.bank(), 0));
    scalar(
        "selp" + signless(i.type()),
        destination(i),
        source(i, 1, i.type()),
        source(i, 2, i.type()),
        c);
  }

  private void move(Instruction i) {
    if (i.operands().get(0) instanceof Operand.Vector into) {
      unpack(i, into);
    } else if (i.operands().get(1) instanceof Operand.Vector from) {
      pack(i, from);
    } else {
      scalar("mov" + signless(i.type()), destination(i), source(i, 1, i.type()));
    }
  }

  private void pack(Instruction i, Operand.Vector from) {
    PtxType part = i.type().bits() / from.elements().size() == 32 ? PtxType.B32 : PtxType.B16;
    Integer[] sources = from.elements().stream().map(e -> source(e, part)).toArray(Integer[]::new);
    scalar("pack" + sources.length + signless(i.type()), destination(i), sources);
  }

  private void unpack(Instruction i, Operand.Vector into) {
    int length = into.elements().size();
    List<String> parts =
        i.type().bits() == 32
            ? List.of("low16I32", "high16I32")
            : length == 2
                ? List.of("lowI64", "highI64")
                : List.of("first16I64", "second16I64", "third16I64", "fourth16I64");
    int from = source(i, 1, i.type());
    // The source may be one of the destinations.
    int kept = value("mov" + signless(i.type()), from);
    for (int n = 0; n < length; n++) {
      scalar(parts.get(n), destination(into.elements().get(n)), kept);
    }
  }

  // ---- Conversions -----------------------------------------------------------------------------

  /** One {@code cvt}. */
  private final class Conversion {
    private final Instruction i;
    private final PtxType d;
    private final PtxType s;
    private final Cell into;

    Conversion(Instruction i) {
      this.i = i;
      this.d = i.type();
      this.s = i.second();
      this.into = cells.get(destination(i));
    }

    void lower() {
      int a = flushed(i, source(i, 1, s), s);
      if (d.isInteger()) {
        toRegister(s.isFloat() ? whole(a) : integer(a));
      } else if (s.isInteger()) {
        String from =
            (s == PtxType.U64 ? "FromU64" : "FromLong") + capital(i.modifiers().getFirst());
        scalar(signless(d).toLowerCase(Locale.ROOT) + from, into.index(), toLong(a));
      } else {
        real(a);
      }
    }

    /** As a long of the source's value. */
    private int toLong(int a) {
      boolean wide = cells.get(a).bank() == Bank.LONG;
      if (s.bits() == 64) {
        return a;
      }
      return value((wide ? "long" : "longFrom") + signed(s), a);
    }

    private int integer(int a) {
      int value = toLong(a);
      if (i.has("sat")) {
        boolean unsigned = s == PtxType.U64;
        if (unsigned && d == PtxType.U64) {
          return value;
        }
        return value("sat" + signed(d), unsigned ? value("clipU64", value) : value);
      }
      return d.bits() == 64 ? value : value("long" + signed(d), value);
    }

    private int whole(int a) {
      int wide = s == PtxType.F32 ? value("widenF32", a) : a;
      int rounded = value("round" + capital(rounding()), wide);
      boolean zero = s != PtxType.F64 && d.bits() < 64;
      long nan = zero ? 0 : 1L << (d.bits() - 1);
      int result = value("whole" + signed(d), rounded, constant(Bank.LONG, nan));
      return d.bits() == 64 || zero ? result : value("long" + signed(d), result);
    }

    private String rounding() {
      return i.modifiers().stream()
          .filter(m -> m.length() == 3 && m.startsWith("r") && m.endsWith("i"))
          .findFirst()
          .orElse("");
    }

    private void toRegister(int value) {
      String move =
          into.bank() == Bank.LONG ? "movI64" : into.bits() < 32 ? "low16FromLong" : "intFromLong";
      scalar(move, into.index(), value);
    }

    private void real(int a) {
      if (s == PtxType.F16) {
        scalar("f32FromF16", into.index(), a);
        return;
      }
      int value = a;
      if (!rounding().isEmpty()) {
        int wide = s == PtxType.F32 ? value("widenF32", a) : a;
        int rounded = value("round" + capital(rounding()), wide);
        value = s == PtxType.F32 ? value("f32FromF64Rn", rounded) : rounded;
      }
      if (d == PtxType.F16) {
        scalar("f16FromF32", into.index(), value);
      } else if (s == d) {
        finish(i, "mov" + signless(d), List.of(value));
      } else if (d == PtxType.F64) {
        scalar("widenF32", into.index(), value);
      } else {
        finish(i, "f32FromF64" + capital(i.modifiers().getFirst()), List.of(value));
      }
    }
  }

  // ---- Memory, exchange, control ---------------------------------------------------------------

  private Micro.Address address(Instruction i, Operand o) {
    if (!(o instanceof Operand.Memory m)) {
      throw new IllegalStateException("no address: " + i);
    }
    Space space = Verifier.space(i);
    return switch (m.base()) {
      case Operand.Reg r ->
          new Micro.Address(
              space, r.register().index(), r.register().type().bits() == 64, m.offset());
      case Operand.Symbol s ->
          new Micro.Address(space, -1, false, address(s.variable()) + m.offset());
      case Operand.Parameter p ->
          new Micro.Address(space, -1, false, p.parameter().offset() + m.offset());
      case Operand.Whole w -> new Micro.Address(space, -1, false, w.value() + m.offset());
      case Operand.Negated n -> throw new IllegalStateException("no address: " + n);
      case Operand.Special s -> throw new IllegalStateException("no address: " + s);
      case Operand.Real r -> throw new IllegalStateException("no address: " + r);
      case Operand.Memory n -> throw new IllegalStateException("no address: " + n);
      case Operand.Vector v -> throw new IllegalStateException("no address: " + v);
      case Operand.Pair p -> throw new IllegalStateException("no address: " + p);
      case Operand.Sink s -> throw new IllegalStateException("no address: " + s);
      case Operand.Target t -> throw new IllegalStateException("no address: " + t);
    };
  }

  private List<Integer> elements(Operand o, PtxType type) {
    return o instanceof Operand.Vector v
        ? v.elements().stream().map(e -> source(e, type)).toList()
        : List.of(source(o, type));
  }

  private void memory(Instruction i) {
    List<Operand> o = i.operands();
    PtxType t = i.type();
    if (i.opcode() == Opcode.LD) {
      micros.add(new Micro.Load(t, elements(o.get(0), t), address(i, o.get(1)), i.has("nc")));
    } else if (i.opcode() == Opcode.ST) {
      micros.add(new Micro.Store(t, elements(o.get(1), t), address(i, o.get(0))));
    } else {
      int at = i.opcode() == Opcode.ATOM ? 1 : 0;
      int into = at == 1 ? destination(i) : -1;
      int b = o.size() > at + 2 ? source(i, at + 2, t) : -1;
      String operation = i.modifiers().get(1).toUpperCase(Locale.ROOT);
      micros.add(
          new Micro.Atomic(
              Micro.Operation.valueOf(operation),
              t,
              into,
              address(i, o.get(at)),
              source(i, at + 1, t),
              b));
    }
  }

  private void exchange(Instruction i) {
    String mode = i.modifiers().get(Math.min(1, i.modifiers().size() - 1)).toUpperCase(Locale.ROOT);
    if (i.opcode() == Opcode.ACTIVEMASK) {
      micros.add(new Micro.ActiveMask(destination(i)));
    } else if (i.opcode() == Opcode.VOTE) {
      micros.add(
          new Micro.Vote(
              Micro.VoteMode.valueOf(mode),
              destination(i),
              source(i, 1, PtxType.PRED),
              source(i, 2, PtxType.U32)));
    } else {
      Operand written = i.operands().getFirst();
      Operand first = written instanceof Operand.Pair p ? p.first() : written;
      int predicate = written instanceof Operand.Pair p ? destination(p.second()) : -1;
      micros.add(
          new Micro.Shuffle(
              Micro.ShuffleMode.valueOf(mode),
              destination(first),
              predicate,
              source(i, 1, PtxType.B32),
              source(i, 2, PtxType.U32),
              source(i, 3, PtxType.U32),
              source(i, 4, PtxType.U32)));
    }
  }

  private void control(Instruction i) {
    switch (i.opcode()) {
      case BRA -> micros.add(new Micro.Branch(i.target()));
      case RET, EXIT -> micros.add(new Micro.Exit(false));
      case TRAP -> micros.add(new Micro.Exit(true));
      case MEMBAR, FENCE -> micros.add(new Micro.Fence());
      default -> {
        if (i.has("warp")) {
          micros.add(new Micro.WarpBarrier(source(i, 0, PtxType.U32)));
        } else {
          micros.add(new Micro.Barrier((int) ((Operand.Whole) i.operands().getFirst()).value()));
        }
      }
    }
  }
}
