package dev.hone.kernels.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The most multiplications and additions this machine does, by doing nothing else: 16 independent
 * chains, since a fused multiply-add has a latency of 4 cycles and a core starts up to 2 in each.
 */
final class FmaPeak {
  private static final int CHAINS = 16;
  private static final int ROUNDS = 30_000;
  private static final long WARM_UP = 150_000_000;
  private static final long TIME = 350_000_000;

  /** A twentieth of what compiled code does in that time; less, and it was not compiled yet. */
  private static final int LEAST_ROUNDS = 200;

  private static final long PATIENCE = 30_000_000_000L;

  private FmaPeak() {}

  /** Touches the incubator module, so it is loaded only where that is present. */
  private static final class Vectors {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  }

  /**
   * Operations per second of {@code threads} threads that run at the same time, each at its best in
   * many short rounds, so that a round in which another program had the core does not count.
   */
  static double measure(int threads) {
    double[] best = new double[threads];
    new Workers(threads).parallelFor(threads, t -> best[t] = ofThisThread());
    return Arrays.stream(best).sum();
  }

  private static double ofThisThread() {
    boolean vectors = Lanes.vectorModulePresent();
    int lanes = vectors ? Vectors.SPECIES.length() : 1;
    double operations = 2.0 * CHAINS * lanes * ROUNDS;
    double best = 0;
    float sink = 0;
    long begin = System.nanoTime();
    long end = begin;
    int rounds = 0;
    while (end - begin < WARM_UP + TIME
        || (rounds < LEAST_ROUNDS && end - begin < PATIENCE)) { // the compilers are kept waiting
      long start = end;
      sink = vectors ? vectorRound(sink) : scalarRound(sink);
      end = System.nanoTime();
      rounds++;
      if (start - begin > WARM_UP) {
        best = Math.max(best, operations / ((end - start) / 1e9));
      }
    }
    // The chains converge to 1; asking keeps them from being optimised away.
    return Float.isNaN(sink) ? 0 : best;
  }

  private static float vectorRound(float seed) {
    VectorSpecies<Float> s = Vectors.SPECIES;
    var m = FloatVector.broadcast(s, 0.999f);
    var p = FloatVector.broadcast(s, 0.001f);
    var a0 = FloatVector.broadcast(s, seed);
    var a1 = a0.add(1);
    var a2 = a0.add(2);
    var a3 = a0.add(3);
    var a4 = a0.add(4);
    var a5 = a0.add(5);
    var a6 = a0.add(6);
    var a7 = a0.add(7);
    var a8 = a0.add(8);
    var a9 = a0.add(9);
    var aa = a0.add(10);
    var ab = a0.add(11);
    var ac = a0.add(12);
    var ad = a0.add(13);
    var ae = a0.add(14);
    var af = a0.add(15);
    for (int i = 0; i < ROUNDS; i++) {
      a0 = a0.fma(m, p);
      a1 = a1.fma(m, p);
      a2 = a2.fma(m, p);
      a3 = a3.fma(m, p);
      a4 = a4.fma(m, p);
      a5 = a5.fma(m, p);
      a6 = a6.fma(m, p);
      a7 = a7.fma(m, p);
      a8 = a8.fma(m, p);
      a9 = a9.fma(m, p);
      aa = aa.fma(m, p);
      ab = ab.fma(m, p);
      ac = ac.fma(m, p);
      ad = ad.fma(m, p);
      ae = ae.fma(m, p);
      af = af.fma(m, p);
    }
    var low = a0.add(a1).add(a2.add(a3)).add(a4.add(a5).add(a6.add(a7)));
    var high = a8.add(a9).add(aa.add(ab)).add(ac.add(ad).add(ae.add(af)));
    return low.add(high).lane(0);
  }

  private static float scalarRound(float seed) {
    float sum = 0;
    for (int chains = 0; chains < CHAINS; chains += 8) {
      float a0 = seed + chains;
      float a1 = a0 + 1;
      float a2 = a0 + 2;
      float a3 = a0 + 3;
      float a4 = a0 + 4;
      float a5 = a0 + 5;
      float a6 = a0 + 6;
      float a7 = a0 + 7;
      for (int i = 0; i < ROUNDS; i++) {
        a0 = Math.fma(a0, 0.999f, 0.001f);
        a1 = Math.fma(a1, 0.999f, 0.001f);
        a2 = Math.fma(a2, 0.999f, 0.001f);
        a3 = Math.fma(a3, 0.999f, 0.001f);
        a4 = Math.fma(a4, 0.999f, 0.001f);
        a5 = Math.fma(a5, 0.999f, 0.001f);
        a6 = Math.fma(a6, 0.999f, 0.001f);
        a7 = Math.fma(a7, 0.999f, 0.001f);
      }
      sum += a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7;
    }
    return sum;
  }
}
