package dev.hone.kernels.ptx;

/**
 * What the integer instructions compute, on one lane. The name is the opcode, its modifiers that
 * matter and the type; I where signed and unsigned are the same. A 16-bit value travels in an int
 * whose upper half is 0.
 */
final class IntegerAlu {
  private static final int LOW16 = 0xFFFF;

  private IntegerAlu() {}

  static int addI16(int a, int b) {
    return (a + b) & LOW16;
  }

  static int addI32(int a, int b) {
    return a + b;
  }

  static long addI64(long a, long b) {
    return a + b;
  }

  static int addSatS32(int a, int b) {
    return (int) Math.clamp((long) a + b, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  static int subI16(int a, int b) {
    return (a - b) & LOW16;
  }

  static int subI32(int a, int b) {
    return a - b;
  }

  static long subI64(long a, long b) {
    return a - b;
  }

  static int subSatS32(int a, int b) {
    return (int) Math.clamp((long) a - b, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  static int mulLoI16(int a, int b) {
    return (a * b) & LOW16;
  }

  static int mulLoI32(int a, int b) {
    return a * b;
  }

  static long mulLoI64(long a, long b) {
    return a * b;
  }

  static int mulHiS16(int a, int b) {
    return ((short) a * (short) b) >>> 16;
  }

  static int mulHiU16(int a, int b) {
    return (a * b) >>> 16;
  }

  static int mulHiS32(int a, int b) {
    return (int) (((long) a * b) >> 32);
  }

  static int mulHiU32(int a, int b) {
    return (int) ((Integer.toUnsignedLong(a) * Integer.toUnsignedLong(b)) >>> 32);
  }

  static long mulHiS64(long a, long b) {
    return Math.multiplyHigh(a, b);
  }

  static long mulHiU64(long a, long b) {
    return Math.unsignedMultiplyHigh(a, b);
  }

  static int mulWideS16(int a, int b) {
    return (short) a * (short) b;
  }

  static int mulWideU16(int a, int b) {
    return a * b;
  }

  static long mulWideS32(int a, int b) {
    return (long) a * b;
  }

  static long mulWideU32(int a, int b) {
    return Integer.toUnsignedLong(a) * Integer.toUnsignedLong(b);
  }

  static int madLoI32(int a, int b, int c) {
    return a * b + c;
  }

  static long madLoI64(long a, long b, long c) {
    return a * b + c;
  }

  static long madWideS32(int a, int b, long c) {
    return (long) a * b + c;
  }

  static long madWideU32(int a, int b, long c) {
    return Integer.toUnsignedLong(a) * Integer.toUnsignedLong(b) + c;
  }

  // What a division by zero gives is the machine's own; the interpreter reports it.

  static int divS16(int a, int b) {
    return b == 0 ? LOW16 : ((short) a / (short) b) & LOW16;
  }

  static int divU16(int a, int b) {
    return b == 0 ? LOW16 : a / b;
  }

  static int divS32(int a, int b) {
    return b == 0 ? -1 : a / b;
  }

  static int divU32(int a, int b) {
    return b == 0 ? -1 : Integer.divideUnsigned(a, b);
  }

  static long divS64(long a, long b) {
    return b == 0 ? -1 : a / b;
  }

  static long divU64(long a, long b) {
    return b == 0 ? -1 : Long.divideUnsigned(a, b);
  }

  static int remS16(int a, int b) {
    return b == 0 ? a : ((short) a % (short) b) & LOW16;
  }

  static int remU16(int a, int b) {
    return b == 0 ? a : a % b;
  }

  static int remS32(int a, int b) {
    return b == 0 ? a : a % b;
  }

  static int remU32(int a, int b) {
    return b == 0 ? a : Integer.remainderUnsigned(a, b);
  }

  static long remS64(long a, long b) {
    return b == 0 ? a : a % b;
  }

  static long remU64(long a, long b) {
    return b == 0 ? a : Long.remainderUnsigned(a, b);
  }

  static int absS16(int a) {
    return Math.abs((short) a) & LOW16;
  }

  static int absS32(int a) {
    return Math.abs(a);
  }

  static long absS64(long a) {
    return Math.abs(a);
  }

  static int negS16(int a) {
    return -a & LOW16;
  }

  static int negS32(int a) {
    return -a;
  }

  static long negS64(long a) {
    return -a;
  }

  static int minS16(int a, int b) {
    return Math.min((short) a, (short) b) & LOW16;
  }

  static int minU16(int a, int b) {
    return Math.min(a, b);
  }

  static int minS32(int a, int b) {
    return Math.min(a, b);
  }

  static int minU32(int a, int b) {
    return Integer.compareUnsigned(a, b) < 0 ? a : b;
  }

  static long minS64(long a, long b) {
    return Math.min(a, b);
  }

  static long minU64(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? a : b;
  }

  static int maxS16(int a, int b) {
    return Math.max((short) a, (short) b) & LOW16;
  }

  static int maxU16(int a, int b) {
    return Math.max(a, b);
  }

  static int maxS32(int a, int b) {
    return Math.max(a, b);
  }

  static int maxU32(int a, int b) {
    return Integer.compareUnsigned(a, b) > 0 ? a : b;
  }

  static long maxS64(long a, long b) {
    return Math.max(a, b);
  }

  static long maxU64(long a, long b) {
    return Long.compareUnsigned(a, b) > 0 ? a : b;
  }

  static int sadS16(int a, int b, int c) {
    return (Math.abs((short) a - (short) b) + c) & LOW16;
  }

  static int sadU16(int a, int b, int c) {
    return (Math.abs(a - b) + c) & LOW16;
  }

  static int sadS32(int a, int b, int c) {
    return c + (a < b ? b - a : a - b);
  }

  static int sadU32(int a, int b, int c) {
    return c + (Integer.compareUnsigned(a, b) < 0 ? b - a : a - b);
  }

  static long sadS64(long a, long b, long c) {
    return c + (a < b ? b - a : a - b);
  }

  static long sadU64(long a, long b, long c) {
    return c + (Long.compareUnsigned(a, b) < 0 ? b - a : a - b);
  }
}
