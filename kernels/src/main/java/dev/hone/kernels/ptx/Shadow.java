package dev.hone.kernels.ptx;

import java.util.Arrays;

/**
 * What is known of each word of some memory: which of its bytes were written, and who wrote and
 * read it last. An access is a stamp: its stretch (32 bits), lane (5), bytes (4), whether atomic
 * (1), and line (22). Three readers are kept, chosen so that a writer of another warp or lane finds
 * one.
 */
final class Shadow {
  private static final int LANE_SHIFT = 27;
  private static final int BYTES_SHIFT = 23;
  private static final long ATOMIC = 1L << 22;
  private static final int LINE_MASK = (1 << 22) - 1;

  private final byte[] initialised;
  private long[] writers = new long[0];
  private long[] readers = new long[0];
  private long[] olderReaders = new long[0];
  private long[] otherReaders = new long[0];
  private long[] readOnly = new long[0];

  Shadow(int words) {
    initialised = new byte[words];
  }

  /** As if the memory were new; the stamps are void since their stretches are over. */
  void reset() {
    Arrays.fill(initialised, (byte) 0);
    Arrays.fill(writers, 0);
    Arrays.fill(readers, 0);
    Arrays.fill(olderReaders, 0);
    Arrays.fill(otherReaders, 0);
  }

  private void track() {
    if (writers.length == 0) {
      writers = new long[initialised.length];
      readers = new long[initialised.length];
      olderReaders = new long[initialised.length];
      otherReaders = new long[initialised.length];
    }
  }

  boolean initialised(int word, int bytes) {
    return (initialised[word] & bytes) == bytes;
  }

  void initialise(int word, int bytes) {
    initialised[word] |= (byte) bytes;
  }

  /** Bytes {@code from} to {@code to} of the memory. */
  void initialise(long from, long to) {
    long at = from;
    while (at < to) {
      if ((at & 3) == 0 && to - at >= 4) {
        int end = (int) (to >> 2);
        Arrays.fill(initialised, (int) (at >> 2), end, (byte) 15);
        at = (long) end << 2;
      } else {
        initialised[(int) (at >> 2)] |= (byte) (1 << (at & 3));
        at++;
      }
    }
  }

  static long stamp(int segment, int lane, int bytes, boolean atomic, int line) {
    return (long) segment << 32
        | (long) lane << LANE_SHIFT
        | (long) bytes << BYTES_SHIFT
        | (atomic ? ATOMIC : 0)
        | Math.min(line, LINE_MASK);
  }

  static int segment(long stamp) {
    return (int) (stamp >>> 32);
  }

  static int lane(long stamp) {
    return (int) (stamp >>> LANE_SHIFT) & 31;
  }

  static int line(long stamp) {
    return (int) stamp & LINE_MASK;
  }

  private static boolean atomic(long stamp) {
    return (stamp & ATOMIC) != 0;
  }

  /** Whether two accesses may happen in any order and touch the same byte. */
  private static boolean conflict(Segments segments, long before, long now) {
    int a = segment(before);
    if (!segments.current(a) || (before & now & 15L << BYTES_SHIFT) == 0) {
      return false;
    }
    int b = segment(now);
    return a == b ? lane(before) != lane(now) : segments.concurrent(a, b);
  }

  /** Notes a read; the stamp of a write that it races with, 0 for none. */
  long read(Segments segments, int word, long now) {
    track();
    long written = writers[word];
    long last = readers[word];
    if (last != now) {
      if (!segments.current(segment(last)) || (last ^ now) >>> LANE_SHIFT == 0) {
        readers[word] = now;
      } else {
        if (segments.warp(segment(last)) == segments.warp(segment(now))
            && segments.block(segment(last)) == segments.block(segment(now))) {
          olderReaders[word] = last;
        } else {
          otherReaders[word] = last;
        }
        readers[word] = now;
      }
    }
    return conflict(segments, written, now) ? written : 0;
  }

  /**
   * Notes a write; the stamp of an access that it races with, 0 for none.
   *
   * @param same whether the word holds already what is written: two lanes of one instruction may
   *     write the same
   */
  long write(Segments segments, int word, long now, boolean same) {
    track();
    long before = writers[word];
    writers[word] = now;
    boolean bothAtomic = atomic(before) && atomic(now);
    boolean together = same && segment(before) == segment(now) && line(before) == line(now);
    if (!bothAtomic && !together && conflict(segments, before, now)) {
      return before;
    }
    if (conflict(segments, readers[word], now)) {
      return readers[word];
    }
    if (conflict(segments, olderReaders[word], now)) {
      return olderReaders[word];
    }
    return conflict(segments, otherReaders[word], now) ? otherReaders[word] : 0;
  }

  /** Notes a read by {@code .nc}; the stamp of a write of the same launch, 0 for none. */
  long readOnly(Segments segments, int word, long now) {
    if (readOnly.length == 0) {
      readOnly = new long[initialised.length];
    }
    track();
    readOnly[word] = now;
    return segments.current(segment(writers[word])) ? writers[word] : 0;
  }

  /** The stamp of a read by {@code .nc} in this launch, 0 for none. */
  long readOnlyBefore(Segments segments, int word) {
    return readOnly.length > 0 && segments.current(segment(readOnly[word])) ? readOnly[word] : 0;
  }

  /** Copies what is known to be written, as a copy of the memory itself does. */
  static void copy(Shadow from, long fromByte, Shadow to, long toByte, long bytes) {
    for (long i = 0; i < bytes; i++) {
      int bit = from.initialised[(int) (fromByte + i >> 2)] >> (fromByte + i & 3) & 1;
      int word = (int) (toByte + i >> 2);
      int shift = (int) (toByte + i & 3);
      to.initialised[word] = (byte) (to.initialised[word] & ~(1 << shift) | bit << shift);
    }
  }
}
