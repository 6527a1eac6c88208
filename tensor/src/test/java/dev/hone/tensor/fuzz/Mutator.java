package dev.hone.tensor.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damages files the way that hurts readers: sizes that lie, parts that are missing, twice there or
 * moved, numbers at the edges of their types, digits in texts, nesting, and words that the format
 * knows in places where it does not expect them.
 */
final class Mutator {
  private static final long[] EDGES = {
    0,
    1,
    -1,
    2,
    7,
    8,
    16,
    64,
    100,
    127,
    128,
    255,
    256,
    512,
    1000,
    1024,
    4096,
    32767,
    32768,
    65535,
    65536,
    1 << 20,
    1 << 24,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xFFFF_FFFFL,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MAX_VALUE / 4,
    0x4000_0000L,
    0x2000_0000L
  };
  private static final String[] NUMBERS = {
    "0",
    "-1",
    "1",
    "00",
    "2147483647",
    "2147483648",
    "-2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999",
    "1e308",
    "1e999999999",
    "NaN",
    "0x7f",
    "1.5",
    "",
    "+1",
    "7777777777",
    "5000000"
  };

  private final List<byte[]> dictionary;
  private final int mostBytes;

  Mutator(List<byte[]> dictionary, int mostBytes) {
    this.dictionary = dictionary;
    this.mostBytes = mostBytes;
  }

  /** {@code good} with one to eight mutations; {@code other} is what parts are borrowed from. */
  byte[] mutate(byte[] good, byte[] other, SplittableRandom random) {
    byte[] bytes = good.clone();
    int rounds = 1 + Math.min(7, Long.numberOfTrailingZeros(random.nextLong()));
    for (int i = 0; i < rounds; i++) {
      bytes = once(bytes, other, random);
    }
    return bytes;
  }

  private byte[] once(byte[] bytes, byte[] other, SplittableRandom random) {
    if (bytes.length == 0) {
      return noise(random, 1 + random.nextInt(64));
    }
    // Headers lie at the front of most formats and at the end of some (zip).
    int at = place(bytes.length, random);
    int span = 1 + random.nextInt(Math.min(bytes.length, 1 << random.nextInt(1, 11)));
    int end = Math.min(bytes.length, at + span);
    byte[] part = Arrays.copyOfRange(bytes, at, end);
    return switch (random.nextInt(14)) {
      case 0 -> Arrays.copyOf(bytes, at);
      case 1 -> splice(bytes, bytes.length, bytes.length, noise(random, span));
      case 2 -> splice(bytes, at, end, new byte[0]);
      case 3 -> splice(bytes, at, at, repeat(part, 1 + random.nextInt(20)));
      case 4 -> splice(bytes, place(bytes.length, random), -1, part);
      case 5 -> splice(bytes, at, end, borrowed(other, random));
      case 6 -> edge(bytes, at, random);
      case 7 -> word(bytes, at, random);
      case 8 -> number(bytes, at, random);
      case 9 -> filled(bytes, at, end, (byte) random.nextInt(256));
      case 10 -> splice(bytes, at, end, noise(random, end - at));
      case 11 -> added(bytes, at, random);
      default -> flipped(bytes, at, random);
    };
  }

  private static int place(int length, SplittableRandom random) {
    int near = Math.min(length, 256);
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(near);
      case 1 -> length - 1 - random.nextInt(near);
      default -> random.nextInt(length);
    };
  }

  /** {@code bytes} with [from, to) replaced; {@code to} -1 overwrites as much as there is room. */
  private byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
    int rest = to < 0 ? Math.min(bytes.length, from + middle.length) : to;
    long length = (long) from + middle.length + bytes.length - rest;
    if (length > mostBytes) {
      return bytes;
    }
    byte[] spliced = Arrays.copyOf(bytes, (int) length);
    System.arraycopy(middle, 0, spliced, from, middle.length);
    System.arraycopy(bytes, rest, spliced, from + middle.length, bytes.length - rest);
    return spliced;
  }

  private static byte[] borrowed(byte[] other, SplittableRandom random) {
    if (other.length == 0) {
      return other;
    }
    int from = random.nextInt(other.length);
    return Arrays.copyOfRange(other, from, from + 1 + random.nextInt(other.length - from));
  }

  /** A number at the edge of its type, over what was there. */
  private static byte[] edge(byte[] bytes, int at, SplittableRandom random) {
    long value = EDGES[random.nextInt(EDGES.length)] + random.nextInt(-1, 2);
    int width = 1 << random.nextInt(4);
    var number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value).array();
    boolean big = random.nextBoolean();
    for (int i = 0; i < width && at + i < bytes.length; i++) {
      bytes[at + i] = number[big ? width - 1 - i : i];
    }
    return bytes;
  }

  /** A word of the format; over what was there, or in between. */
  private byte[] word(byte[] bytes, int at, SplittableRandom random) {
    if (dictionary.isEmpty()) {
      return flipped(bytes, at, random);
    }
    byte[] word = dictionary.get(random.nextInt(dictionary.size()));
    int times = random.nextInt(16) == 0 ? 1 + random.nextInt(2000) : 1;
    return splice(bytes, at, random.nextBoolean() ? at : -1, repeat(word, times));
  }

  /** The next run of digits becomes another number. */
  private byte[] number(byte[] bytes, int at, SplittableRandom random) {
    int from = at;
    while (from < bytes.length && !digit(bytes[from])) {
      from++;
    }
    int to = from;
    while (to < bytes.length && digit(bytes[to])) {
      to++;
    }
    byte[] text = NUMBERS[random.nextInt(NUMBERS.length)].getBytes(StandardCharsets.US_ASCII);
    // Formats with fixed fields (tar) want as many digits as there were.
    boolean fixed = random.nextBoolean() && text.length <= to - from;
    return from == to
        ? flipped(bytes, at, random)
        : splice(bytes, from, fixed ? from + text.length : to, text);
  }

  private static boolean digit(byte value) {
    return value >= '0' && value <= '9';
  }

  private static byte[] filled(byte[] bytes, int from, int to, byte value) {
    Arrays.fill(bytes, from, to, value);
    return bytes;
  }

  private static byte[] added(byte[] bytes, int at, SplittableRandom random) {
    bytes[at] += (byte) random.nextInt(-8, 9);
    return bytes;
  }

  private static byte[] flipped(byte[] bytes, int at, SplittableRandom random) {
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    return bytes;
  }

  private byte[] repeat(byte[] part, int times) {
    int copies = Math.min(times, Math.max(1, mostBytes / Math.max(1, part.length)));
    byte[] repeated = new byte[part.length * copies];
    for (int i = 0; i < copies; i++) {
      System.arraycopy(part, 0, repeated, i * part.length, part.length);
    }
    return repeated;
  }

  private static byte[] noise(SplittableRandom random, int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }
}
