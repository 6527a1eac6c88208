package dev.hone.kernels.cpu;

/**
 * The unrolled inner loops over image tensors {@code [groups][H][W][C][lanes]}, one generated
 * implementation of each family per lane count. A "vector" is one channel of one pixel: {@code
 * lanes} floats. Every element is computed in an order that depends on neither its lane nor its
 * neighbours, so an image's bits do not depend on its batch.
 */
record ImageKernels(
    int lanes,
    DirectKernels direct,
    WinogradKernels winograd,
    WeightGradientKernels weightGradient,
    WinogradGradientKernels winogradGradient,
    NormKernels norm) {

  /** The kernels of {@code lanes} lanes; only one lane works without the incubator module. */
  static ImageKernels of(int lanes) {
    return switch (lanes) {
      case 1 ->
          new ImageKernels(
              1,
              new DirectKernels1(),
              new WinogradKernels1(),
              new WeightGradientKernels1(),
              new WinogradGradientKernels1(),
              new NormKernels1());
      case 4 ->
          new ImageKernels(
              4,
              new DirectKernels4(),
              new WinogradKernels4(),
              new WeightGradientKernels4(),
              new WinogradGradientKernels4(),
              new NormKernels4());
      case 8 ->
          new ImageKernels(
              8,
              new DirectKernels8(),
              new WinogradKernels8(),
              new WeightGradientKernels8(),
              new WinogradGradientKernels8(),
              new NormKernels8());
      case 16 ->
          new ImageKernels(
              16,
              new DirectKernels16(),
              new WinogradKernels16(),
              new WeightGradientKernels16(),
              new WinogradGradientKernels16(),
              new NormKernels16());
      default ->
          throw new IllegalArgumentException(
              "image kernels: lanes must be 1, 4, 8 or 16, but are " + lanes);
    };
  }
}
