package dev.hone.kernels.ptx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lays out and fills the module's {@code .const} arrays. */
final class ConstantMemory {
  private static final int LIMIT = 64 * 1024;

  private final Source source;
  private final Cursor tokens;
  private final ByteBuffer contents = ByteBuffer.allocate(LIMIT).order(ByteOrder.LITTLE_ENDIAN);
  private int bytes;

  ConstantMemory(Source source, Cursor tokens) {
    this.source = source;
    this.tokens = tokens;
  }

  int bytes() {
    return bytes;
  }

  /** In 32-bit words. */
  List<Integer> words() {
    var words = new ArrayList<Integer>();
    for (int at = 0; at < bytes; at += 4) {
      words.add(contents.getInt(at));
    }
    return words;
  }

  /** After {@code .const}: {@code [.align n] .type name[count] = {...};}. */
  Variable declare(Token at) {
    int align = tokens.take(".align") ? tokens.number("an alignment") : 1;
    PtxType type = tokens.type("the constant");
    Token name = tokens.word("the constant's name");
    int count = -1;
    if (tokens.take("[")) {
      count = tokens.peek().is("]") ? 0 : tokens.number("a count of elements");
      tokens.expect("]", "after the count of elements");
    }
    var values = new ArrayList<Operand>();
    if (tokens.take("=")) {
      values(values);
    }
    tokens.expect(";", "after the declaration");
    int elements = count > 0 ? count : Math.max(values.size(), count < 0 ? 1 : 0);
    if (elements == 0 || values.size() > elements) {
      throw tokens.error(
          name, "%s has %d values for %d elements".formatted(name.text(), values.size(), elements));
    }
    int step = Math.max(align, type.bytes());
    int offset = (bytes + step - 1) / step * step;
    int size = Math.multiplyExact(elements, type.bytes());
    if (offset + (long) size > LIMIT) {
      throw source.error(at.at(), "constant memory holds 64 KB, this makes " + (offset + size));
    }
    for (int i = 0; i < values.size(); i++) {
      put(offset + i * type.bytes(), type, values.get(i));
    }
    bytes = offset + size;
    return new Variable(name.text(), Space.CONST, type, step, offset, size, false);
  }

  private void values(List<Operand> values) {
    Map<String, PtxParameter> none = new HashMap<>();
    var operands = new OperandParser(source, tokens, none);
    if (!tokens.take("{")) {
      values.add(operands.constant());
      return;
    }
    do {
      values.add(operands.constant());
    } while (tokens.take(","));
    tokens.expect("}", "after the values");
  }

  private void put(int at, PtxType type, Operand value) {
    long bits = Literal.bits(source, type, value);
    switch (type.bytes()) {
      case 1 -> contents.put(at, (byte) bits);
      case 2 -> contents.putShort(at, (short) bits);
      case 4 -> contents.putInt(at, (int) bits);
      default -> contents.putLong(at, bits);
    }
  }
}
