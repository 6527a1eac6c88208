package dev.hone.nn.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Puts a pickle together, instruction by instruction, sound or not. */
final class PickleAssembler {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** The start of a pickle of protocol 2. */
  static PickleAssembler protocol2() {
    return new PickleAssembler().op(0x80, 2);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** The pickle's end. */
  byte[] stop() {
    return op('.').bytes();
  }

  int size() {
    return out.size();
  }

  /** Bytes as they are: opcodes, arguments. */
  PickleAssembler op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleAssembler raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  PickleAssembler raw(String latin1) {
    return raw(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  PickleAssembler int32(long value) {
    return raw(little(4).putInt((int) value).array());
  }

  PickleAssembler int64(long value) {
    return raw(little(8).putLong(value).array());
  }

  PickleAssembler text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return op('X').int32(utf8.length).raw(utf8);
  }

  PickleAssembler global(String module, String name) {
    return op('c').raw(module + "\n" + name + "\n");
  }

  /** In the shortest of Python's four ways. */
  PickleAssembler whole(long value) {
    if (value >= 0 && value < 256) {
      return op('K', (int) value);
    } else if (value >= 0 && value < 65536) {
      return op('M', (int) value & 0xFF, (int) value >>> 8);
    } else if (value == (int) value) {
      return op('J').int32(value);
    }
    return op(0x8a, 8).int64(value);
  }

  PickleAssembler real(double value) {
    return op('G').raw(ByteBuffer.allocate(8).putDouble(value).array());
  }

  /** A tuple of whole numbers. */
  PickleAssembler tuple(long... values) {
    op('(');
    for (long v : values) {
      whole(v);
    }
    return op('t');
  }

  /** A storage in memory. */
  PickleAssembler storage(String kind, String key, long elements) {
    return op('(')
        .text("storage")
        .global("torch", kind)
        .text(key)
        .text("cpu")
        .whole(elements)
        .op('t', 'Q');
  }

  /** A tensor of a storage's elements. */
  PickleAssembler tensor(
      String kind, String key, long elements, long offset, long[] shape, long... strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op('(')
        .storage(kind, key, elements)
        .whole(offset)
        .tuple(shape)
        .tuple(strides)
        .op(0x89)
        .global("collections", "OrderedDict")
        .op(')', 'R', 't', 'R');
  }
}
