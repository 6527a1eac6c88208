package dev.hone.bench.micro;

import java.util.Map;

/** Something that runs workloads on a {@link Problem}: Hone, or a peer it is compared with. */
public interface Engine extends AutoCloseable {
  /** What it is and how it is set, in one line. */
  String description();

  /**
   * Makes {@code workload} ready, on a copy of the problem's network. Each run of the result is one
   * complete run of the workload: nothing of it is left pending. Throws {@link
   * UnsupportedOperationException} for what no peer has to run, see {@link Workloads#contested}.
   */
  Runnable prepare(Workload workload);

  /**
   * What one run of {@code workload} computes, row-major, by name. Two engines use the same names,
   * so that {@link Agreement} can compare them.
   */
  Map<String, float[]> results(Workload workload);

  @Override
  void close();
}
