package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A row of the opcode table: what modifiers an opcode takes, in which order, and its operands.
 *
 * @param flops floating-point operations of one lane
 */
record Form(Opcode opcode, List<Modifier> modifiers, List<Slot> operands, int flops) {

  /** One place after the opcode. */
  record Modifier(List<String> alternatives, boolean optional) {
    boolean isType() {
      return PtxType.named(alternatives.getFirst()) != null;
    }

    @Override
    public String toString() {
      String text = "." + String.join("/.", alternatives);
      return optional ? "[" + text + "]" : text;
    }
  }

  /**
   * One operand's place.
   *
   * @param kind {@code T}, {@code S}, {@code W}, {@code M}, {@code #}, {@code L}, or a type's name
   * @param vector whether a vector may stand here
   * @param second the type of a second result that may follow, null for none
   */
  record Slot(String kind, boolean written, boolean vector, @Nullable String second) {
    boolean isAddress() {
      return kind.equals("M");
    }

    boolean isLabel() {
      return kind.equals("L");
    }

    boolean isConstant() {
      return kind.equals("#");
    }

    /** The type of what stands here; only where the place has one. */
    PtxType type(PtxType t, PtxType s) {
      return switch (kind) {
        case "T" -> t;
        case "S" -> s;
        case "W" -> t.wide();
        default -> typeNamed(kind);
      };
    }

    static PtxType typeNamed(String name) {
      PtxType type = PtxType.named(name);
      if (type == null) {
        throw new IllegalStateException("opcode table: no type " + name);
      }
      return type;
    }
  }

  /** The types with which a form was matched. */
  record Match(Form form, PtxType type, PtxType second) {}

  static Form read(String row) {
    String[] parts = row.split("\\|(?![a-z])", -1);
    String[] head = parts[0].trim().split("\\s+");
    var modifiers = new ArrayList<Modifier>();
    for (String m : Arrays.asList(head).subList(1, head.length)) {
      boolean optional = m.endsWith("?");
      String text = optional ? m.substring(0, m.length() - 1) : m;
      modifiers.add(new Modifier(List.of(text.substring(1).split("/\\.")), optional));
    }
    var slots = new ArrayList<Slot>();
    for (String s : parts[1].trim().split("\\s+")) {
      if (!s.isEmpty()) {
        slots.add(slot(s));
      }
    }
    int flops = parts.length > 2 ? Integer.parseInt(parts[2].trim()) : 0;
    Opcode opcode = Opcode.valueOf(head[0].toUpperCase(Locale.ROOT));
    return new Form(opcode, List.copyOf(modifiers), List.copyOf(slots), flops);
  }

  private static Slot slot(String text) {
    boolean written = text.startsWith("=");
    String kind = written ? text.substring(1) : text;
    String second = null;
    int bar = kind.indexOf('|');
    if (bar >= 0) {
      second = kind.substring(bar + 1);
      kind = kind.substring(0, bar);
    }
    boolean vector = kind.startsWith("{");
    return new Slot(vector ? kind.substring(1, kind.length() - 1) : kind, written, vector, second);
  }

  /** Null where {@code written}, the modifiers without dots, are not this form's. */
  @Nullable Match match(List<String> written) {
    PtxType type = null;
    PtxType second = null;
    int at = 0;
    for (Modifier m : modifiers) {
      if (at < written.size() && m.alternatives().contains(written.get(at))) {
        if (m.isType()) {
          PtxType named = PtxType.named(written.get(at));
          second = type == null ? null : named;
          type = type == null ? named : type;
        }
        at++;
      } else if (!m.optional()) {
        return null;
      }
    }
    if (at < written.size()) {
      return null;
    }
    PtxType t = type == null ? PtxType.B32 : type;
    return new Match(this, t, second == null ? t : second);
  }

  @Override
  public String toString() {
    var text = new StringBuilder(opcode.text());
    modifiers.forEach(text::append);
    return text.toString();
  }
}
