package dev.hone.bench.micro;

import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.kernels.cuda.CudaBackendProvider;
import dev.hone.tensor.backend.Backend;

/** What Hone is measured on: where its backends come from, and what they can do at most. */
public sealed interface Target {
  /** Hone's backend with {@code setting}. */
  Backend backend(Setting setting);

  /** What it is, with {@code setting}, in words. */
  String words(Setting setting);

  /** What it can do at most with so many threads, measured now. */
  Ceiling ceiling(int threads);

  /** This machine's processor. */
  record Cpu() implements Target {
    @Override
    public Backend backend(Setting setting) {
      return CpuBackendProvider.withThreads(setting.threads(), setting.lanes());
    }

    @Override
    public String words(Setting setting) {
      return "%d %s, %d lanes"
          .formatted(
              setting.threads(), setting.threads() == 1 ? "thread" : "threads", setting.lanes());
    }

    @Override
    public Ceiling ceiling(int threads) {
      return Ceiling.measure(threads);
    }
  }

  /** A GPU, real or emulated, which has neither threads nor lanes to choose. */
  record Gpu(Backend backend) implements Target {
    @Override
    public Backend backend(Setting setting) {
      return backend;
    }

    @Override
    public String words(Setting setting) {
      return backend.name() + ": " + CudaBackendProvider.description(backend);
    }

    @Override
    public Ceiling ceiling(int threads) {
      return new Ceiling(
          threads, CudaBackendProvider.fmaPeak(backend), CudaBackendProvider.copyRate(backend));
    }
  }
}
