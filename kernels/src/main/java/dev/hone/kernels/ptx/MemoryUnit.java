package dev.hone.kernels.ptx;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Loads, stores and atomics of the interpreter, with their checks. */
final class MemoryUnit {
  private static final int[] NONE = {};

  private final DeviceMemory memory;
  private final Segments segments;
  private final Faults faults;
  private final @Nullable Tally tally;
  private final boolean checks;
  private final int[] parameters;
  private final int[] constants;
  private final int[] shared;
  private final int sharedBytes;
  private final @Nullable Shadow sharedShadow;

  private final long[] addresses = new long[Warp.LANES];

  // Where the access of one lane lies, as locate found it.
  private int[] words = NONE;
  private int at;
  private int byteInWord;
  private @Nullable Shadow shadow;

  MemoryUnit(
      DeviceMemory memory,
      Segments segments,
      Faults faults,
      @Nullable Tally tally,
      boolean checks,
      int[] parameters,
      Program program,
      int sharedBytes) {
    this.memory = memory;
    this.segments = segments;
    this.faults = faults;
    this.tally = tally;
    this.checks = checks;
    this.parameters = parameters;
    this.constants = program.body().constants().stream().mapToInt(i -> i).toArray();
    this.shared = new int[(sharedBytes + 3) / 4];
    this.sharedBytes = sharedBytes;
    this.sharedShadow = checks ? new Shadow(shared.length) : null;
  }

  /** Shared memory as a new block finds it. */
  void startBlock() {
    Arrays.fill(shared, 0x7FBADBAD);
    if (sharedShadow != null) {
      sharedShadow.reset();
    }
  }

  /** The lanes' addresses of the last access. */
  long[] addresses() {
    return addresses;
  }

  private void addresses(Warp w, Micro.Address a, int on) {
    if (a.base() < 0) {
      Arrays.fill(addresses, a.offset());
    } else if (a.wide()) {
      long[] base = w.longs(a.base());
      for (int i = 0; i < Warp.LANES; i++) {
        addresses[i] = base[i] + a.offset();
      }
    } else {
      int[] base = w.ints(a.base());
      for (int i = 0; i < Warp.LANES; i++) {
        addresses[i] = Integer.toUnsignedLong(base[i] + (int) a.offset());
      }
    }
  }

  private void count(Space space, int on, int bytes, boolean write) {
    if (tally != null && space == Space.GLOBAL) {
      tally.global(addresses, on, bytes, write);
    } else if (tally != null && space == Space.SHARED) {
      tally.shared(addresses, on, bytes);
    }
  }

  /** Finds {@code bytes} at a lane's address, or faults. */
  private void locate(Warp w, Space space, int lane, int bytes) {
    long address = addresses[lane];
    if (space == Space.GLOBAL) {
      if (!memory.contains(address, bytes)) {
        boolean freed = memory.freed(address);
        throw faults.at(
            w,
            lane,
            freed ? PtxFault.Kind.USE_AFTER_FREE : PtxFault.Kind.OUT_OF_BOUNDS,
            memory.why(address, bytes));
      }
      int id = DeviceMemory.id(address);
      words = memory.words()[id];
      shadow = memory.shadow(id);
    } else {
      int limit = limit(space);
      if (address < 0 || address + bytes > limit) {
        throw faults.at(
            w,
            lane,
            PtxFault.Kind.OUT_OF_BOUNDS,
            "%d bytes at byte %d of %s memory, which has %d bytes"
                .formatted(bytes, (int) address, space.text(), limit));
      }
      words = space == Space.SHARED ? shared : space == Space.CONST ? constants : parameters;
      shadow = space == Space.SHARED ? sharedShadow : null;
    }
    if ((address & bytes - 1) != 0) {
      throw faults.at(
          w,
          lane,
          PtxFault.Kind.MISALIGNED,
          "%d bytes at %s, which is no multiple of %d"
              .formatted(bytes, place(space, address), bytes));
    }
    at = (int) (DeviceMemory.offset(address) >> 2);
    byteInWord = (int) address & 3;
  }

  private int limit(Space space) {
    return switch (space) {
      case SHARED -> sharedBytes;
      case CONST -> constants.length * 4;
      case PARAM -> parameters.length * 4;
      case GLOBAL -> throw new IllegalStateException("global memory has no single limit");
    };
  }

  private static String place(Space space, long address) {
    return space == Space.GLOBAL
        ? "byte %d of allocation %d"
            .formatted(DeviceMemory.offset(address), DeviceMemory.id(address))
        : "byte " + address + " of " + space.text() + " memory";
  }

  private static int byteMask(int bytes, int byteInWord) {
    return bytes >= 4 ? 15 : (1 << bytes) - 1 << byteInWord;
  }

  // ---- Loads -----------------------------------------------------------------------------------

  void load(Warp w, Micro.Load load, int[] into, int on) {
    Micro.Address address = load.address();
    int size = load.type().bytes();
    int bytes = size * into.length;
    addresses(w, address, on);
    count(address.space(), on, bytes, false);
    for (int m = on; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      locate(w, address.space(), lane, bytes);
      Shadow known = shadow;
      if (checks && known != null) {
        checkRead(w, lane, known, bytes, address.space(), load.readOnly());
      }
      for (int k = 0; k < into.length; k++) {
        Object target = w.cells[into[k]];
        if (size == 4 && target instanceof float[] f) {
          f[lane] = Float.intBitsToFloat(words[at + k]);
        } else if (size == 4 && target instanceof int[] i) {
          i[lane] = words[at + k];
        } else {
          put(w, lane, into[k], load.type(), value(size, at + k * size / 4, byteInWord + k * size));
        }
      }
    }
  }

  /** The bits of {@code size} bytes; below a word, {@code offset} says which byte of its word. */
  private long value(int size, int word, int offset) {
    return switch (size) {
      case 4 -> words[word];
      case 8 -> Integer.toUnsignedLong(words[word]) | (long) words[word + 1] << 32;
      case 2 -> words[word] >>> 8 * (offset & 3) & 0xFFFF;
      default -> words[word] >>> 8 * (offset & 3) & 0xFF;
    };
  }

  /** Into a register that may be wider than what was read. */
  private static void put(Warp w, int lane, int cell, PtxType type, long bits) {
    switch (w.cells[cell]) {
      case float[] f -> f[lane] = Float.intBitsToFloat((int) bits);
      case int[] i -> i[lane] = (int) extended(type, bits);
      case long[] l -> l[lane] = extended(type, bits);
      case double[] d -> d[lane] = Double.longBitsToDouble(bits);
      default -> throw new IllegalStateException("no register of " + w.cells[cell].getClass());
    }
  }

  static long extended(PtxType type, long bits) {
    return switch (type) {
      case S8 -> (byte) bits;
      case S16 -> (short) bits;
      case S32 -> (int) bits;
      case U8, B8 -> bits & 0xFF;
      case U16, B16, F16 -> bits & 0xFFFF;
      case U32, B32, F32 -> bits & 0xFFFFFFFFL;
      case U64, S64, B64, F64, PRED -> bits;
    };
  }

  private void checkRead(Warp w, int lane, Shadow known, int bytes, Space space, boolean readOnly) {
    int mask = byteMask(bytes, byteInWord);
    long now = Shadow.stamp(w.segment, lane, mask, false, faults.line());
    for (int word = at; word < at + Math.max(1, bytes / 4); word++) {
      if (!known.initialised(word, mask)) {
        throw faults.at(
            w,
            lane,
            PtxFault.Kind.UNINITIALISED_MEMORY,
            "reads %s, which nothing wrote to%s"
                .formatted(
                    place(space, addresses[lane]),
                    space == Space.SHARED ? "; is a bar.sync missing before it?" : ""));
      }
      long writer = known.read(segments, word, now);
      if (writer != 0) {
        throw faults.race(w, lane, writer, "read", "write", place(space, addresses[lane]));
      }
      if (readOnly) {
        long written = known.readOnly(segments, word, now);
        if (written != 0) {
          throw faults.readOnly(w, lane, written, "wrote", place(space, addresses[lane]));
        }
      }
    }
  }

  // ---- Stores ----------------------------------------------------------------------------------

  void store(Warp w, Micro.Store store, int[] from, int on) {
    Micro.Address address = store.address();
    int size = store.type().bytes();
    int bytes = size * from.length;
    addresses(w, address, on);
    count(address.space(), on, bytes, true);
    for (int m = on; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      locate(w, address.space(), lane, bytes);
      for (int k = 0; k < from.length; k++) {
        long bits = get(w, lane, from[k]);
        int word = at + k * size / 4;
        int offset = byteInWord + k * size;
        Shadow known = shadow;
        if (checks && known != null) {
          boolean same = extendedRaw(size, bits) == extendedRaw(size, value(size, word, offset));
          for (int i = 0; i < Math.max(1, size / 4); i++) {
            checkWrite(w, lane, known, word + i, byteMask(size, offset & 3), address.space(), same);
          }
        }
        write(size, word, offset, bits);
      }
    }
  }

  private static long extendedRaw(int size, long bits) {
    return size == 8 ? bits : bits & (1L << 8 * size) - 1;
  }

  private static long get(Warp w, int lane, int cell) {
    return switch (w.cells[cell]) {
      case float[] f -> Float.floatToRawIntBits(f[lane]);
      case int[] i -> i[lane];
      case long[] l -> l[lane];
      case double[] d -> Double.doubleToRawLongBits(d[lane]);
      default -> throw new IllegalStateException("no register of " + w.cells[cell].getClass());
    };
  }

  private void write(int size, int word, int offset, long bits) {
    switch (size) {
      case 4 -> words[word] = (int) bits;
      case 8 -> {
        words[word] = (int) bits;
        words[word + 1] = (int) (bits >>> 32);
      }
      default -> {
        int shift = 8 * (offset & 3);
        int mask = (size == 2 ? 0xFFFF : 0xFF) << shift;
        words[word] = words[word] & ~mask | (int) bits << shift & mask;
      }
    }
  }

  private void checkWrite(
      Warp w, int lane, Shadow known, int word, int mask, Space space, boolean same) {
    long now = Shadow.stamp(w.segment, lane, mask, false, faults.line());
    long other = known.write(segments, word, now, same);
    if (other != 0) {
      throw faults.race(w, lane, other, "write", "access", place(space, addresses[lane]));
    }
    long reader = known.readOnlyBefore(segments, word);
    if (reader != 0) {
      throw faults.readOnly(w, lane, reader, "read by .nc", place(space, addresses[lane]));
    }
    known.initialise(word, mask);
  }

  // ---- Atomics ---------------------------------------------------------------------------------

  void atomic(Warp w, Micro.Atomic atomic, int on) {
    Space space = atomic.address().space();
    int size = atomic.type().bytes();
    addresses(w, atomic.address(), on);
    count(space, on, size, false);
    count(space, on, size, true);
    if (tally != null) {
      tally.atomics += Integer.bitCount(on);
      tally.floatAtomics += atomic.type().isFloat() ? Integer.bitCount(on) : 0;
    }
    for (int m = on; m != 0; m &= m - 1) {
      int lane = Integer.numberOfTrailingZeros(m);
      locate(w, space, lane, size);
      Shadow known = shadow;
      if (checks && known != null) {
        checkAtomic(w, lane, known, size, space);
      }
      long old = value(size, at, 0);
      long a = get(w, lane, atomic.a());
      long b = atomic.b() < 0 ? 0 : get(w, lane, atomic.b());
      write(size, at, 0, Atomics.apply(atomic.operation(), atomic.type(), old, a, b));
      if (atomic.into() >= 0) {
        put(w, lane, atomic.into(), atomic.type(), old);
      }
    }
  }

  private void checkAtomic(Warp w, int lane, Shadow known, int size, Space space) {
    long now = Shadow.stamp(w.segment, lane, 15, true, faults.line());
    for (int word = at; word < at + size / 4; word++) {
      if (!known.initialised(word, 15)) {
        throw faults.at(
            w,
            lane,
            PtxFault.Kind.UNINITIALISED_MEMORY,
            "updates %s, which nothing wrote to".formatted(place(space, addresses[lane])));
      }
      long other = known.write(segments, word, now, false);
      if (other != 0) {
        throw faults.race(w, lane, other, "atomic", "access", place(space, addresses[lane]));
      }
    }
  }
}
