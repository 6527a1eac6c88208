package dev.hone.kernels.cuda;

import java.util.List;

/** The families that the backend launches itself. */
final class OwnKernels {
  static final List<String> FAMILIES =
      List.of("elementwise", "moves", "reduce", "softmax", "finish", "running");

  private OwnKernels() {}
}
