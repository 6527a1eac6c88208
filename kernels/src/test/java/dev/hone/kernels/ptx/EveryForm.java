package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;

/** One kernel with every instruction that the opcode table allows, in every combination. */
public final class EveryForm {
  private static final int REGISTERS = 8;

  private final List<String> lines = new ArrayList<>();

  private EveryForm() {}

  /** For sm_75, which {@code tanh.approx} needs. */
  public static String source() {
    var all = new EveryForm();
    for (Opcode o : Opcode.values()) {
      if (!o.ends() && o != Opcode.BRA) {
        o.forms().forEach(f -> all.add(f, 0, List.of()));
      }
    }
    return Kernels.HEAD.replace("sm_70", "sm_75")
        + """
        .const .align 16 .b64 table[4];
        .visible .entry k(.param .u64 q64, .param .u32 q32)
        {
          .shared .align 16 .b64 sh[4];
          .reg .pred %p<8>; .reg .b16 %h<8>; .reg .f16 %x<8>; .reg .b32 %r<8>; .reg .b64 %rd<8>;
          .reg .f32 %f<8>; .reg .f64 %fd<8>;
        """
        + registers()
        + String.join("\n", all.lines)
        + "\nret;\n}\n";
  }

  private static String registers() {
    var text = new StringBuilder();
    for (int i = 0; i < REGISTERS; i++) {
      text.append(
          """
          mov.u32 %rN, %tid.x; mov.u64 %rdN, 0; mov.u16 %hN, 1; mov.f32 %fN, 0f00000000;
          mov.f64 %fdN, 0d0000000000000000; setp.eq.u32 %pN, %rN, 0; cvt.rn.f16.f32 %xN, %fN;
          """
              .replace("N", String.valueOf(i)));
    }
    return text.toString();
  }

  private void add(Form form, int at, List<String> modifiers) {
    if (at == form.modifiers().size()) {
      Form.Match match = form.match(modifiers);
      if (match != null && allowed(match, modifiers)) {
        lines.add(
            "%s%s %s;"
                .formatted(
                    form.opcode().text(),
                    modifiers.isEmpty() ? "" : "." + String.join(".", modifiers),
                    String.join(", ", operands(match, modifiers))));
      }
      return;
    }
    Form.Modifier m = form.modifiers().get(at);
    if (m.optional()) {
      add(form, at + 1, modifiers);
    }
    for (String alternative : m.alternatives()) {
      var more = new ArrayList<>(modifiers);
      more.add(alternative);
      add(form, at + 1, more);
    }
  }

  /** What the verifier refuses although each modifier is right by itself. */
  private static boolean allowed(Form.Match match, List<String> modifiers) {
    boolean wide = modifiers.contains("v4") && match.type().bits() == 64;
    boolean idle =
        match.form().opcode() == Opcode.CVT
            && modifiers.contains("sat")
            && Verifier.neverSaturates(match.type(), match.second());
    return !wide && !idle;
  }

  private static List<String> operands(Form.Match match, List<String> modifiers) {
    var operands = new ArrayList<String>();
    Opcode opcode = match.form().opcode();
    for (Form.Slot slot : match.form().operands()) {
      int n = operands.size() + 1;
      if (slot.isConstant()) {
        operands.add("1");
      } else if (slot.isAddress()) {
        operands.add(address(match.type(), modifiers));
      } else if (opcode == Opcode.SHFL && n == 4) {
        operands.add("31");
      } else if ((opcode == Opcode.SHFL && n == 5) || (opcode == Opcode.VOTE && n == 3)) {
        operands.add("-1");
      } else {
        operands.add(value(slot, match, modifiers, n));
      }
    }
    return operands;
  }

  private static String value(Form.Slot slot, Form.Match match, List<String> modifiers, int n) {
    PtxType type = slot.type(match.type(), match.second());
    int length =
        !slot.vector() ? 1 : modifiers.contains("v4") ? 4 : modifiers.contains("v2") ? 2 : 1;
    if (length == 1) {
      return register(type, n);
    }
    var elements = new ArrayList<String>();
    for (int k = 0; k < length; k++) {
      elements.add(register(type, k));
    }
    return "{" + String.join(", ", elements) + "}";
  }

  private static String address(PtxType type, List<String> modifiers) {
    if (modifiers.contains("param")) {
      return type.bits() == 64 ? "[q64]" : "[q32]";
    }
    return modifiers.contains("const")
        ? "[table]"
        : modifiers.contains("shared") ? "[sh]" : "[%rd7]";
  }

  private static String register(PtxType type, int n) {
    return switch (type) {
      case PRED -> "%p" + n;
      case F16 -> "%x" + n;
      case F32 -> "%f" + n;
      case F64 -> "%fd" + n;
      case B64, S64, U64 -> "%rd" + n;
      case B32, S32, U32 -> "%r" + n;
      case B8, S8, U8, B16, S16, U16 -> "%h" + n;
    };
  }
}
