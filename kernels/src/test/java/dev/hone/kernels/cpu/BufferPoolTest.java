package dev.hone.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.DType;
import dev.hone.tensor.backend.Arena;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
  @Test
  void anArrayComesBackForItsLengthOnly() {
    var pool = new BufferPool(1000, false);
    float[] a = pool.takeFloats(10);
    pool.give(a);
    assertNotSame(a, pool.takeFloats(11));
    assertSame(a, pool.takeFloats(10));
    assertEquals(0, pool.heldBytes());
    int[] b = pool.takeInts(10);
    pool.give(b);
    assertSame(b, pool.takeInts(10));
    assertEquals(3, pool.allocations());
  }

  @Test
  void recycledMemoryHoldsNaNWherePoisoned() {
    var pool = new BufferPool(1000, true);
    float[] a = new float[10];
    pool.give(a);
    assertTrue(Float.isNaN(pool.takeFloats(10)[3]));
  }

  @Test
  void beyondItsLimitItDropsWhatWasNotUsedLongest() {
    var pool = new BufferPool(4 * 25, false);
    float[] stale = pool.takeFloats(10);
    float[] fresh = pool.takeFloats(12);
    pool.give(stale);
    pool.give(fresh);
    float[] more = pool.takeFloats(6);
    pool.give(more);
    assertEquals(4 * 18, pool.heldBytes());
    assertSame(fresh, pool.takeFloats(12));
    assertSame(more, pool.takeFloats(6));
    assertNotSame(stale, pool.takeFloats(10));
    pool.give(new float[26]);
    assertEquals(0, pool.heldBytes());
  }

  @Test
  void aReleasedStorageIsAnErrorAndReleasesOnce() {
    var backend = new CpuBackend(1, 1);
    var arena = new Arena();
    CpuStorage s = backend.allocate(DType.FLOAT32, 5, arena);
    assertThrows(IllegalStateException.class, s::ints);
    arena.close();
    s.release();
    assertThrows(IllegalStateException.class, s::floats);
    assertEquals(4 * 5, backend.pool().heldBytes());
  }
}
