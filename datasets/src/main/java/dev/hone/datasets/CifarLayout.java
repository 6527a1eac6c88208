package dev.hone.datasets;

import java.util.List;

/** How the two published binary archives are laid out. */
enum CifarLayout {
  /** Records of (label, 3072 bytes). */
  CIFAR_10("cifar-10-binary.tar.gz", "cifar-10-batches-bin", "c32a1d4ab5d03f1284b67883e8d87530"),
  /** Records of (coarse label, fine label, 3072 bytes). */
  CIFAR_100("cifar-100-binary.tar.gz", "cifar-100-binary", "03b5dce01913d631647c71ecec9e9cb8");

  static final int CHANNELS = 3;
  static final int SIDE = 32;
  static final int IMAGE_BYTES = CHANNELS * SIDE * SIDE;

  private final String archive;
  private final String folder;
  private final String publishedMd5;

  CifarLayout(String archive, String folder, String publishedMd5) {
    this.archive = archive;
    this.folder = folder;
    this.publishedMd5 = publishedMd5;
  }

  String archive() {
    return archive;
  }

  String folder() {
    return folder;
  }

  String publishedMd5() {
    return publishedMd5;
  }

  /** The bounds of the labels that open a record. */
  List<Integer> labelBounds() {
    return switch (this) {
      case CIFAR_10 -> List.of(10);
      case CIFAR_100 -> List.of(20, 100);
    };
  }

  /** The files of a split, in the order of their images. */
  List<String> files(Split split) {
    return switch (split) {
      case TRAIN ->
          switch (this) {
            case CIFAR_10 ->
                List.of(
                    "data_batch_1.bin",
                    "data_batch_2.bin",
                    "data_batch_3.bin",
                    "data_batch_4.bin",
                    "data_batch_5.bin");
            case CIFAR_100 -> List.of("train.bin");
          };
      case TEST ->
          switch (this) {
            case CIFAR_10 -> List.of("test_batch.bin");
            case CIFAR_100 -> List.of("test.bin");
          };
    };
  }

  /** The records of one file as published; no file has more. */
  int maxRecords(Split split) {
    return this == CIFAR_100 && split == Split.TRAIN ? 50_000 : 10_000;
  }
}
