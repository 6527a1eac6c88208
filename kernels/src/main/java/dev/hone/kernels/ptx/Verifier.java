package dev.hone.kernels.ptx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks each instruction's operands against its form, and where control goes. */
final class Verifier {
  private static final int BARRIERS = 16;

  /** Bytes that one lane loads or stores at once. */
  private static final int WIDEST = 16;

  private final PtxEntry.Body body;
  private final Source source;

  Verifier(PtxEntry.Body body) {
    this.body = body;
    this.source = body.source();
  }

  void verify() {
    List<Instruction> instructions = body.instructions();
    if (instructions.isEmpty()) {
      throw source.error(new Position(1, 1), "entry " + body.name() + " has no instructions");
    }
    instructions.forEach(this::instruction);
    Instruction last = instructions.getLast();
    if (last.continues()) {
      throw source.error(
          last.at(), "control runs off the end of entry " + body.name() + "; end it with ret");
    }
  }

  private void instruction(Instruction i) {
    List<Form.Slot> slots = i.form().operands();
    if (slots.size() != i.operands().size()) {
      throw source.error(
          i.at(),
          "%s takes %d operands, found %d".formatted(i.name(), slots.size(), i.operands().size()));
    }
    if (i.opcode() == Opcode.CVT && i.has("sat") && neverSaturates(i.type(), i.second())) {
      throw source.error(i.at(), "%s cannot saturate; leave .sat out".formatted(i.name()));
    }
    boolean access = i.opcode() == Opcode.LD || i.opcode() == Opcode.ST;
    if (access && vectorLength(i) * i.type().bytes() > WIDEST) {
      throw source.error(i.at(), "%s: a vector has 16 bytes at most; use .v2".formatted(i.name()));
    }
    for (int n = 0; n < slots.size(); n++) {
      operand(i, slots.get(n), i.operands().get(n), n + 1);
    }
    if ((i.opcode() == Opcode.BAR || i.opcode() == Opcode.BARRIER)
        && i.operands().getFirst() instanceof Operand.Whole w
        && !i.has("warp")
        && (w.value() < 0 || w.value() >= BARRIERS)) {
      throw source.error(w.at(), "barriers are numbered 0 to 15, found " + w.value());
    }
  }

  /** Whether every integer of type {@code s} is one of {@code d}: then .sat is no form of cvt. */
  static boolean neverSaturates(PtxType d, PtxType s) {
    if (!d.isInteger() || !s.isInteger()) {
      return false;
    }
    return d.isSigned() == s.isSigned()
        ? d.bits() >= s.bits()
        : d.isSigned() && d.bits() > s.bits();
  }

  private void operand(Instruction i, Form.Slot slot, Operand o, int number) {
    if (slot.isLabel()) {
      label(i, o);
    } else if (slot.isConstant()) {
      if (!(o instanceof Operand.Whole)) {
        throw source.error(o.at(), "%s: operand %d must be a constant".formatted(i.name(), number));
      }
    } else if (slot.isAddress()) {
      address(i, o);
    } else if (o instanceof Operand.Pair pair) {
      pair(i, slot, pair, number);
    } else if (o instanceof Operand.Vector vector) {
      vector(i, slot, vector, number);
    } else {
      if (i.opcode() != Opcode.MOV && slot.vector() && vectorLength(i) > 1) {
        throw source.error(
            o.at(),
            "%s: expected a vector of %d, as {%%f1, %%f2}".formatted(i.name(), vectorLength(i)));
      }
      scalar(i, slot, slot.type(i.type(), i.second()), o, number);
    }
  }

  private void label(Instruction i, Operand o) {
    String label = ((Operand.Target) o).label();
    int target = i.target();
    if (target < 0) {
      throw source.error(o.at(), "there is no label " + label + " in entry " + body.name());
    }
    if (target >= body.instructions().size()) {
      throw source.error(
          o.at(), "label " + label + " stands where no instruction follows; put a ret there");
    }
  }

  private void pair(Instruction i, Form.Slot slot, Operand.Pair pair, int number) {
    if (slot.second() == null) {
      throw source.error(pair.at(), "%s has one result only".formatted(i.name()));
    }
    scalar(i, slot, slot.type(i.type(), i.second()), pair.first(), number);
    scalar(i, slot, Form.Slot.typeNamed(slot.second()), pair.second(), number);
  }

  private void vector(Instruction i, Form.Slot slot, Operand.Vector vector, int number) {
    int length = vector.elements().size();
    if (!slot.vector()) {
      throw source.error(vector.at(), "%s takes no vector here".formatted(i.name()));
    }
    PtxType type = i.type();
    if (i.opcode() == Opcode.MOV) {
      type = part(i, vector, length);
    } else if (length != vectorLength(i)) {
      throw source.error(
          vector.at(),
          "%s: expected %d elements, found %d".formatted(i.name(), vectorLength(i), length));
    }
    for (Operand element : vector.elements()) {
      scalar(i, slot, type, element, number);
    }
  }

  /** The type of one part of a packed value. */
  private PtxType part(Instruction i, Operand.Vector vector, int length) {
    boolean both = i.operands().stream().allMatch(o -> o instanceof Operand.Vector);
    int bits = i.type().bits() / length;
    PtxType part = PtxType.named("b" + bits);
    if (both || part == null || bits < 16 || length < 2 || i.type().kind() != PtxType.Kind.BITS) {
      throw source.error(
          vector.at(), "mov packs and unpacks .b32 {16, 16} and .b64 {32, 32} or {16, 16, 16, 16}");
    }
    return part;
  }

  static int vectorLength(Instruction i) {
    return i.has("v4") ? 4 : i.has("v2") ? 2 : 1;
  }

  private void scalar(Instruction i, Form.Slot slot, PtxType type, Operand o, int number) {
    switch (o) {
      case Operand.Reg r -> register(i, slot, type, r, number);
      case Operand.Special s -> {
        if (slot.written()) {
          throw source.error(s.at(), s.register().text() + " can only be read");
        }
        if (!type.accepts(PtxType.U32)) {
          throw mismatch(i, s.at(), number, s.register().text(), PtxType.U32, type);
        }
      }
      case Operand.Whole w -> constant(i, slot, type, w);
      case Operand.Real r -> constant(i, slot, type, r);
      case Operand.Negated n -> {
        if (type != PtxType.PRED || slot.written() || i.opcode() == Opcode.MOV) {
          throw source.error(n.at(), "'!' may stand only before a predicate that is read");
        }
        register(i, slot, type, new Operand.Reg(n.register(), n.at()), number);
      }
      case Operand.Symbol s -> symbol(i, type, s);
      case Operand.Sink s -> {
        if (!slot.written() || slot.second() == null) {
          throw source.error(s.at(), "'_' may stand only for one of two results");
        }
      }
      case Operand.Memory m ->
          throw source.error(m.at(), i.name() + " reads registers; load from memory with ld");
      case Operand.Parameter p -> throw source.error(p.at(), "read parameters with ld.param");
      case Operand.Vector v -> throw source.error(v.at(), "vectors do not nest");
      case Operand.Pair p -> throw source.error(p.at(), "'|' may stand only between two results");
      case Operand.Target t -> throw source.error(t.at(), "a label may stand only after bra");
    }
  }

  private void constant(Instruction i, Form.Slot slot, PtxType type, Operand constant) {
    if (slot.written()) {
      throw source.error(constant.at(), i.name() + " cannot write to a constant");
    }
    long unused = Literal.bits(source, type, constant);
  }

  private void symbol(Instruction i, PtxType type, Operand.Symbol s) {
    if (i.opcode() != Opcode.MOV || !type.isInteger() || type.bits() < 32) {
      throw source.error(
          s.at(), "take the address of " + s.variable().name() + " with mov.u32 or mov.u64 first");
    }
  }

  private void register(Instruction i, Form.Slot slot, PtxType type, Operand.Reg r, int number) {
    PtxType declared = r.register().type();
    boolean loose = i.opcode() == Opcode.LD || i.opcode() == Opcode.ST || i.opcode() == Opcode.CVT;
    boolean wider =
        loose && type.isInteger() && declared.isInteger() && declared.bits() >= type.bits();
    if (!wider && !type.accepts(declared)) {
      throw mismatch(i, r.at(), number, r.register().name(), declared, type);
    }
  }

  private PtxException mismatch(
      Instruction i, Position at, int number, String name, PtxType declared, PtxType expected) {
    return source.error(
        at,
        "%s: operand %d, %s, is declared %s, but must be %s%s"
            .formatted(
                i.name(),
                number,
                name,
                declared,
                expected,
                declared.bits() != expected.bits() && expected.isInteger() && declared.isInteger()
                    ? "; widen or narrow it with cvt"
                    : expected.bits() == declared.bits() && expected != PtxType.PRED
                        ? "; reinterpret it with mov.b" + expected.bits()
                        : ""));
  }

  private void address(Instruction i, Operand o) {
    if (!(o instanceof Operand.Memory m)) {
      throw source.error(o.at(), i.name() + ": expected an address in brackets, as [%rd1]");
    }
    Space space = space(i);
    switch (m.base()) {
      case Operand.Reg r -> baseRegister(i, space, r);
      case Operand.Symbol s -> {
        if (s.variable().space() != space) {
          throw source.error(
              s.at(),
              "%s lies in .%s, but %s accesses .%s"
                  .formatted(
                      s.variable().name(), s.variable().space().text(), i.name(), space.text()));
        }
      }
      case Operand.Parameter p -> parameter(i, space, m, p);
      case Operand.Whole w -> {
        if (space == Space.GLOBAL || space == Space.PARAM) {
          throw source.error(w.at(), i.name() + ": a constant is no address there");
        }
      }
      case Operand.Special s -> throw notAnAddress(i, s);
      case Operand.Negated n -> throw notAnAddress(i, n);
      case Operand.Real r -> throw notAnAddress(i, r);
      case Operand.Memory n -> throw notAnAddress(i, n);
      case Operand.Vector v -> throw notAnAddress(i, v);
      case Operand.Pair p -> throw notAnAddress(i, p);
      case Operand.Sink s -> throw notAnAddress(i, s);
      case Operand.Target t -> throw notAnAddress(i, t);
    }
  }

  private PtxException notAnAddress(Instruction i, Operand o) {
    return source.error(o.at(), i.name() + ": " + o + " is no address");
  }

  private void baseRegister(Instruction i, Space space, Operand.Reg r) {
    PtxType type = r.register().type();
    boolean wide = type.isInteger() && type.bits() == 64;
    boolean narrow = type.isInteger() && type.bits() == 32 && space != Space.GLOBAL;
    if (space == Space.PARAM) {
      throw source.error(r.at(), "ld.param takes a parameter's name, as [p_n]");
    }
    if (!wide && !narrow) {
      throw source.error(
          r.at(),
          "%s: %s is declared %s, but an address in .%s is %s"
              .formatted(
                  i.name(),
                  r.register().name(),
                  type,
                  space.text(),
                  space == Space.GLOBAL ? ".u64 or .b64" : "32 or 64 bits wide"));
    }
  }

  private void parameter(Instruction i, Space space, Operand.Memory m, Operand.Parameter p) {
    if (space != Space.PARAM) {
      throw source.error(p.at(), p.parameter().name() + " is a parameter; read it with ld.param");
    }
    if (m.offset() < 0
        || m.offset() + i.type().bytes() > p.parameter().bytes()
        || m.offset() % i.type().bytes() != 0) {
      throw source.error(
          m.at(),
          "%s reads %d bytes at offset %d of %s, which is declared %s and has %d"
              .formatted(
                  i.name(),
                  i.type().bytes(),
                  m.offset(),
                  p.parameter().name(),
                  p.parameter().type(),
                  p.parameter().bytes()));
    }
  }

  /** The state space that an access names. */
  static Space space(Instruction i) {
    return i.has("global")
        ? Space.GLOBAL
        : i.has("shared") ? Space.SHARED : i.has("const") ? Space.CONST : Space.PARAM;
  }

  /** The register that an operand names, null for any other operand. */
  static @Nullable Register registerOf(Operand o) {
    return switch (o) {
      case Operand.Reg r -> r.register();
      case Operand.Negated n -> n.register();
      case Operand.Special s -> null;
      case Operand.Whole w -> null;
      case Operand.Real r -> null;
      case Operand.Symbol s -> null;
      case Operand.Memory m -> registerOf(m.base());
      case Operand.Parameter p -> null;
      case Operand.Vector v -> null;
      case Operand.Pair p -> null;
      case Operand.Sink s -> null;
      case Operand.Target t -> null;
    };
  }
}
