package dev.hone.nn.weights;

/**
 * Pickles from noise: each byte of it picks the next instruction, and what that instruction takes
 * from the stack is there, most of the time. So the interpreter goes on for long where a mutant of
 * a file would be refused at its first wrong byte.
 */
final class PickleGrammar {
  private static final int MOST_INSTRUCTIONS = 4000;

  private final byte[] noise;
  private final PickleAssembler out = PickleAssembler.protocol2();
  private int next;
  private int depth;
  private int kept;

  private PickleGrammar(byte[] noise) {
    this.noise = noise;
  }

  /** The pickle that {@code noise} stands for; the file's storages are called 0 and 1. */
  static byte[] pickle(byte[] noise) {
    var grammar = new PickleGrammar(noise);
    for (int i = 0; i < MOST_INSTRUCTIONS && grammar.next < noise.length; i++) {
      grammar.instruction();
    }
    return grammar.out.stop();
  }

  private int byteOf() {
    return next < noise.length ? noise[next++] & 0xFF : 0;
  }

  /** Puts values on the stack until {@code count} are there; sometimes forgets to. */
  private void need(int count) {
    while (depth < count && byteOf() != 77) {
      value(byteOf());
    }
    depth = Math.max(0, depth - count);
  }

  private void instruction() {
    int b = byteOf();
    switch (b % 24) {
      case 0, 1, 2, 3 -> value(b);
      case 4 -> consume(1, 0, '0');
      case 5 -> consume(1, 2, '2');
      case 6 -> keep();
      case 7, 8 -> recall();
      case 9 -> consume(1, 1, 0x85);
      case 10 -> consume(2, 1, 0x86);
      case 11 -> consume(3, 1, 0x87);
      case 12 -> onto(']', 1, 'a');
      case 13 -> onto('}', 2, 's');
      case 14, 15 -> marked(b);
      case 16, 17 -> tensor();
      case 18 -> namedTensor();
      case 19 -> call();
      case 20 -> consume(2, 1, 'b');
      case 21 -> consume(1, 1, 'Q');
      case 22 -> consume(2, 1, byteOf() % 2 == 0 ? 0x93 : 'R');
      default -> out.op(byteOf());
    }
  }

  private void consume(int takes, int leaves, int opcode) {
    need(takes);
    out.op(opcode);
    depth += leaves;
  }

  private void keep() {
    need(1);
    if (byteOf() % 2 == 0) {
      out.op('q', kept++ & 0xFF);
    } else {
      out.op(0x94);
      kept++;
    }
    depth++;
  }

  private void recall() {
    out.op('h', kept == 0 ? 0 : byteOf() % kept);
    depth++;
  }

  private void value(int choice) {
    switch (choice / 4 % 12) {
      case 0 -> out.op('N');
      case 1 -> out.op(0x88 + (choice & 1));
      case 2 -> out.whole(number());
      case 3 -> out.real((double) number());
      case 4 -> out.text(name());
      case 5 -> out.op(')');
      case 6 -> out.op(']');
      case 7 -> out.op('}');
      case 8 -> global();
      case 9 -> out.op(0x8c, 2).raw("w" + (char) ('a' + byteOf() % 26));
      case 10 -> out.op('U', 1).raw("x");
      default -> out.op('C', 3).raw("abc");
    }
    depth++;
  }

  private long number() {
    int b = byteOf();
    return switch (b % 8) {
      case 0 -> -1;
      case 1 -> Integer.MAX_VALUE;
      case 2 -> Long.MAX_VALUE;
      case 3 -> Long.MIN_VALUE;
      case 4 -> 1L << b % 62;
      default -> b / 16;
    };
  }

  private String name() {
    String[] names = {
      "storage", "state_dict", "model", "0", "1", "cpu", "os", "system", "a.weight"
    };
    int b = byteOf();
    return b < 128 ? names[b % names.length] : "layer" + b;
  }

  private void global() {
    PickleGlobal[] all = PickleGlobal.values();
    int b = byteOf();
    if (b == 200) {
      out.global("os", "system");
    } else {
      String name = all[b % all.length].qualified();
      int dot = name.lastIndexOf('.');
      out.global(name.substring(0, dot), name.substring(dot + 1));
    }
  }

  private void onto(int container, int count, int opcode) {
    if (depth == 0 || byteOf() % 4 == 0) {
      out.op(container);
      depth++;
    }
    for (int i = 0; i < count; i++) {
      value(byteOf());
    }
    depth -= count;
    out.op(opcode);
  }

  private void marked(int choice) {
    int closing = "teul1".charAt(choice / 24 % 5);
    if (closing == 'e' || closing == 'u') {
      out.op(closing == 'e' ? ']' : '}');
      depth++;
    }
    out.op('(');
    int count = byteOf() % 8;
    int before = depth;
    for (int i = 0; i < count; i++) {
      value(byteOf());
    }
    depth = before + (closing == 't' || closing == 'l' ? 1 : 0);
    out.op(closing);
  }

  private void tensor() {
    int rank = byteOf() % 4;
    var shape = new long[rank];
    var strides = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      shape[axis] = byteOf() % 16 == 0 ? number() : byteOf() % 4;
      strides[axis] = byteOf() % 16 == 0 ? number() : byteOf() % 3;
    }
    boolean second = byteOf() % 2 == 1;
    out.tensor(
        second ? "HalfStorage" : "FloatStorage",
        second ? "1" : "0",
        byteOf() % 16 == 0 ? number() : 8,
        byteOf() % 16 == 0 ? number() : byteOf() % 3,
        shape,
        strides);
    depth++;
  }

  /** An entry of the dictionary below, if there is one. */
  private void namedTensor() {
    if (depth == 0) {
      out.op('}');
      depth++;
    }
    out.text(name());
    tensor();
    depth--;
    out.op('s');
  }

  private void call() {
    global();
    value(byteOf());
    value(byteOf());
    out.op(0x86, byteOf() % 4 == 0 ? 0x81 : 'R');
    depth--;
  }
}
