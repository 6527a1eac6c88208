package dev.hone.bench.micro;

/**
 * How a workload is run.
 *
 * @param batch images per run
 * @param threads of the engine; 0 on a GPU
 * @param lanes floats in Hone's vectors; 1 is scalar, 0 a GPU's
 */
public record Setting(int batch, int threads, int lanes) {
  /** On a GPU. */
  public static Setting ofGpu(int batch) {
    return new Setting(batch, 0, 0);
  }

  /** Whether there are no threads and lanes to speak of. */
  public boolean isOfGpu() {
    return threads == 0;
  }
}
