package dev.hone.kernels.ptx;

import java.math.BigDecimal;

/**
 * The pieces of {@code cvt}, on one lane. Integers pass through a long, floating-point numbers on
 * their way to an integer through a double: both hold every value of the narrower types.
 */
final class ConvertAlu {
  private ConvertAlu() {}

  static long longFromS8(int a) {
    return (byte) a;
  }

  static long longFromU8(int a) {
    return a & 0xFF;
  }

  static long longFromS16(int a) {
    return (short) a;
  }

  static long longFromU16(int a) {
    return a & 0xFFFF;
  }

  static long longFromS32(int a) {
    return a;
  }

  static long longFromU32(int a) {
    return Integer.toUnsignedLong(a);
  }

  static long longS8(long a) {
    return (byte) a;
  }

  static long longU8(long a) {
    return a & 0xFF;
  }

  static long longS16(long a) {
    return (short) a;
  }

  static long longU16(long a) {
    return a & 0xFFFF;
  }

  static long longS32(long a) {
    return (int) a;
  }

  static long longU32(long a) {
    return a & 0xFFFFFFFFL;
  }

  static int intFromLong(long a) {
    return (int) a;
  }

  static int low16FromLong(long a) {
    return (int) a & 0xFFFF;
  }

  // .sat between integers: a is what the source holds; for an unsigned 64-bit source it is clipped
  // to the largest long first, which is beyond all but U64 anyway.

  static long clipU64(long a) {
    return a < 0 ? Long.MAX_VALUE : a;
  }

  static long satS8(long a) {
    return Math.clamp(a, Byte.MIN_VALUE, (long) Byte.MAX_VALUE);
  }

  static long satU8(long a) {
    return Math.clamp(a, 0, 0xFFL);
  }

  static long satS16(long a) {
    return Math.clamp(a, Short.MIN_VALUE, (long) Short.MAX_VALUE);
  }

  static long satU16(long a) {
    return Math.clamp(a, 0, 0xFFFFL);
  }

  static long satS32(long a) {
    return Math.clamp(a, (long) Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  static long satU32(long a) {
    return Math.clamp(a, 0L, 0xFFFFFFFFL);
  }

  static long satS64(long a) {
    return a;
  }

  static long satU64(long a) {
    return Math.max(a, 0);
  }

  static double widenF32(float a) {
    return a;
  }

  static double roundRni(double a) {
    return Math.rint(a);
  }

  static double roundRzi(double a) {
    return a < 0 ? Math.ceil(a) : Math.floor(a);
  }

  static double roundRmi(double a) {
    return Math.floor(a);
  }

  static double roundRpi(double a) {
    return Math.ceil(a);
  }

  // From a whole double into a type's range. What NaN becomes depends on both types.

  static long wholeS8(double a, long nan) {
    return Double.isNaN(a) ? nan : (long) Math.clamp(a, Byte.MIN_VALUE, (double) Byte.MAX_VALUE);
  }

  static long wholeU8(double a, long nan) {
    return Double.isNaN(a) ? nan : (long) Math.clamp(a, 0, 0xFF);
  }

  static long wholeS16(double a, long nan) {
    return Double.isNaN(a) ? nan : (long) Math.clamp(a, Short.MIN_VALUE, (double) Short.MAX_VALUE);
  }

  static long wholeU16(double a, long nan) {
    return Double.isNaN(a) ? nan : (long) Math.clamp(a, 0, 0xFFFF);
  }

  static long wholeS32(double a, long nan) {
    return Double.isNaN(a)
        ? nan
        : (long) Math.clamp(a, Integer.MIN_VALUE, (double) Integer.MAX_VALUE);
  }

  static long wholeU32(double a, long nan) {
    return Double.isNaN(a) ? nan : (long) Math.clamp(a, 0, (double) 0xFFFFFFFFL);
  }

  static long wholeS64(double a, long nan) {
    return Double.isNaN(a) ? nan : (long) a; // Java's cast clamps
  }

  static long wholeU64(double a, long nan) {
    if (Double.isNaN(a)) {
      return nan;
    }
    if (a < 0x1p63) {
      return (long) Math.max(a, 0);
    }
    return a < 0x1p64 ? (long) (a - 0x1p63) + Long.MIN_VALUE : -1;
  }

  static float f32FromLongRn(long a) {
    return (float) a;
  }

  static float f32FromLongRz(long a) {
    return a < 0 ? f32FromLongRp(a) : f32FromLongRm(a);
  }

  static float f32FromLongRm(long a) {
    float f = (float) a;
    return exact(f).compareTo(BigDecimal.valueOf(a)) > 0 ? Math.nextDown(f) : f;
  }

  static float f32FromLongRp(long a) {
    float f = (float) a;
    return exact(f).compareTo(BigDecimal.valueOf(a)) < 0 ? Math.nextUp(f) : f;
  }

  static double f64FromLongRn(long a) {
    return (double) a;
  }

  static double f64FromLongRz(long a) {
    return a < 0 ? f64FromLongRp(a) : f64FromLongRm(a);
  }

  static double f64FromLongRm(long a) {
    double f = (double) a;
    return exact(f).compareTo(BigDecimal.valueOf(a)) > 0 ? Math.nextDown(f) : f;
  }

  static double f64FromLongRp(long a) {
    double f = (double) a;
    return exact(f).compareTo(BigDecimal.valueOf(a)) < 0 ? Math.nextUp(f) : f;
  }

  // An unsigned long with its top bit set is halved, its lowest bit kept sticky, so that halving
  // changes no rounding decision; twice the result is exact.

  private static long half(long a) {
    return a >>> 1 | a & 1;
  }

  static float f32FromU64Rn(long a) {
    return a >= 0 ? (float) a : (float) half(a) * 2;
  }

  static float f32FromU64Rz(long a) {
    return a >= 0 ? f32FromLongRz(a) : f32FromLongRz(half(a)) * 2;
  }

  static float f32FromU64Rm(long a) {
    return f32FromU64Rz(a);
  }

  static float f32FromU64Rp(long a) {
    return a >= 0 ? f32FromLongRp(a) : f32FromLongRp(half(a)) * 2;
  }

  static double f64FromU64Rn(long a) {
    return a >= 0 ? (double) a : (double) half(a) * 2;
  }

  static double f64FromU64Rz(long a) {
    return a >= 0 ? f64FromLongRz(a) : f64FromLongRz(half(a)) * 2;
  }

  static double f64FromU64Rm(long a) {
    return f64FromU64Rz(a);
  }

  static double f64FromU64Rp(long a) {
    return a >= 0 ? f64FromLongRp(a) : f64FromLongRp(half(a)) * 2;
  }

  private static BigDecimal exact(double a) {
    return new BigDecimal(a);
  }

  static float f32FromF64Rn(double a) {
    return (float) a;
  }

  static float f32FromF64Rz(double a) {
    float f = (float) a;
    if (Math.abs((double) f) <= Math.abs(a) || Double.isNaN(a)) {
      return f;
    }
    return f > 0 ? Math.nextDown(f) : Math.nextUp(f);
  }

  static float f32FromF64Rm(double a) {
    float f = (float) a;
    return f > a ? Math.nextDown(f) : f;
  }

  static float f32FromF64Rp(double a) {
    float f = (float) a;
    return f < a ? Math.nextUp(f) : f;
  }

  static float f32FromF16(int a) {
    return Float.float16ToFloat((short) a);
  }

  static int f16FromF32(float a) {
    return Float.isNaN(a) ? 0x7FFF : Float.floatToFloat16(a) & 0xFFFF;
  }

  static float oneF32(boolean a) {
    return a ? 1 : 0;
  }

  static int onesI32(boolean a) {
    return a ? -1 : 0;
  }
}
