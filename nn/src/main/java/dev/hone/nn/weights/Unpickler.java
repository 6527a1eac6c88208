package dev.hone.nn.weights;

import dev.hone.nn.weights.Pickled.Dictionary;
import dev.hone.nn.weights.Pickled.Items;
import dev.hone.nn.weights.Pickled.Large;
import dev.hone.nn.weights.Pickled.Named;
import dev.hone.nn.weights.Pickled.Other;
import dev.hone.nn.weights.Pickled.Real;
import dev.hone.nn.weights.Pickled.Text;
import dev.hone.nn.weights.Pickled.View;
import dev.hone.nn.weights.Pickled.Whole;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of Python's pickle machine that files of tensors need (<a
 * href="https://docs.python.org/3/library/pickletools.html">pickletools</a>; protocols 2 to 5). A
 * pickle is a program; this interpreter has no instruction that could do anything but put inert
 * {@link Pickled} values together, knows no other classes than {@link PickleGlobal}'s, and gives up
 * after a bounded number of steps. Whatever it does not know it refuses by name.
 */
final class Unpickler {
  /** Ten times what a checkpoint of a network with ten thousand tensors needs. */
  static final int MAX_STEPS = 4_000_000;

  private static final int MAX_NAME = 1000;

  private static final Other NONE = new Other("None");
  private static final Other FLAG = new Other("a boolean");
  private static final Other BYTES = new Other("a byte string");

  private final PickleInput in;
  private final PickleCalls calls;
  private final List<Pickled> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, Pickled> memo = new HashMap<>();
  private long steps;

  private Unpickler(PickleInput in, PickleCalls calls) {
    this.in = in;
    this.calls = calls;
  }

  /**
   * The value of the next pickle of {@code in}, which is left behind its end.
   *
   * @throws PickleException if it is damaged or refused
   */
  static Pickled read(PickleInput in, PickleCalls calls) throws IOException {
    return new Unpickler(in, calls).run();
  }

  private Pickled run() throws IOException {
    long at = in.position();
    try {
      for (int op = in.u8(); op != '.'; op = in.u8()) {
        work(1);
        execute(op, at);
        at = in.position();
      }
    } catch (EOFException e) {
      throw PickleException.damaged(
          "its pickle breaks off at byte " + at + " (" + e.getMessage() + ")");
    }
    return pop();
  }

  private void work(long amount) {
    steps += amount;
    if (steps > MAX_STEPS) {
      throw PickleException.damaged("its pickle takes more than " + MAX_STEPS + " steps");
    }
  }

  /** The instructions; letters are those of Python's pickle.py. */
  private void execute(int op, long at) throws IOException {
    switch (op) {
      case 0x80 -> protocol(in.u8());
      case 0x95 -> in.i64(); // FRAME: how much a reader may read ahead
      case '(' -> marks.add(stack.size());
      case '0' -> pop();
      case '1' -> popToMark();
      case '2' -> push(peek());
      case 'q' -> memo.put((long) in.u8(), peek());
      case 'r' -> memo.put(in.i32() & 0xFFFFFFFFL, peek());
      case 0x94 -> memo.put((long) memo.size(), peek());
      case 'h' -> push(remembered(in.u8()));
      case 'j' -> push(remembered(in.i32() & 0xFFFFFFFFL));
      case 'c' -> push(global(name(in.line(MAX_NAME)), name(in.line(MAX_NAME)), at));
      case 0x93 -> {
        Pickled name = pop();
        push(global(text(pop()), text(name), at));
      }
      case 'Q' -> push(calls.persistent(pop()));
      case 'R', 0x81 -> {
        Items arguments = items(pop());
        push(call(pop(), arguments, at));
      }
      case 'b' -> build(pop());
      default -> {
        if (!constant(op) && !container(op)) {
          throw PickleException.refused("the opcode " + opcode(op) + " at byte " + at);
        }
      }
    }
  }

  private boolean constant(int op) throws IOException {
    switch (op) {
      case 'N' -> push(NONE);
      case 0x88, 0x89 -> push(FLAG);
      case 'J' -> push(new Whole(in.i32()));
      case 'K' -> push(new Whole(in.u8()));
      case 'M' -> push(new Whole(in.u16()));
      case 0x8a -> push(whole(in.bytes(in.u8()).array()));
      case 'G' -> push(new Real(in.bigEndianDouble()));
      case 'X' -> push(new Text(utf8(in.bytes(length(in.i32() & 0xFFFFFFFFL)).array())));
      case 0x8c -> push(new Text(utf8(in.bytes(in.u8()).array())));
      case 0x8d -> push(new Text(utf8(in.bytes(length(in.i64())).array())));
      case 'U' -> push(new Text(name(in.bytes(in.u8()).array()))); // Python 2's strings
      case 'T' -> push(new Text(name(in.bytes(length(in.i32())).array())));
      case 'C' -> skip(in.u8());
      case 'B' -> skip(in.i32() & 0xFFFFFFFFL);
      case 0x8e -> skip(in.i64());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean container(int op) {
    switch (op) {
      case ')' -> push(new Items(true, List.of()));
      case ']' -> push(Items.list());
      case '}' -> push(new Dictionary());
      case 't' -> push(new Items(true, popToMark()));
      case 0x85 -> push(new Items(true, pop(1)));
      case 0x86 -> push(new Items(true, pop(2)));
      case 0x87 -> push(new Items(true, pop(3)));
      case 'l' -> push(new Items(false, popToMark()));
      case 'a' -> append(pop(1));
      case 'e' -> append(popToMark());
      case 's' -> set(pop(2));
      case 'u' -> set(popToMark());
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void protocol(int version) {
    if (version < 2 || version > 5) {
      throw PickleException.damaged("its pickle has protocol " + version + ", not 2 to 5");
    }
  }

  // ---- the stack ----

  private int floor() {
    return marks.isEmpty() ? 0 : marks.getLast();
  }

  private void push(Pickled value) {
    stack.add(value);
  }

  private Pickled peek() {
    if (stack.size() <= floor()) {
      throw PickleException.damaged("its pickle takes more from the stack than there is");
    }
    return stack.getLast();
  }

  private Pickled pop() {
    Pickled value = peek();
    stack.removeLast();
    return value;
  }

  /** The topmost {@code count} values, the lowest first. */
  private List<Pickled> pop(int count) {
    if (stack.size() - floor() < count) {
      throw PickleException.damaged("its pickle takes more from the stack than there is");
    }
    return popFrom(stack.size() - count);
  }

  private List<Pickled> popToMark() {
    if (marks.isEmpty()) {
      throw PickleException.damaged("its pickle ends a part that it did not begin");
    }
    return popFrom(marks.removeLast());
  }

  private List<Pickled> popFrom(int from) {
    List<Pickled> top = stack.subList(from, stack.size());
    var values = new ArrayList<>(top);
    top.clear();
    return values;
  }

  private Pickled remembered(long index) {
    Pickled value = memo.get(index);
    if (value == null) {
      throw PickleException.damaged("its pickle recalls a value " + index + " that it never kept");
    }
    return value;
  }

  // ---- values ----

  /** A text's length; a step stands for a few names, not for megabytes of them. */
  private int length(long count) {
    if (count < 0 || count > in.remaining()) {
      throw PickleException.damaged(
          "a text in its pickle has " + count + " bytes, but " + in.remaining() + " are left");
    }
    work(count / 64);
    return (int) count; // since work allows for no more
  }

  private void skip(long count) throws IOException {
    in.bytes(length(count));
    push(BYTES);
  }

  /** Two's complement, the low byte first. */
  private static Pickled whole(byte[] bytes) {
    if (bytes.length > 8) {
      byte[] highFirst = new byte[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        highFirst[i] = bytes[bytes.length - 1 - i];
      }
      return new Large(new BigInteger(highFirst));
    }
    long value = bytes.length == 0 ? 0 : bytes[bytes.length - 1]; // with its sign
    for (int i = bytes.length - 2; i >= 0; i--) {
      value = value << 8 | (bytes[i] & 0xFF);
    }
    return new Whole(value);
  }

  private static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw PickleException.damaged("a text in its pickle is not UTF-8");
    }
  }

  private static String name(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String text(Pickled value) {
    if (value instanceof Text(String text)) {
      return text;
    }
    throw PickleException.damaged("a name in its pickle is " + value.word());
  }

  private static Items items(Pickled value) {
    if (value instanceof Items items) {
      return items;
    }
    throw PickleException.damaged("a call's arguments are " + value.word());
  }

  // ---- what touches names and containers ----

  private static Named global(String module, String name, long at) {
    return new Named(
        PickleGlobal.of(module, name)
            .orElseThrow(() -> PickleException.refused(module + "." + name + " at byte " + at)));
  }

  private Pickled call(Pickled function, Items arguments, long at) {
    if (!(function instanceof Named(PickleGlobal global))) {
      throw PickleException.refused("a call of " + function.word() + " at byte " + at);
    }
    if (global == PickleGlobal.ORDERED_DICT
        && !arguments.items.isEmpty()
        && arguments.items.getFirst() instanceof Items pairs) {
      work(pairs.items.size()); // one short instruction each time, however many pairs
    }
    return calls.call(global, arguments);
  }

  /** Attributes: of an ordered dictionary, or PyTorch 0.1's of a parameter; not needed. */
  private void build(Pickled state) {
    Pickled target = peek();
    boolean known =
        (target instanceof Dictionary && state instanceof Dictionary)
            || (target instanceof View && state instanceof Items);
    if (!known) {
      throw PickleException.refused("attributes for " + target.word());
    }
  }

  private void append(List<Pickled> values) {
    if (!(peek() instanceof Items list) || list.tuple) {
      throw PickleException.damaged("its pickle appends to " + peek().word());
    }
    list.items.addAll(values);
  }

  private void set(List<Pickled> pairs) {
    if (!(peek() instanceof Dictionary dictionary)) {
      throw PickleException.damaged("its pickle sets an entry of " + peek().word());
    }
    if (pairs.size() % 2 != 0) {
      throw PickleException.damaged("its pickle has a key without a value");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      PickleCalls.put(dictionary, pairs.get(i), pairs.get(i + 1));
    }
  }

  /** The name of an opcode that is refused, in pickletools' words. */
  private static String opcode(int op) {
    return switch (op) {
      case 'i' -> "INST";
      case 'o' -> "OBJ";
      case 'P' -> "PERSID";
      case 0x82 -> "EXT1";
      case 0x83 -> "EXT2";
      case 0x84 -> "EXT4";
      case 0x8b -> "LONG4";
      case 0x8f -> "EMPTY_SET";
      case 0x90 -> "ADDITEMS";
      case 0x91 -> "FROZENSET";
      case 0x92 -> "NEWOBJ_EX";
      case 0x96 -> "BYTEARRAY8";
      case 0x97 -> "NEXT_BUFFER";
      case 0x98 -> "READONLY_BUFFER";
      default -> "0x%02x".formatted(op);
    };
  }
}
