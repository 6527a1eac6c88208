package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;

/** Lays out the shared variables of an entry, those of the module first. */
final class SharedMemory {
  private final List<Variable> variables = new ArrayList<>();
  private int bytes;
  private int align = 1;

  /** What the module declared so far, for an entry to add to. */
  SharedMemory copy() {
    var copy = new SharedMemory();
    copy.variables.addAll(variables);
    copy.bytes = bytes;
    copy.align = align;
    return copy;
  }

  List<Variable> variables() {
    return variables;
  }

  int bytes() {
    return bytes;
  }

  /** The strictest alignment of a dynamic variable. */
  int align() {
    return align;
  }

  /** After {@code .shared}: {@code [.align n] .type name[count] ;}. */
  Variable declare(Source source, Cursor tokens, boolean extern) {
    int align = 1;
    if (tokens.take(".align")) {
      Token t = tokens.peek();
      align = tokens.number("an alignment");
      if (Integer.bitCount(align) != 1) {
        throw source.error(t.at(), "an alignment must be a power of 2");
      }
    }
    PtxType type = tokens.type("the shared variable");
    Token name = tokens.word("the shared variable's name");
    long count = 1;
    boolean open = false;
    while (tokens.take("[")) {
      if (tokens.peek().is("]")) {
        open = true;
      } else {
        count *= tokens.number("a count of elements");
      }
      tokens.expect("]", "after the count of elements");
    }
    tokens.expect(";", "after the declaration");
    if (open != extern) {
      throw source.error(
          name.at(),
          extern
              ? "a variable of dynamic size is declared without one: .extern .shared .b8 name[];"
              : "only .extern .shared may leave its size to the launch");
    }
    return place(source, name, type, Math.max(align, type.bytes()), count, extern);
  }

  private Variable place(
      Source source, Token name, PtxType type, int align, long count, boolean extern) {
    if (extern) {
      this.align = Math.max(this.align, align);
      var dynamic = new Variable(name.text(), Space.SHARED, type, align, 0, 0, true);
      variables.add(dynamic);
      return dynamic;
    }
    long size = count * type.bytes();
    int offset = (bytes + align - 1) / align * align;
    if (offset + size > 227 * 1024) {
      throw source.error(
          name.at(),
          "%d bytes of shared memory are more than any GPU has".formatted(offset + size));
    }
    bytes = (int) (offset + size);
    var variable = new Variable(name.text(), Space.SHARED, type, align, offset, (int) size, false);
    variables.add(variable);
    return variable;
  }
}
