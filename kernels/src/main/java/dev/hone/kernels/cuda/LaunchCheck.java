package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import dev.hone.kernels.ptx.PtxEntry;
import dev.hone.kernels.ptx.PtxParameter;
import java.util.List;

/**
 * Holds a launch against what the kernel declares and the device can do. The driver itself takes
 * untyped pointers and, given too few or the wrong ones, reads whatever lies there.
 */
final class LaunchCheck {
  private LaunchCheck() {}

  static void check(
      PtxEntry entry,
      Grid grid,
      int dynamicSharedBytes,
      List<KernelArgument> arguments,
      GpuProperties device) {
    List<PtxParameter> parameters = entry.parameters();
    if (parameters.size() != arguments.size()) {
      throw new IllegalArgumentException(
          "%s: takes %d arguments (%s), but got %d"
              .formatted(entry.name(), parameters.size(), names(parameters), arguments.size()));
    }
    for (int i = 0; i < parameters.size(); i++) {
      check(entry, i, parameters.get(i), arguments.get(i));
    }
    checkShared(entry, dynamicSharedBytes, device);
    int most = Math.min(entry.maxThreads(), device.maxThreadsPerBlock());
    if (grid.threadsPerBlock() > most) {
      throw new IllegalArgumentException(
          "%s: a block has at most %d threads on %s, but the grid is %s"
              .formatted(entry.name(), most, device.name(), grid));
    }
  }

  private static void checkShared(PtxEntry entry, int dynamicSharedBytes, GpuProperties device) {
    long both = (long) entry.sharedBytes() + dynamicSharedBytes;
    if (dynamicSharedBytes < 0 || both > device.sharedBytesPerBlock()) {
      throw new IllegalArgumentException(
          "%s: a block has at most %d bytes of shared memory on %s; the kernel declares %d and the"
                  .formatted(
                      entry.name(),
                      device.sharedBytesPerBlock(),
                      device.name(),
                      entry.sharedBytes())
              + " launch asks for "
              + dynamicSharedBytes);
    }
  }

  private static void check(
      PtxEntry entry, int index, PtxParameter parameter, KernelArgument argument) {
    if (!argument.fits(parameter)) {
      throw new IllegalArgumentException(
          "%s: parameter %d, %s, is %s%s, but got %s"
              .formatted(
                  entry.name(),
                  index,
                  parameter.name(),
                  parameter.type(),
                  parameter.pointer() ? ", an address" : "",
                  argument));
    }
  }

  private static String names(List<PtxParameter> parameters) {
    return String.join(", ", parameters.stream().map(PtxParameter::name).toList());
  }
}
