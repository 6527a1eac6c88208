package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Approximation;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.Schedule;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Backends on the interpreter with every sanitizer, each with another order of blocks and warps and
 * another error of the {@code .approx} instructions: all must give the same.
 */
record CheckedEmulator(List<CudaBackend> backends) {
  /** With the oracle for what a library does. */
  static CheckedEmulator ofOwnKernels() {
    return new CheckedEmulator(
        List.of(
            on(Schedule.FORWARD, Approximation.EXACT, 1),
            on(Schedule.REVERSE, Approximation.MAX, 2),
            on(Schedule.random(3), Approximation.MIN, 3),
            on(Schedule.random(4), Approximation.random(5), 4)));
  }

  private static CudaBackend on(Schedule schedule, Approximation approximation, int seed) {
    EmulatorOptions options =
        EmulatorOptions.checked()
            .withCounters(false)
            .withSchedule(schedule)
            .withApproximation(approximation);
    var driver = new EmulatorDriver(options, seed);
    return new CudaBackend("emulator", new CudaDevice(driver), new HostDnnProvider(driver));
  }

  /** One of them, in turn. */
  CudaBackend get(int i) {
    return backends.get(i % backends.size());
  }

  /** The lines of {@code family}.ptx that no lane of any backend ran; "" if there is none. */
  String missed(String family) {
    var missed = new TreeSet<Integer>();
    Map<String, SortedSet<Integer>> each = new TreeMap<>();
    for (CudaBackend backend : backends) {
      GpuModule module = backend.device().modules().get(family);
      if (module != null) {
        var driver = (EmulatorDriver) backend.device().driver();
        SortedSet<Integer> lines = driver.emulator().missed(module.ptx());
        if (each.isEmpty()) {
          missed.addAll(lines);
        } else {
          missed.retainAll(lines);
        }
        each.put(backend.toString(), lines);
      }
    }
    if (each.isEmpty()) {
      return family + ".ptx was never loaded";
    }
    return missed.isEmpty() ? "" : family + ".ptx, lines that never ran: " + missed;
  }
}
