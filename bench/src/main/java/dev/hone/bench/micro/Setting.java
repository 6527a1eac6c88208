package dev.hone.bench.micro;

/**
 * How a workload is run.
 *
 * @param batch images per run
 * @param threads of the engine
 * @param lanes floats in Hone's vectors; 1 is scalar
 */
public record Setting(int batch, int threads, int lanes) {}
