package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Writes random programs that are right: any two engines must agree on what they give. They compute
 * with forms drawn from the opcode table, branch and loop with lanes on different ways, exchange
 * values by shuffles, votes, shared memory between barriers and atomics, and store all registers.
 */
final class PtxPrograms {
  /** Threads of a block; not whole warps. */
  static final int THREADS = 80;

  static final int INPUTS = 64;

  /** Of each kind of register. */
  private static final int REGISTERS = 4;

  /** 64-bit words that a thread stores. */
  static final int OUTPUTS = 5 * REGISTERS + 1;

  private static final Set<Opcode> STRUCTURAL =
      Set.of(
          Opcode.LD,
          Opcode.ST,
          Opcode.ATOM,
          Opcode.RED,
          Opcode.SHFL,
          Opcode.VOTE,
          Opcode.ACTIVEMASK,
          Opcode.BAR,
          Opcode.BARRIER,
          Opcode.MEMBAR,
          Opcode.FENCE,
          Opcode.BRA,
          Opcode.RET,
          Opcode.EXIT,
          Opcode.TRAP,
          Opcode.CVTA);

  private static final List<Form> FORMS = forms();

  private final Random random;
  private final StringBuilder text = new StringBuilder();
  private int labels;
  private int loops;

  private PtxPrograms(long seed) {
    this.random = new Random(seed);
  }

  private static List<Form> forms() {
    var forms = new ArrayList<Form>();
    for (Opcode o : Opcode.values()) {
      if (!STRUCTURAL.contains(o)) {
        forms.addAll(o.forms());
      }
    }
    return forms;
  }

  /** Parameters: {@code in}, 64 words; {@code out}, OUTPUTS words of each thread; {@code sums}. */
  static String source(long seed) {
    return new PtxPrograms(seed).program();
  }

  private String program() {
    prologue();
    statements(4 + random.nextInt(12), 0, true);
    epilogue();
    return Kernels.HEAD
        + """
        .extern .shared .align 8 .b8 buffer[];
        .const .align 8 .b64 table[8] = {1, -1, 0x8000000000000000, 3, 65535, 0x3F800000, 77, 5};
        .visible .entry k(.param .u64 in, .param .u64 out, .param .u64 sums)
        {
          .reg .pred %p<12>; .reg .b16 %h<8>; .reg .b32 %r<40>; .reg .b64 %rd<16>;
          .reg .f32 %f<8>; .reg .f64 %fd<8>;
        """
        + text
        + "}\n";
  }

  private void line(String format, Object... arguments) {
    text.append("  ").append(format.formatted(arguments)).append('\n');
  }

  /** %r20 to %r39, %rd8 to %rd15, %p8 to %p11 and the like are the program's own. */
  private void prologue() {
    line("ld.param.u64 %%rd8, [in]; ld.param.u64 %%rd9, [out]; ld.param.u64 %%rd10, [sums];");
    line("mov.u32 %%r20, %%tid.x; mov.u32 %%r21, %%ctaid.x; mov.u32 %%r22, %%ntid.x;");
    line("mad.lo.u32 %%r23, %%r21, %%r22, %%r20;");
    line("and.b32 %%r24, %%r23, %d; mul.wide.u32 %%rd11, %%r24, 8;", INPUTS - 1);
    line("add.u64 %%rd11, %%rd8, %%rd11;");
    line("mul.wide.u32 %%rd12, %%r23, %d; add.u64 %%rd12, %%rd9, %%rd12;", 8 * OUTPUTS);
    line("mov.u32 %%r25, buffer; shl.b32 %%r26, %%r20, 3; add.u32 %%r26, %%r26, %%r25;");
    line("ld.global.v2.u32 {%%r0, %%r1}, [%%rd11];");
    line("xor.b32 %%r2, %%r0, %%r20; add.u32 %%r3, %%r1, %%r23;");
    line("ld.global.nc.b64 %%rd0, [%%rd11]; mov.b64 %%rd1, {%%r2, %%r3};");
    line("not.b64 %%rd2, %%rd0; cvt.u64.u32 %%rd3, %%r23;");
    line("ld.global.u16 %%h0, [%%rd11+2]; cvt.u16.u32 %%h1, %%r23; mov.u16 %%h2, -1;");
    line("ld.global.s8 %%h3, [%%rd11+5];");
    line("cvt.rn.f32.s32 %%f0, %%r0; cvt.rn.f32.u32 %%f1, %%r23; mov.f32 %%f2, 0f3FC00000;");
    line("ld.global.f32 %%f3, [%%rd11];");
    line(
        "cvt.rn.f64.s64 %%fd0, %%rd0; cvt.f64.f32 %%fd1, %%f1; mov.f64 %%fd2, 0d3FE0000000000000;");
    line("cvt.rn.f64.u32 %%fd3, %%r20;");
    for (int i = 0; i < REGISTERS; i++) {
      line("setp.lt.s32 %%p%d, %%r%d, %d;", i, i, random.nextInt());
    }
    line("mov.pred %%p8, %%p0; mov.u32 %%r30, 0;");
  }

  private void epilogue() {
    int at = 0;
    for (int i = 0; i < REGISTERS; i++) {
      line("cvt.u64.u32 %%rd13, %%r%d; st.global.u64 [%%rd12+%d], %%rd13;", i, 8 * at++);
      line("st.global.u64 [%%rd12+%d], %%rd%d;", 8 * at++, i);
      line("cvt.u64.u16 %%rd13, %%h%d; st.global.u64 [%%rd12+%d], %%rd13;", i, 8 * at++);
      line("testp.notanumber.f32 %%p8, %%f%d;", i);
      line("selp.f32 %%f7, 0f7FC00000, %%f%d, %%p8; selp.u32 %%r31, 1, 0, %%p%d;", i, i);
      line("mov.b32 %%r32, %%f7; st.global.v2.u32 [%%rd12+%d], {%%r31, %%r32};", 8 * at++);
      line("testp.notanumber.f64 %%p8, %%fd%d;", i);
      line("selp.f64 %%fd7, 0d7FF8000000000000, %%fd%d, %%p8;", i);
      line("st.global.f64 [%%rd12+%d], %%fd7;", 8 * at++);
    }
    line("cvt.u64.u32 %%rd13, %%r30; st.global.u64 [%%rd12+%d], %%rd13;", 8 * at);
    line("ret;");
  }

  private String label() {
    return "L" + labels++;
  }

  /** {@code together}: all lanes of the block are here, so that they may wait for each other. */
  private void statements(int count, int depth, boolean together) {
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(20);
      if (kind == 0 && depth < 3) {
        branch(depth);
      } else if (kind == 1 && depth < 2 && loops < 3) {
        loop(depth, together);
      } else if (kind == 2 && together) {
        throughShared();
      } else if (kind == 3 && together) {
        exchange();
      } else if (kind == 4) {
        memory();
      } else if (kind == 5) {
        move();
      } else {
        computation();
      }
    }
  }

  private void branch(int depth) {
    String other = label();
    String end = label();
    line("@%s%%p%d bra %s;", random.nextBoolean() ? "!" : "", random.nextInt(REGISTERS), other);
    statements(1 + random.nextInt(3), depth + 1, false);
    line("bra %s;", end);
    line("%s:", other);
    statements(random.nextInt(3), depth + 1, false);
    line("%s:", end);
  }

  /** A few turns; where all lanes are together the same for all, else as a register says. */
  private void loop(int depth, boolean together) {
    loops++;
    int counter = 33 + depth + (together ? 0 : 2);
    String top = label();
    boolean same = together && random.nextBoolean();
    if (same) {
      line("mov.u32 %%r%d, %d;", counter, 1 + random.nextInt(3));
    } else {
      line("and.b32 %%r%d, %%r%d, 3;", counter, random.nextInt(REGISTERS));
    }
    line("%s:", top);
    statements(1 + random.nextInt(3), depth + 1, same);
    line("sub.u32 %%r%d, %%r%d, 1;", counter, counter);
    line("setp.gt.s32 %%p9, %%r%d, 0;", counter);
    line("@%%p9 bra %s;", top);
  }

  private void throughShared() {
    int r = random.nextInt(REGISTERS);
    line("st.shared.u64 [%%r26], %%rd%d;", random.nextInt(REGISTERS));
    line("bar.sync 0;");
    line("add.u32 %%r27, %%r20, %d;", 1 + random.nextInt(THREADS));
    line("rem.u32 %%r27, %%r27, %d; shl.b32 %%r27, %%r27, 3;", THREADS);
    line("add.u32 %%r27, %%r27, %%r25;");
    switch (random.nextInt(4)) {
      case 0 -> line("ld.shared.u64 %%rd%d, [%%r27];", r);
      case 1 -> line("ld.shared.v2.u32 {%%r%d, %%r%d}, [%%r27];", r, (r + 1) % REGISTERS);
      case 2 -> line("ld.shared.s16 %%r%d, [%%r27+%d];", r, 2 * random.nextInt(4));
      default -> line("ld.shared.u8 %%h%d, [%%r27+%d];", r, random.nextInt(8));
    }
    line("bar.sync %d;", random.nextInt(16));
  }

  private void exchange() {
    int r = random.nextInt(REGISTERS);
    // All lanes of a warp, or those of the last, which is half full.
    line("vote.sync.ballot.b32 %%r28, %%p%d, -1;", random.nextInt(REGISTERS));
    switch (random.nextInt(3)) {
      case 0 -> {
        String mode = List.of("up", "down", "bfly", "idx").get(random.nextInt(4));
        int segment = List.of(0, 16, 24, 28).get(random.nextInt(4));
        int clamp = (mode.equals("up") ? 0 : 31) | segment << 8;
        // Only lanes below 16 are there in every warp.
        line("and.b32 %%r29, %%r%d, 15;", random.nextInt(REGISTERS));
        if (mode.equals("idx")) {
          line("shfl.sync.idx.b32 %%r%d, %%r%d, %%r29, 31, -1;", r, random.nextInt(REGISTERS));
        } else {
          line(
              "shfl.sync.%s.b32 %%r%d|%%p%d, %%r%d, %d, %d, -1;",
              mode, r, r, random.nextInt(REGISTERS), 1 << random.nextInt(4), clamp);
          guardAbsent(mode, r);
        }
      }
      case 1 ->
          line(
              "vote.sync.%s.pred %%p%d, %%p%d, -1;",
              List.of("all", "any", "uni").get(random.nextInt(3)), r, random.nextInt(REGISTERS));
      default -> line("add.u32 %%r%d, %%r28, %%r%d;", r, r);
    }
  }

  /** In the last warp a shuffle down or across may read a lane that is not there. */
  private void guardAbsent(String mode, int r) {
    if (!mode.equals("up")) {
      line("mov.u32 %%r%d, %%r28;", r);
    }
  }

  private void memory() {
    int r = random.nextInt(REGISTERS);
    line("and.b32 %%r27, %%r%d, %d; mul.wide.u32 %%rd13, %%r27, 8;", r, INPUTS - 1);
    line("add.u64 %%rd13, %%rd8, %%rd13;");
    int offset = random.nextInt(8);
    switch (random.nextInt(9)) {
      case 0 -> line("ld.global.u32 %%r%d, [%%rd13+%d];", r, offset & 4);
      case 1 -> line("ld.global.b64 %%rd%d, [%%rd13];", r);
      case 2 -> line("ld.global.s16 %%rd%d, [%%rd13+%d];", r, offset & 6);
      case 3 -> line("ld.global.nc.v2.f32 {%%f%d, %%f%d}, [%%rd13];", r, (r + 1) % REGISTERS);
      case 4 -> line("ld.global.f64 %%fd%d, [%%rd13];", r);
      case 5 -> line("red.global.add.u32 [%%rd10+%d], %%r%d;", offset & 4, r);
      case 6 -> line("red.global.xor.b64 [%%rd10+8], %%rd%d;", r);
      case 7 -> line("ld.const.b64 %%rd%d, [table+%d];", r, 8 * offset);
      default -> {
        String guard = "@%p" + random.nextInt(REGISTERS);
        line("and.b32 %%r27, %%r%d, 7; shl.b32 %%r27, %%r27, 3;", r);
        line("mov.u32 %%r29, table; add.u32 %%r27, %%r27, %%r29;");
        line("%s ld.const.u32 %%r%d, [%%r27+4];", guard, r);
      }
    }
  }

  private void move() {
    int a = random.nextInt(REGISTERS);
    int b = (a + 1 + random.nextInt(REGISTERS - 1)) % REGISTERS;
    switch (random.nextInt(6)) {
      case 0 -> line("mov.b64 %%rd%d, {%%r%d, %%r%d};", a, a, b);
      case 1 -> line("mov.b64 {%%r%d, %%r%d}, %%rd%d;", a, b, a);
      case 2 -> line("mov.b64 {%%h0, %%h1, %%h2, %%h3}, %%rd%d;", a);
      case 3 -> line("mov.b32 %%r%d, {%%h%d, %%h%d};", a, a, b);
      case 4 -> {
        // A NaN's bits are the machine's own.
        line("testp.number.f32 %%p8, %%f%d;", a);
        line("@%%p8 mov.b32 %%r%d, %%f%d;", b, a);
      }
      default ->
          line(
              "mov.u32 %%r%d, %s;",
              a, SpecialRegister.values()[random.nextInt(SpecialRegister.values().length)].text());
    }
  }

  // ---- One instruction of the table ------------------------------------------------------------

  private void computation() {
    Form form = FORMS.get(random.nextInt(FORMS.size()));
    var modifiers = new ArrayList<String>();
    for (Form.Modifier m : form.modifiers()) {
      if (!m.optional() || random.nextInt(4) == 0) {
        modifiers.add(m.alternatives().get(random.nextInt(m.alternatives().size())));
      }
    }
    Form.Match match = form.match(modifiers);
    boolean idle =
        match == null
            || (form.opcode() == Opcode.CVT
                && modifiers.contains("sat")
                && Verifier.neverSaturates(match.type(), match.second()));
    if (match == null || idle) {
      return;
    }
    boolean divides =
        (form.opcode() == Opcode.DIV || form.opcode() == Opcode.REM) && !match.type().isFloat();
    var operands = new ArrayList<String>();
    for (Form.Slot slot : form.operands()) {
      String operand = operand(slot, match);
      if (divides && operands.size() == 2) {
        operand = nonZero(match.type(), operand);
      }
      operands.add(operand);
    }
    String guard = random.nextInt(5) == 0 ? "@%p" + random.nextInt(REGISTERS) + " " : "";
    line(
        "%s%s.%s %s;",
        guard, form.opcode().text(), String.join(".", modifiers), String.join(", ", operands));
  }

  private String nonZero(PtxType type, String operand) {
    String temporary =
        switch (type.bits()) {
          case 16 -> "%h4";
          case 32 -> "%r27";
          default -> "%rd13";
        };
    line("or.b%d %s, %s, 1;", type.bits(), temporary, operand);
    return temporary;
  }

  private String operand(Form.Slot slot, Form.Match match) {
    if (slot.isConstant()) {
      return String.valueOf(random.nextInt(256));
    }
    PtxType type = slot.type(match.type(), match.second());
    String register = register(type);
    if (slot.second() != null && random.nextInt(3) == 0) {
      return register + "|%p8";
    }
    if (slot.written() || random.nextInt(6) != 0 || type == PtxType.PRED || type == PtxType.F16) {
      return register;
    }
    return constant(type);
  }

  private String register(PtxType type) {
    int n = random.nextInt(REGISTERS);
    return switch (type) {
      case PRED -> "%p" + n;
      case F32 -> "%f" + n;
      case F64 -> "%fd" + n;
      case B64, S64, U64 -> "%rd" + n;
      case B32, S32, U32 -> "%r" + n;
      case B8, S8, U8, B16, S16, U16, F16 -> "%h" + n;
    };
  }

  private String constant(PtxType type) {
    if (type.isFloat()) {
      return List.of(
              "0f00000000", "0f80000000", "0f3F800000", "0fFF800000", "0f7FC00000", "0f00000001")
          .get(random.nextInt(6))
          .replace("0f", type == PtxType.F64 ? "0d40000000" : "0f");
    }
    long value = random.nextInt(3) == 0 ? random.nextInt(40) : random.nextInt();
    long most = type.bits() == 64 ? -1 : (1L << type.bits()) - 1;
    return String.valueOf(type.bits() == 64 ? value : value & most);
  }
}
