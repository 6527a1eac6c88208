package dev.hone.tensor;

import dev.hone.tensor.backend.Backend;

/**
 * Draws tensors on a backend from a {@link Philox} stream. The state is explicit: seed, stream and
 * position, which a checkpoint holds and {@link #at} restores. The numbers are made from counters,
 * so every backend and any number of threads sees the same ones.
 */
public final class Random {
  private final Backend backend;
  private final Philox philox;
  private long position;

  private Random(Backend backend, Philox philox, long position) {
    this.backend = backend;
    this.philox = philox;
    this.position = position;
  }

  public static Random of(Backend backend, long seed) {
    return new Random(backend, new Philox(seed, 0), 0);
  }

  /** The generator at a state that was read by {@link #philox} and {@link #position}. */
  public static Random at(Backend backend, Philox philox, long position) {
    return new Random(backend, philox, position);
  }

  public Backend backend() {
    return backend;
  }

  public Philox philox() {
    return philox;
  }

  /** How many words were drawn. */
  public long position() {
    return position;
  }

  /** An independent generator for one {@code purpose}, which leaves this one where it is. */
  public Random split(long purpose) {
    return new Random(backend, philox.split(purpose), 0);
  }

  /** Uniform in [0, 1). */
  public Tensor uniform(Shape shape) {
    return uniform(shape, 0, 1);
  }

  /** Uniform in [low, high). */
  public Tensor uniform(Shape shape, float low, float high) {
    Tensor drawn = backend.uniform(philox, position, shape, low, high);
    position += shape.size();
    return drawn;
  }

  /** Standard normal, by Box and Muller's transform of two words each. */
  public Tensor normal(Shape shape) {
    Tensor drawn = backend.normal(philox, position, shape);
    position += 2L * shape.size();
    return drawn;
  }

  /** int32 {@code [n]}: a permutation of 0 .. n-1. */
  public Tensor permutation(int n) {
    int[] order = philox.split(position).permutation(n);
    position += n;
    return Tensor.ofInts(backend, Shape.of(n), order);
  }

  /** Each element 0 with probability {@code p}, else 1 / (1 - p): its mean is 1. */
  public Tensor dropoutMask(Shape shape, float p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("dropout: p must be in [0, 1), but is " + p);
    }
    Tensor drawn = backend.dropoutMask(philox, position, shape, p, 1 / (1 - p));
    position += shape.size();
    return drawn;
  }
}
