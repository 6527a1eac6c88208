package dev.hone.datasets;

/** The pixels of both splits. */
record SplitStores(ImageStore train, ImageStore test) {
  ImageStore of(Split split) {
    return switch (split) {
      case TRAIN -> train;
      case TEST -> test;
    };
  }
}
