package dev.hone.kernels.ptx;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Device memory as allocations of their own. An address is an allocation's number above {@code
 * ID_SHIFT} bits of offset; numbers are never used again, so that a stale address is seen, and one
 * that leaves its allocation on either side lands in no other.
 */
final class DeviceMemory {
  static final int ID_SHIFT = 40;
  private static final long OFFSET_MASK = (1L << ID_SHIFT) - 1;

  /** A float reads it as NaN, an int as something absurd. */
  private static final int POISON = 0x7FBADBAD;

  private static final int[] NONE = {};

  private final boolean shadowing;
  private int[][] words = new int[16][];
  private long[] bytes = new long[16];
  private @Nullable Shadow[] shadows = new Shadow[16];
  private int next = 1;
  private long live;

  DeviceMemory(boolean shadowing) {
    this.shadowing = shadowing;
    Arrays.fill(words, NONE);
  }

  /** All allocations' words by number; those that are gone are empty. */
  int[][] words() {
    return words;
  }

  long liveBytes() {
    return live;
  }

  long allocate(long size) {
    if (size < 0 || size > 4L * (Integer.MAX_VALUE - 8)) {
      throw new IllegalArgumentException(
          "allocate: the emulator's allocations hold 0 to 8 GB each, but %d bytes were asked for"
              .formatted(size));
    }
    if (next == words.length) {
      int grown = next * 2;
      words = Arrays.copyOf(words, grown);
      Arrays.fill(words, next, grown, NONE);
      bytes = Arrays.copyOf(bytes, grown);
      shadows = Arrays.copyOf(shadows, grown);
    }
    int[] fresh = new int[(int) Math.ceilDiv(size, 4L)];
    Arrays.fill(fresh, POISON);
    words[next] = fresh;
    bytes[next] = size;
    shadows[next] = shadowing ? new Shadow(fresh.length) : null;
    live += size;
    return (long) next++ << ID_SHIFT;
  }

  void free(long address) {
    int id = id(address);
    if (offset(address) != 0 || id <= 0 || id >= next) {
      throw new IllegalArgumentException(
          "free: %s is not the start of an allocation".formatted(text(address)));
    }
    if (bytes[id] < 0) {
      throw new IllegalArgumentException("free: allocation " + id + " was freed already");
    }
    live -= bytes[id];
    words[id] = NONE;
    bytes[id] = -1;
    shadows[id] = null;
  }

  static int id(long address) {
    return (int) (address >>> ID_SHIFT);
  }

  static long offset(long address) {
    return address & OFFSET_MASK;
  }

  static String text(long address) {
    return "0x" + Long.toHexString(address);
  }

  /** Whether {@code count} bytes at {@code address} lie in one allocation that is alive. */
  boolean contains(long address, long count) {
    int id = id(address);
    return id > 0 && id < next && offset(address) + count <= bytes[id];
  }

  @Nullable Shadow shadow(int id) {
    return shadows[id];
  }

  /** Why {@code contains} says no. */
  String why(long address, long count) {
    int id = id(address);
    long offset = offset(address);
    if (offset > OFFSET_MASK / 2 && id + 1 < next && bytes[id + 1] >= 0) {
      return "%d bytes before the start of allocation %d of %d bytes"
          .formatted(OFFSET_MASK + 1 - offset, id + 1, bytes[id + 1]);
    }
    if (id <= 0 || id >= next) {
      return "address " + text(address) + " is in no allocation";
    }
    if (bytes[id] < 0) {
      return "byte %d of allocation %d, which was freed".formatted(offset, id);
    }
    return "%d bytes at byte %d of allocation %d of %d bytes"
        .formatted(count, offset, id, bytes[id]);
  }

  boolean freed(long address) {
    int id = id(address);
    return id > 0 && id < next && bytes[id] < 0;
  }

  private MemorySegment segment(String op, long address, long count) {
    if (!contains(address, count) && count > 0) {
      throw new IllegalArgumentException(op + ": " + why(address, count));
    }
    return count == 0
        ? MemorySegment.NULL
        : MemorySegment.ofArray(words[id(address)]).asSlice(offset(address), count);
  }

  void copyIn(long address, MemorySegment source) {
    segment("copyIn", address, source.byteSize()).copyFrom(source);
    initialise(address, source.byteSize());
  }

  void copyOut(long address, MemorySegment target) {
    target.copyFrom(segment("copyOut", address, target.byteSize()));
  }

  void copy(long from, long to, long count) {
    MemorySegment source = segment("copy from", from, count);
    segment("copy to", to, count).copyFrom(source);
    Shadow known = shadows[id(from)];
    Shadow target = shadows[id(to)];
    if (known != null && target != null) {
      Shadow.copy(known, offset(from), target, offset(to), count);
    }
  }

  void fill(long address, byte value, long count) {
    if (count > 0) {
      segment("fill", address, count).fill(value);
      initialise(address, count);
    }
  }

  private void initialise(long address, long count) {
    Shadow shadow = shadows[id(address)];
    if (shadow != null) {
      shadow.initialise(offset(address), offset(address) + count);
    }
  }

  /** How many of the bytes nobody wrote. */
  long uninitialised(long address, long count) {
    segment("uninitialised", address, count);
    Shadow shadow = shadows[id(address)];
    if (shadow == null) {
      throw new IllegalStateException("uninitialised: known only with the interpreter's checks on");
    }
    long missing = 0;
    for (long at = offset(address); at < offset(address) + count; at++) {
      missing += shadow.initialised((int) (at >> 2), 1 << (at & 3)) ? 0 : 1;
    }
    return missing;
  }
}
