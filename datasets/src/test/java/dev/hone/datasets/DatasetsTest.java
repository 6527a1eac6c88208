package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DatasetsTest {
  @Test
  void anUnknownNameListsTheValidOnes() {
    assertEquals(
        List.of(
            "fashion-mnist",
            "mnist",
            "cifar10",
            "cifar100",
            "cifar100-coarse",
            "images",
            "birds",
            "cub200-2011",
            "lsun"),
        Datasets.names());
    assertEquals(Datasets.DEFAULT, Datasets.names().getFirst());
    TestFiles.assertRefused(
        () -> Datasets.load("cifar-10", Split.TRAIN),
        "'cifar-10'",
        "fashion-mnist, mnist, cifar10, cifar100, cifar100-coarse, images, birds, cub200-2011, lsun");
    TestFiles.assertRefused(
        () -> Datasets.load("emnist", Split.TEST, Path.of(".")), "'emnist'", "cifar100-coarse");
  }

  @Test
  void aSetThatIsNotEmbeddedSaysWhatItNeeds() {
    TestFiles.assertRefused(
        () -> Datasets.load("cifar10", Split.TRAIN), "cifar-10-binary.tar.gz", "--data-dir");
    TestFiles.assertRefused(
        () -> Datasets.load("cifar100", Split.TRAIN), "cifar-100-binary.tar.gz", "--data-dir");
  }

  @Test
  void aFolderThatIsNotThereIsSaidSo() {
    TestFiles.assertRefused(
        () -> Datasets.load("cifar10", Split.TEST, Path.of("no", "such", "folder")),
        "no such folder",
        "cifar-10-binary.tar.gz");
  }
}
