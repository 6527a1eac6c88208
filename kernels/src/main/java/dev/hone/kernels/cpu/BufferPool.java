package dev.hone.kernels.cpu;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Recycles arrays by exact length, so that a step that repeats allocates nothing. It holds at most
 * a share of the heap: beyond that, the lengths that were not asked for longest are dropped first,
 * so a change of batch size does not leave it full of arrays nobody wants. Thread-safe.
 *
 * <p>What {@link #takeFloats} returns holds unspecified numbers. With assertions on, or {@code
 * -Dhone.poison=true}, it holds NaN, so that a kernel that reads what it did not write shows.
 */
final class BufferPool {
  private static final int POISON = Integer.MIN_VALUE;

  private final Map<Integer, Bin> floats = new HashMap<>();
  private final Map<Integer, Bin> ints = new HashMap<>();
  private final boolean poison;
  private final long limit;
  private long held;
  private long clock;
  private long allocations;

  /** The arrays of one length, and when one was last asked for. */
  private static final class Bin {
    final ArrayDeque<Object> free = new ArrayDeque<>();
    long lastUse;
  }

  BufferPool() {
    this(Runtime.getRuntime().maxMemory() / 4, Boolean.getBoolean("hone.poison") || asserts());
  }

  BufferPool(long limitBytes, boolean poison) {
    this.limit = limitBytes;
    this.poison = poison;
  }

  private static boolean asserts() {
    return BufferPool.class.desiredAssertionStatus();
  }

  /** An array of {@code length} floats, contents unspecified. */
  float[] takeFloats(int length) {
    Object recycled = take(floats, length);
    return recycled != null ? (float[]) recycled : newFloats(length);
  }

  /** An array of {@code length} ints, contents unspecified. */
  int[] takeInts(int length) {
    Object recycled = take(ints, length);
    return recycled != null ? (int[]) recycled : newInts(length);
  }

  /** A new array that need not come back, contents unspecified. */
  float[] newFloats(int length) {
    float[] a = new float[length];
    poison(a);
    return a;
  }

  /** A new array that need not come back, contents unspecified. */
  int[] newInts(int length) {
    int[] a = new int[length];
    poison(a);
    return a;
  }

  /** Takes {@code a} back; the caller must not touch it any more. */
  void give(float[] a) {
    poison(a);
    give(floats, a.length, a);
  }

  /** Takes {@code a} back; the caller must not touch it any more. */
  void give(int[] a) {
    poison(a);
    give(ints, a.length, a);
  }

  private void poison(float[] a) {
    if (poison) {
      Arrays.fill(a, Float.NaN);
    }
  }

  private void poison(int[] a) {
    if (poison) {
      Arrays.fill(a, POISON);
    }
  }

  private synchronized @Nullable Object take(Map<Integer, Bin> bins, int length) {
    Bin bin = bins.computeIfAbsent(length, n -> new Bin());
    bin.lastUse = ++clock;
    Object a = bin.free.pollLast();
    if (a == null) {
      allocations++;
    } else {
      held -= 4L * length;
    }
    return a;
  }

  private synchronized void give(Map<Integer, Bin> bins, int length, Object a) {
    long bytes = 4L * length;
    if (bytes > limit) {
      return;
    }
    Bin bin = bins.computeIfAbsent(length, n -> new Bin());
    bin.free.addLast(a);
    held += bytes;
    while (held > limit) {
      dropOldest();
    }
  }

  private void dropOldest() {
    Map<Integer, Bin> home = floats;
    int length = -1;
    long oldest = Long.MAX_VALUE;
    for (var bins : java.util.List.of(floats, ints)) {
      for (var e : bins.entrySet()) {
        if (!e.getValue().free.isEmpty() && e.getValue().lastUse < oldest) {
          oldest = e.getValue().lastUse;
          home = bins;
          length = e.getKey();
        }
      }
    }
    Bin bin = home.get(length);
    if (bin == null) {
      throw new IllegalStateException("buffer pool: holds " + held + " bytes in no bin");
    }
    bin.free.removeFirst();
    held -= 4L * length;
    if (bin.free.isEmpty()) {
      home.remove(length);
    }
  }

  /** Bytes waiting to be taken again. */
  synchronized long heldBytes() {
    return held;
  }

  /** How often nothing fitted, so that an array had to be made. */
  synchronized long allocations() {
    return allocations;
  }
}
