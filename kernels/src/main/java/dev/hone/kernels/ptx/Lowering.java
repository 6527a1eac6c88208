package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Turns a verified entry into what the engines run. */
final class Lowering {
  private final PtxEntry.Body body;
  private final MicroCode out;

  Lowering(PtxEntry.Body body) {
    this.body = body;
    this.out = new MicroCode(body);
  }

  Program program() {
    var code = new ArrayList<Program.Code>();
    for (Instruction i : body.instructions()) {
      instruction(i);
      code.add(code(i));
    }
    return new Program(body, out.cells(), List.copyOf(code));
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
        out.take(),
        List.copyOf(reads),
        Definedness.written(i).stream().map(Register::index).toList(),
        divides ? out.source(i, 2, i.type()) : -1,
        i.form().flops());
  }

  // ---- Names -----------------------------------------------------------------------------------

  static String signless(PtxType type) {
    return type == PtxType.PRED ? "Pred" : (type.isFloat() ? "F" : "I") + type.bits();
  }

  static String signed(PtxType type) {
    return type.isFloat() ? "F" + type.bits() : (type.isSigned() ? "S" : "U") + type.bits();
  }

  static String capital(String word) {
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
      case CVT -> new ConversionLowering(out, i).lower();
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
      sources.add(out.flushed(i, out.source(i, n, type), type));
    }
    if (i.has("approx") || i.has("full")) {
      sources.add(out.shared(Bank.LONG, 64, new Cell.Content.Accuracy()));
    }
    out.finish(i, name, sources);
  }

  private void multiplyAdd(Instruction i) {
    PtxType t = i.type();
    if (t.isFloat()) {
      arithmetic(i, "fma" + signless(t));
    } else if ((i.has("lo") && t.bits() >= 32) || (i.has("wide") && t.bits() == 32)) {
      arithmetic(i, "mad" + product(i));
    } else {
      PtxType sum = i.has("wide") ? t.wide() : t;
      int product = out.value("mul" + product(i), out.source(i, 1, t), out.source(i, 2, t));
      out.scalar("add" + signless(sum), MicroCode.destination(i), product, out.source(i, 3, sum));
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
    int c =
        out.value(
            comparison(i, t),
            out.flushed(i, out.source(i, 1, t), t),
            out.flushed(i, out.source(i, 2, t), t));
    Operand written = i.operands().getFirst();
    Operand first = written instanceof Operand.Pair p ? p.first() : written;
    Operand second = written instanceof Operand.Pair p ? p.second() : new Operand.Sink(i.at());
    int opposite = MicroCode.destination(second) < 0 ? -1 : out.value("notPred", c);
    if (i.operands().size() == 4) {
      String combine = (i.has("and") ? "and" : i.has("or") ? "or" : "xor") + "Pred";
      int other = out.source(i, 3, PtxType.PRED);
      c = out.value(combine, c, other);
      opposite = opposite < 0 ? -1 : out.value(combine, opposite, other);
    }
    if (MicroCode.destination(first) >= 0) {
      out.scalar("movPred", MicroCode.destination(first), c);
    }
    if (opposite >= 0) {
      out.scalar("movPred", MicroCode.destination(second), opposite);
    }
  }

  private void compareToValue(Instruction i) {
    PtxType s = i.second();
    int c =
        out.value(
            comparison(i, s),
            out.flushed(i, out.source(i, 1, s), s),
            out.flushed(i, out.source(i, 2, s), s));
    out.scalar(i.type() == PtxType.F32 ? "oneF32" : "onesI32", MicroCode.destination(i), c);
  }

  private void selectBySign(Instruction i) {
    PtxType s = i.second();
    int c =
        out.value(
            "ge" + signed(s), out.flushed(i, out.source(i, 3, s), s), out.constant(s.bank(), 0));
    out.scalar(
        "selp" + signless(i.type()),
        MicroCode.destination(i),
        out.source(i, 1, i.type()),
        out.source(i, 2, i.type()),
        c);
  }

  private void move(Instruction i) {
    if (i.operands().get(0) instanceof Operand.Vector into) {
      unpack(i, into);
    } else if (i.operands().get(1) instanceof Operand.Vector from) {
      pack(i, from);
    } else {
      out.scalar("mov" + signless(i.type()), MicroCode.destination(i), out.source(i, 1, i.type()));
    }
  }

  private void pack(Instruction i, Operand.Vector from) {
    PtxType part = i.type().bits() / from.elements().size() == 32 ? PtxType.B32 : PtxType.B16;
    Integer[] sources =
        from.elements().stream().map(e -> out.source(e, part)).toArray(Integer[]::new);
    out.scalar("pack" + sources.length + signless(i.type()), MicroCode.destination(i), sources);
  }

  private void unpack(Instruction i, Operand.Vector into) {
    int length = into.elements().size();
    List<String> parts =
        i.type().bits() == 32
            ? List.of("low16I32", "high16I32")
            : length == 2
                ? List.of("lowI64", "highI64")
                : List.of("first16I64", "second16I64", "third16I64", "fourth16I64");
    int from = out.source(i, 1, i.type());
    // The source may be one of the destinations.
    int kept = out.value("mov" + signless(i.type()), from);
    for (int n = 0; n < length; n++) {
      out.scalar(parts.get(n), MicroCode.destination(into.elements().get(n)), kept);
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
          new Micro.Address(space, -1, false, out.address(s.variable()) + m.offset());
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
        ? v.elements().stream().map(e -> out.source(e, type)).toList()
        : List.of(out.source(o, type));
  }

  private void memory(Instruction i) {
    List<Operand> o = i.operands();
    PtxType t = i.type();
    if (i.opcode() == Opcode.LD) {
      out.add(new Micro.Load(t, elements(o.get(0), t), address(i, o.get(1)), i.has("nc")));
    } else if (i.opcode() == Opcode.ST) {
      out.add(new Micro.Store(t, elements(o.get(1), t), address(i, o.get(0))));
    } else {
      int at = i.opcode() == Opcode.ATOM ? 1 : 0;
      int into = at == 1 ? MicroCode.destination(i) : -1;
      int b = o.size() > at + 2 ? out.source(i, at + 2, t) : -1;
      String operation = i.modifiers().get(1).toUpperCase(Locale.ROOT);
      out.add(
          new Micro.Atomic(
              Micro.Operation.valueOf(operation),
              t,
              into,
              address(i, o.get(at)),
              out.source(i, at + 1, t),
              b));
    }
  }

  private void exchange(Instruction i) {
    String mode = i.modifiers().get(Math.min(1, i.modifiers().size() - 1)).toUpperCase(Locale.ROOT);
    if (i.opcode() == Opcode.ACTIVEMASK) {
      out.add(new Micro.ActiveMask(MicroCode.destination(i)));
    } else if (i.opcode() == Opcode.VOTE) {
      out.add(
          new Micro.Vote(
              Micro.VoteMode.valueOf(mode),
              MicroCode.destination(i),
              out.source(i, 1, PtxType.PRED),
              out.source(i, 2, PtxType.U32)));
    } else {
      Operand written = i.operands().getFirst();
      Operand first = written instanceof Operand.Pair p ? p.first() : written;
      int predicate = written instanceof Operand.Pair p ? MicroCode.destination(p.second()) : -1;
      out.add(
          new Micro.Shuffle(
              Micro.ShuffleMode.valueOf(mode),
              MicroCode.destination(first),
              predicate,
              out.source(i, 1, PtxType.B32),
              out.source(i, 2, PtxType.U32),
              out.source(i, 3, PtxType.U32),
              out.source(i, 4, PtxType.U32)));
    }
  }

  private void control(Instruction i) {
    switch (i.opcode()) {
      case BRA -> out.add(new Micro.Branch(i.target()));
      case RET, EXIT -> out.add(new Micro.Exit(false));
      case TRAP -> out.add(new Micro.Exit(true));
      case MEMBAR, FENCE -> out.add(new Micro.Fence());
      default -> {
        if (i.has("warp")) {
          out.add(new Micro.WarpBarrier(out.source(i, 0, PtxType.U32)));
        } else {
          out.add(new Micro.Barrier((int) ((Operand.Whole) i.operands().getFirst()).value()));
        }
      }
    }
  }
}
