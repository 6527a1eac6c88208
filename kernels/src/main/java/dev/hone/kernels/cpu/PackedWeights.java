package dev.hone.kernels.cpu;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the convolutions made of the weights in one storage: each form is made once and kept until
 * the storage is written or released, so that only a step that changes the weights pays for it.
 * Thread-safe: threads that ask at the same time may both make a form, with the same bits.
 */
final class PackedWeights {
  /** Which way of convolving reads which of the storage's numbers as what. */
  record Form(boolean winograd, List<ConvolutionPass.Filter> filters) {}

  /** Fills the array with the form; what it holds before is unspecified. */
  interface Packer {
    void pack(float[] to);
  }

  private final BufferPool pool;

  /** A map of its own only once there is something in it: of most storages nothing is made. */
  private Map<Form, float[]> made = Map.of();

  private int writes;

  PackedWeights(BufferPool pool) {
    this.pool = pool;
  }

  /** The form, made by {@code packer} if it is not there; valid until the storage is written. */
  float[] get(Form form, int length, Packer packer) {
    int seen;
    synchronized (this) {
      float[] known = made.get(form);
      if (known != null) {
        return known;
      }
      seen = writes;
    }
    float[] packed = pool.takeFloats(length);
    packer.pack(packed);
    return keep(form, packed, seen);
  }

  private synchronized float[] keep(Form form, float[] packed, int seen) {
    if (writes != seen) {
      return packed; // for this call, whose weights somebody writes meanwhile, but for no other
    }
    if (made.isEmpty()) {
      made = new HashMap<>();
    }
    float[] other = made.putIfAbsent(form, packed);
    if (other == null) {
      return packed;
    }
    pool.give(packed);
    return other;
  }

  /** The storage was written or is gone. */
  synchronized void drop() {
    writes++;
    if (!made.isEmpty()) {
      made.values().forEach(pool::give);
      made = Map.of();
    }
  }
}
