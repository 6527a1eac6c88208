package dev.hone.kernels.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Tile} in registers: 4 rows by 2 vectors. Accumulators are named locals: as an array they
 * would be boxed.
 *
 * <p>What was tried, one thread of Zen 3 with AVX2, tile alone, of 102 GFLOP/s that bare fused
 * multiply-adds reach: 6 x 2 (the textbook's choice for 16 registers) 45, as C2 spills; 4 x 3 42, 5
 * x 2 37; 8 x 1 88; 3 x 3 101; <b>4 x 2 100</b>, whose 8 chains just cover the latency of 4 cycles
 * on 2 ports.
 */
final class VectorTile implements Tile {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();

  @Override
  public int columns() {
    return 2 * L;
  }

  @Override
  public void multiply(int depth, float[] a, int aFrom, float[] b, int bFrom, float[] tile) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector c0l = zero;
    FloatVector c0h = zero;
    FloatVector c1l = zero;
    FloatVector c1h = zero;
    FloatVector c2l = zero;
    FloatVector c2h = zero;
    FloatVector c3l = zero;
    FloatVector c3h = zero;
    for (int k = 0; k < depth; k++) {
      int ao = aFrom + k * ROWS;
      int bo = bFrom + k * 2 * L;
      FloatVector low = FloatVector.fromArray(S, b, bo);
      FloatVector high = FloatVector.fromArray(S, b, bo + L);
      FloatVector a0 = FloatVector.broadcast(S, a[ao + 0]);
      c0l = a0.fma(low, c0l);
      c0h = a0.fma(high, c0h);
      FloatVector a1 = FloatVector.broadcast(S, a[ao + 1]);
      c1l = a1.fma(low, c1l);
      c1h = a1.fma(high, c1h);
      FloatVector a2 = FloatVector.broadcast(S, a[ao + 2]);
      c2l = a2.fma(low, c2l);
      c2h = a2.fma(high, c2h);
      FloatVector a3 = FloatVector.broadcast(S, a[ao + 3]);
      c3l = a3.fma(low, c3l);
      c3h = a3.fma(high, c3h);
    }
    c0l.intoArray(tile, 0 * L);
    c0h.intoArray(tile, 1 * L);
    c1l.intoArray(tile, 2 * L);
    c1h.intoArray(tile, 3 * L);
    c2l.intoArray(tile, 4 * L);
    c2h.intoArray(tile, 5 * L);
    c3l.intoArray(tile, 6 * L);
    c3h.intoArray(tile, 7 * L);
  }

  @Override
  public void merge(float[] tile, float[] c, int co, int rowStride, boolean first) {
    for (int r = 0; r < ROWS; r++) {
      FloatVector low = FloatVector.fromArray(S, tile, 2 * r * L);
      FloatVector high = FloatVector.fromArray(S, tile, (2 * r + 1) * L);
      int at = co + r * rowStride;
      if (first) {
        low.intoArray(c, at);
        high.intoArray(c, at + L);
      } else {
        FloatVector.fromArray(S, c, at).add(low).intoArray(c, at);
        FloatVector.fromArray(S, c, at + L).add(high).intoArray(c, at + L);
      }
    }
  }
}
