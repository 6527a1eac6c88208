package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  @Test
  void aSetsOwnFolderComesBeforeTheRoot(@TempDir Path root) throws IOException {
    assertEquals(root, DataFolder.of(root, "cifar10"));
    Files.createDirectory(root.resolve("cifar10"));
    assertEquals(root.resolve("cifar10"), DataFolder.of(root, "cifar10"));
  }

  @Test
  void aFetchedSetIsFoundWithoutBeingToldWhere(@TempDir Path cache) throws IOException {
    String before = System.getProperty(CacheFolder.PROPERTY);
    System.setProperty(CacheFolder.PROPERTY, cache.toString());
    try {
      TestFiles.assertRefused(
          () -> Datasets.load("cifar100-coarse", Split.TEST),
          "cifar-100-binary.tar.gz",
          "--data-dir",
          "./hone data fetch cifar100-coarse");
      Path archive = cache.resolve("data/cifar100/cifar-100-binary.tar.gz");
      TestFiles.write(archive, TestFiles.gzip(TestFiles.tar(TestFiles.cifar100Members())));
      // Both kinds of labels are read from one file.
      assertEquals(100, Datasets.load("cifar100", Split.TEST).classes());
      assertEquals(20, Datasets.load("cifar100-coarse", Split.TEST).classes());
      // Below a folder that is named, it is found as well.
      assertEquals(4, Datasets.load("cifar100", Split.TEST, cache.resolve("data")).count());
      // What is embedded stays what it was, whatever was fetched.
      TestFiles.write(cache.resolve("data/fashion-mnist/t10k-images-idx3-ubyte"), new byte[1]);
      assertEquals(2000, Datasets.load("fashion-mnist", Split.TEST).count());
    } finally {
      if (before == null) {
        System.clearProperty(CacheFolder.PROPERTY);
      } else {
        System.setProperty(CacheFolder.PROPERTY, before);
      }
    }
  }
}
