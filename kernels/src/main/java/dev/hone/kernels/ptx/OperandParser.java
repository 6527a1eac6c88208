package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the operands of one entry's instructions. */
final class OperandParser {
  private final Source source;
  private final Cursor tokens;
  private final Map<String, PtxParameter> parameters;

  OperandParser(Source source, Cursor tokens, Map<String, PtxParameter> parameters) {
    this.source = source;
    this.tokens = tokens;
    this.parameters = parameters;
  }

  /** Up to the semicolon. */
  List<Operand> all(Scope scope, Form form) {
    var operands = new ArrayList<Operand>();
    if (!tokens.peek().is(";")) {
      do {
        boolean label =
            operands.size() < form.operands().size()
                && form.operands().get(operands.size()).isLabel();
        operands.add(label ? target() : one(scope));
      } while (tokens.take(","));
    }
    return operands;
  }

  private Operand target() {
    Token t = tokens.word("a label");
    return new Operand.Target(t.text(), t.at());
  }

  private Operand one(Scope scope) {
    Operand first = simple(scope);
    Position at = tokens.peek().at();
    return tokens.take("|") ? new Operand.Pair(first, simple(scope), at) : first;
  }

  private Operand simple(Scope scope) {
    Token t = tokens.peek();
    if (t.is("[")) {
      return memory(scope);
    }
    if (t.is("{")) {
      return vector(scope);
    }
    if (t.is("!")) {
      tokens.next();
      Token name = tokens.word("a predicate after '!'");
      return new Operand.Negated(register(scope, name), name.at());
    }
    if (t.is("-") || t.is("+") || t.isNumber()) {
      return constant();
    }
    tokens.word("an operand");
    if (t.is("_")) {
      return new Operand.Sink(t.at());
    }
    return named(scope, t);
  }

  private Operand named(Scope scope, Token t) {
    Register register = scope.register(t.text());
    if (register != null) {
      return new Operand.Reg(register, t.at());
    }
    Variable variable = scope.variable(t.text());
    if (variable != null) {
      return new Operand.Symbol(variable, t.at());
    }
    SpecialRegister special = SpecialRegister.named(t.text());
    if (special != null) {
      return new Operand.Special(special, t.at());
    }
    if (t.is("WARP_SZ")) {
      return new Operand.Whole(32, t.at());
    }
    if (parameters.containsKey(t.text())) {
      throw tokens.error(
          t, "parameter " + t.text() + " is read with ld.param in brackets: [" + t.text() + "]");
    }
    throw tokens.error(t, unknown(t.text()));
  }

  private static String unknown(String name) {
    if (List.of("%tid", "%ntid", "%ctaid", "%nctaid").contains(name)) {
      return name + " is a vector; say which part: " + name + ".x";
    }
    return name + " is not declared; declare it with .reg, .shared or .const";
  }

  private Register register(Scope scope, Token name) {
    Register register = scope.register(name.text());
    if (register == null) {
      throw tokens.error(name, unknown(name.text()));
    }
    return register;
  }

  private Operand memory(Scope scope) {
    Token open = tokens.next();
    Operand base;
    Token t = tokens.peek();
    PtxParameter parameter = parameters.get(t.text());
    if (parameter != null && scope.register(t.text()) == null) {
      tokens.next();
      base = new Operand.Parameter(parameter, t.at());
    } else {
      base = simple(scope);
    }
    long offset = 0;
    if (tokens.peek().is("+") || tokens.peek().is("-")) {
      Operand constant = constant();
      if (!(constant instanceof Operand.Whole w)) {
        throw source.error(constant.at(), "an address takes a whole offset, as [%rd1+16]");
      }
      offset = w.value();
    }
    tokens.expect("]", "after the address");
    return new Operand.Memory(base, offset, open.at());
  }

  private Operand vector(Scope scope) {
    Token open = tokens.next();
    var elements = new ArrayList<Operand>();
    do {
      elements.add(simple(scope));
    } while (tokens.take(","));
    tokens.expect("}", "after the vector's elements");
    return new Operand.Vector(List.copyOf(elements), open.at());
  }

  /** A number with any signs before it. */
  Operand constant() {
    Position at = tokens.peek().at();
    boolean negative = false;
    while (tokens.peek().is("-") || tokens.peek().is("+")) {
      negative ^= tokens.next().is("-");
    }
    Token t = tokens.peek();
    if (t.is("WARP_SZ")) {
      tokens.next();
      return new Operand.Whole(negative ? -32 : 32, at);
    }
    if (!t.isNumber()) {
      throw tokens.unexpected("a number");
    }
    tokens.next();
    Operand real = real(t, at, negative);
    if (real != null) {
      return real;
    }
    long value = tokens.whole(t);
    return new Operand.Whole(negative ? -value : value, at);
  }

  private @Nullable Operand real(Token t, Position at, boolean negative) {
    String s = t.text();
    boolean single = s.startsWith("0f") || s.startsWith("0F");
    boolean twice = s.startsWith("0d") || s.startsWith("0D");
    if (single || twice) {
      return hexadecimal(t, at, single ? 8 : 16, negative);
    }
    boolean hex = s.startsWith("0x") || s.startsWith("0X");
    if (hex || !(s.contains(".") || s.contains("e") || s.contains("E"))) {
      return null;
    }
    var digits = new StringBuilder(s);
    if ((s.endsWith("e") || s.endsWith("E")) && (tokens.peek().is("-") || tokens.peek().is("+"))) {
      digits.append(tokens.next().text()).append(tokens.next().text());
    }
    try {
      double value = Double.parseDouble(digits.toString());
      return new Operand.Real(negative ? -value : value, 0, 0, at);
    } catch (NumberFormatException e) {
      throw tokens.error(t, "'" + digits + "' is no number of PTX: 1.5, 2.0e-3, 0f3FC00000");
    }
  }

  private Operand hexadecimal(Token t, Position at, int digits, boolean negative) {
    String hex = t.text().substring(2);
    if (hex.length() != digits || !hex.matches("[0-9a-fA-F]+")) {
      throw tokens.error(
          t,
          "'%s' needs exactly %d hexadecimal digits, as %s"
              .formatted(t.text(), digits, digits == 8 ? "0f3F800000" : "0d3FF0000000000000"));
    }
    long bits = Long.parseUnsignedLong(hex, 16);
    if (negative) {
      bits ^= digits == 8 ? 0x80000000L : Long.MIN_VALUE;
    }
    double value = digits == 8 ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
    return new Operand.Real(value, bits, digits * 4, at);
  }
}
