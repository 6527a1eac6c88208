package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one entry: parameters, declarations and instructions. */
final class EntryParser {
  private final Source source;
  private final Cursor tokens;
  private final SharedMemory shared;
  private final Map<String, PtxParameter> parameters = new LinkedHashMap<>();
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Instruction> instructions = new ArrayList<>();
  private final OperandParser operands;
  private Scope scope;
  private int parameterBytes;
  private int maxThreads;

  EntryParser(Source source, Cursor tokens, Scope scope, SharedMemory shared) {
    this.source = source;
    this.tokens = tokens;
    this.scope = scope;
    this.shared = shared;
    this.operands = new OperandParser(source, tokens, parameters);
  }

  PtxEntry entry(Token name, ConstantMemory constants) {
    if (tokens.take("(")) {
      if (!tokens.peek().is(")")) {
        do {
          parameter();
        } while (tokens.take(","));
      }
      tokens.expect(")", "after the parameters");
    }
    while (!tokens.peek().is("{")) {
      limit();
    }
    tokens.next();
    body(name);
    List<PtxParameter> found = Pointers.mark(List.copyOf(parameters.values()), instructions);
    var body =
        new PtxEntry.Body(
            source,
            name.text(),
            found,
            List.copyOf(scope.registers()),
            List.copyOf(instructions),
            List.copyOf(shared.variables()),
            constants.words(),
            constants.bytes(),
            shared.bytes(),
            shared.align(),
            maxThreads);
    new Verifier(body).verify();
    new Definedness(body).verify();
    return new PtxEntry(body);
  }

  private void parameter() {
    tokens.expect(".param", "to begin a parameter");
    int align = tokens.take(".align") ? tokens.number("an alignment") : 1;
    PtxType type = tokens.type("the parameter");
    boolean pointer = tokens.take(".ptr");
    if (pointer) {
      boolean space = tokens.take(".global") || tokens.take(".shared") || tokens.take(".const");
      if (tokens.take(".align")) {
        tokens.number("an alignment");
      } else if (!space && !tokens.peek().isWord()) {
        throw tokens.unexpected("the parameter's name");
      }
    }
    Token name = tokens.word("the parameter's name");
    if (tokens.peek().is("[")) {
      throw tokens.error(
          tokens.peek(), "parameters are single values here; pass an address to an array");
    }
    if (type == PtxType.PRED) {
      throw tokens.error(name, "a parameter cannot be a predicate");
    }
    int step = Math.max(align, type.bytes());
    int offset = (parameterBytes + step - 1) / step * step;
    parameterBytes = offset + type.bytes();
    var parameter = new PtxParameter(name.text(), type, type.bytes(), step, offset, pointer);
    if (parameters.put(name.text(), parameter) != null) {
      throw tokens.error(name, "parameter " + name.text() + " is declared already");
    }
  }

  /** {@code .maxntid} and other hints between the parameters and the body. */
  private void limit() {
    Token t = tokens.next();
    switch (t.text()) {
      case ".maxntid", ".reqntid" -> {
        int threads = tokens.number("a count of threads");
        while (tokens.take(",")) {
          threads = Math.multiplyExact(threads, tokens.number("a count of threads"));
        }
        maxThreads = threads;
      }
      case ".minnctapersm", ".maxnreg" -> tokens.number("a number");
      case ".pragma" -> skipPragma();
      default -> throw tokens.error(t, "expected '{' or .maxntid, found " + Cursor.shown(t));
    }
  }

  private void skipPragma() {
    while (!tokens.atEnd() && !tokens.take(";")) {
      tokens.next();
    }
  }

  private void body(Token name) {
    int depth = 1;
    while (depth > 0) {
      if (tokens.atEnd()) {
        throw tokens.error(
            name, "the body of entry " + name.text() + " never ends; close it with }");
      }
      if (tokens.take("{")) {
        scope = scope.inner();
        depth++;
      } else if (tokens.take("}")) {
        depth--;
        scope = depth > 0 ? scope.outer() : scope;
      } else {
        statement();
      }
    }
  }

  private void statement() {
    Token t = tokens.peek();
    switch (t.text()) {
      case ".reg" -> registers();
      case ".shared" -> {
        tokens.next();
        Variable variable = shared.declare(source, tokens, false);
        if (!scope.declare(variable)) {
          throw tokens.error(t, variable.name() + " is declared already");
        }
      }
      case ".pragma" -> skipPragma();
      case ".loc" -> {
        int line = t.at().line();
        while (!tokens.atEnd() && tokens.peek().at().line() == line) {
          tokens.next();
        }
      }
      case ".local", ".const", ".global", ".param" ->
          throw tokens.error(t, t.text() + " variables inside an entry are not emulated");
      default -> {
        if (tokens.peekAfter().is(":")) {
          label();
        } else {
          instruction();
        }
      }
    }
  }

  private void registers() {
    tokens.next();
    PtxType type = tokens.type("the registers");
    do {
      Token name = tokens.word("a register's name");
      if (tokens.take("<")) {
        int count = tokens.number("a count of registers");
        tokens.expect(">", "after the count of registers");
        for (int i = 0; i < count; i++) {
          declare(name, name.text() + i, type);
        }
      } else {
        declare(name, name.text(), type);
      }
    } while (tokens.take(","));
    tokens.expect(";", "after the registers");
  }

  private void declare(Token at, String name, PtxType type) {
    if (!scope.declare(name, type)) {
      throw tokens.error(at, name + " is declared already");
    }
  }

  private void label() {
    Token name = tokens.word("a label");
    tokens.next();
    if (labels.put(name.text(), instructions.size()) != null) {
      throw tokens.error(name, "label " + name.text() + " stands already");
    }
  }

  private void instruction() {
    Token start = tokens.peek();
    Register guard = null;
    boolean negated = false;
    if (tokens.take("@")) {
      negated = tokens.take("!");
      Token name = tokens.word("a predicate after '@'");
      guard = scope.register(name.text());
      if (guard == null) {
        throw tokens.error(name, name.text() + " is not declared; declare it with .reg .pred");
      }
      if (guard.type() != PtxType.PRED) {
        throw tokens.error(
            name, name.text() + " is declared " + guard.type() + "; a guard must be .pred");
      }
    }
    Token name =
        tokens.word(guard == null ? "an instruction, a label or a directive" : "an opcode");
    List<String> words = Arrays.asList(name.text().split("\\.", -1));
    Opcode opcode = Opcode.named(words.getFirst());
    if (opcode == null) {
      throw tokens.error(name, "there is no instruction '" + words.getFirst() + "' here");
    }
    Form.Match match = match(name, opcode, words.subList(1, words.size()));
    List<Operand> found = operands.all(scope, match.form());
    if (!tokens.take(";")) {
      throw tokens.unexpected("';' after the instruction");
    }
    instructions.add(
        new Instruction(
            guard,
            negated,
            match.form(),
            List.copyOf(words.subList(1, words.size())),
            match.type(),
            match.second(),
            List.copyOf(found),
            guard == null ? start.at() : name.at(),
            labels));
  }

  private Form.Match match(Token name, Opcode opcode, List<String> modifiers) {
    for (Form form : opcode.forms()) {
      Form.Match match = form.match(modifiers);
      if (match != null) {
        return match;
      }
    }
    throw tokens.error(
        name,
        "'%s' is no form of %s; there is %s"
            .formatted(
                name.text(),
                opcode.text(),
                String.join(", ", opcode.forms().stream().map(Form::toString).toList())));
  }
}
