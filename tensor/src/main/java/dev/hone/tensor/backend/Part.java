package dev.hone.tensor.backend;

/** Work on the samples {@code from} (inclusive) to {@code to} (exclusive) of a batch. */
public interface Part {
  void run(int from, int to);
}
