package dev.hone.bench.micro;

import dev.hone.kernels.cpu.CpuBackendProvider;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * JMH's way to the one table of workloads. {@code hone bench --jmh} fills in the parameters from
 * it; those here are what JMH's own main class would run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 8, time = 1)
@Fork(1)
public class WorkloadBenchmark {
  @Param({"forward", "training step", "ICP step, eval BN, SGD", "ICP step, train BN, SGD"})
  String workload = "";

  @Param("128")
  int batch;

  @Param("1")
  int threads;

  /** 0 is this machine's. */
  @Param("0")
  int lanes;

  private Runnable run = () -> {};

  @Setup
  public void prepare() {
    int width = lanes == 0 ? CpuBackendProvider.lanes() : lanes;
    var backend = CpuBackendProvider.withThreads(threads, width);
    Problem problem = Problem.of(CpuBackendProvider.withThreads(threads), batch);
    run = new HoneEngine(problem, backend, "Hone").prepare(Workloads.named(workload));
  }

  @Benchmark
  public void run() {
    run.run();
  }
}
