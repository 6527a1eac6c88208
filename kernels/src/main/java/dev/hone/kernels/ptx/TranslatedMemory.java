package dev.hone.kernels.ptx;

import java.lang.constant.ClassDesc;

/** What translated code calls for accesses that are not a single word. */
final class TranslatedMemory {
  private static final Micro.Operation[] OPERATIONS = Micro.Operation.values();
  private static final PtxType[] TYPES = PtxType.values();

  /** This class, for code that calls it. */
  static final ClassDesc DESC = ClassDesc.ofDescriptor(TranslatedMemory.class.descriptorString());

  private TranslatedMemory() {}

  /** Of a trap or an endless loop in translated code. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped(boolean endless) {
      super(endless ? "endless" : "trap", null, false, false);
    }

    boolean endless() {
      return "endless".equals(getMessage());
    }
  }

  static RuntimeException stopped(int endless) {
    return new Stopped(endless != 0);
  }

  static long load64(int[] words, int index) {
    return Integer.toUnsignedLong(words[index]) | (long) words[index + 1] << 32;
  }

  static void store64(int[] words, int index, long value) {
    words[index] = (int) value;
    words[index + 1] = (int) (value >>> 32);
  }

  static int load8(int[] words, int offset) {
    return words[offset >>> 2] >>> 8 * (offset & 3) & 0xFF;
  }

  static int load16(int[] words, int offset) {
    return words[aligned(offset) >>> 2] >>> 8 * (offset & 2) & 0xFFFF;
  }

  /** As with whole words, an odd offset becomes one that lies in no array. */
  private static int aligned(int offset) {
    return (offset & 1) == 0 ? offset : -4;
  }

  static void store8(int[] words, int offset, int value) {
    int shift = 8 * (offset & 3);
    int at = offset >>> 2;
    words[at] = words[at] & ~(0xFF << shift) | (value & 0xFF) << shift;
  }

  static void store16(int[] words, int offset, int value) {
    int shift = 8 * (offset & 2);
    int at = aligned(offset) >>> 2;
    words[at] = words[at] & ~(0xFFFF << shift) | (value & 0xFFFF) << shift;
  }

  /** {@code operation} and {@code type} by number; gives the old value. */
  static long atomic(int[] words, int index, int operation, int type, long a, long b) {
    PtxType t = TYPES[type];
    long old = t.bytes() == 8 ? load64(words, index) : words[index];
    long now = Atomics.apply(OPERATIONS[operation], t, old, a, b);
    if (t.bytes() == 8) {
      store64(words, index, now);
    } else {
      words[index] = (int) now;
    }
    return old;
  }

  static long extended(long bits, int type) {
    return MemoryUnit.extended(TYPES[type], bits);
  }
}
