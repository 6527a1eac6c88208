package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a module: directives, constants and entries. */
final class PtxParser {
  private static final Set<String> LINKING = Set.of(".visible", ".weak", ".extern");

  private final Source source;
  private final Cursor tokens;
  private final Scope module = Scope.ofModule();
  private final ConstantMemory constants;
  private final SharedMemory shared = new SharedMemory();
  private final List<PtxEntry> entries = new ArrayList<>();
  private boolean version;
  private boolean target;

  PtxParser(Source source) {
    this.source = source;
    this.tokens = new Cursor(source);
    this.constants = new ConstantMemory(source, tokens);
  }

  PtxModule module() {
    Token start = tokens.peek();
    while (!tokens.atEnd()) {
      directive();
    }
    if (!version || !target) {
      throw tokens.error(
          start,
          "the file must begin with %s; kernels for every GPU since Volta: .version 7.0 and .target sm_70"
              .formatted(version ? ".target" : ".version"));
    }
    if (entries.isEmpty()) {
      throw tokens.error(start, "the file has no .entry");
    }
    return new PtxModule(source, entries);
  }

  private void directive() {
    Token t = tokens.peek();
    if (!version && !t.is(".version")) {
      throw tokens.unexpected(".version first, as .version 7.0");
    }
    switch (t.text()) {
      case ".version" -> version();
      case ".target" -> target();
      case ".address_size" -> addressSize();
      case ".visible", ".weak", ".extern", ".entry" -> linked();
      case ".const" -> module.declare(declared(constants.declare(tokens.next()), module));
      case ".shared" -> declareShared(module, shared, false);
      case ".file", ".section" -> skipLine();
      case ".func" ->
          throw tokens.error(t, ".func: calls are not emulated; write the code into the entry");
      case ".global", ".tex", ".alias" ->
          throw tokens.error(
              t, t.text() + ": module variables are not emulated; pass the address as a parameter");
      default -> throw tokens.unexpected("a directive such as .entry or .const");
    }
  }

  private void version() {
    Token t = tokens.next();
    Token number = tokens.next();
    if (version) {
      throw tokens.error(t, ".version stands already");
    }
    if (!number.text().matches("\\d+\\.\\d+")) {
      throw tokens.error(number, "expected a version such as 7.0");
    }
    version = true;
  }

  private void target() {
    tokens.next();
    do {
      Token t = tokens.word("a target such as sm_70");
      if (!t.text().matches("sm_\\d+[af]?|texmode_\\w+|debug|map_f64_to_f32")) {
        throw tokens.error(t, "expected a target such as sm_70, found '" + t.text() + "'");
      }
    } while (tokens.take(","));
    target = true;
  }

  private void addressSize() {
    tokens.next();
    Token t = tokens.peek();
    if (tokens.number("64") != 64) {
      throw tokens.error(t, ".address_size must be 64");
    }
  }

  private void linked() {
    boolean extern = false;
    while (LINKING.contains(tokens.peek().text())) {
      extern |= tokens.next().is(".extern");
    }
    if (extern && tokens.peek().is(".shared")) {
      declareShared(module, shared, true);
    } else if (tokens.peek().is(".const") && !extern) {
      module.declare(declared(constants.declare(tokens.next()), module));
    } else if (tokens.peek().is(".entry") && !extern) {
      entry();
    } else if (tokens.peek().is(".func")) {
      throw tokens.error(
          tokens.peek(), ".func: calls are not emulated; write the code into the entry");
    } else {
      throw tokens.unexpected(extern ? ".shared after .extern" : ".entry");
    }
  }

  private void entry() {
    tokens.next();
    Token name = tokens.word("the entry's name");
    if (!target) {
      throw tokens.error(name, ".target must come before the first entry, as .target sm_70");
    }
    if (entries.stream().anyMatch(e -> e.name().equals(name.text()))) {
      throw tokens.error(name, "the file has an entry " + name.text() + " already");
    }
    var parser = new EntryParser(source, tokens, module.ofEntry(), shared.copy());
    entries.add(parser.entry(name, constants));
  }

  private Variable declared(Variable variable, Scope scope) {
    if (scope.variable(variable.name()) != null) {
      throw source.error(tokens.peek().at(), variable.name() + " is declared already");
    }
    return variable;
  }

  private void declareShared(Scope scope, SharedMemory memory, boolean extern) {
    Token t = tokens.next();
    Variable variable = memory.declare(source, tokens, extern);
    if (!scope.declare(variable)) {
      throw tokens.error(t, variable.name() + " is declared already");
    }
  }

  private void skipLine() {
    int line = tokens.next().at().line();
    while (!tokens.atEnd() && tokens.peek().at().line() == line) {
      tokens.next();
    }
  }
}
