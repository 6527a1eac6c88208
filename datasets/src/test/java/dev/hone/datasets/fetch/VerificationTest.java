package dev.hone.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.datasets.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerificationTest {
  @TempDir private Path root;

  private static byte[] records(int count, int badLabelAt) {
    byte[] records = FetcherTest.noise(3, count * 3073);
    for (int i = 0; i < count; i++) {
      records[i * 3073] = (byte) (i == badLabelAt ? 10 : i % 10);
    }
    return records;
  }

  private void unpacked(int badLabelAt) throws IOException {
    Path folder = Files.createDirectories(root.resolve("cifar10/cifar-10-batches-bin"));
    for (int batch = 1; batch <= 5; batch++) {
      Files.write(folder.resolve("data_batch_" + batch + ".bin"), records(12, -1));
    }
    Files.write(folder.resolve("test_batch.bin"), records(25, badLabelAt));
  }

  @Test
  void unpackedFilesAreSoundWithoutAnArchive() throws IOException {
    unpacked(-1);
    Published set = Catalogue.of("cifar10");
    Verification found = Verification.of(set, root);
    assertEquals(List.of(), found.problems());
    assertEquals(
        List.of(
            new Verification.Content(Split.TRAIN, 60, 3, 32, 32, 10, 5, 10),
            new Verification.Content(Split.TEST, 25, 3, 32, 32, 10, 2, 3)),
        found.contents());
    assertFalse(found.asPublished(set));
    assertEquals(found, Verification.of(set, root.resolve("cifar10")));
  }

  @Test
  void damageIsAProblemOfItsSplitOnly() throws IOException {
    unpacked(7);
    Verification found = Verification.of(Catalogue.of("cifar10"), root);
    assertFalse(found.sound());
    assertEquals(1, found.contents().size());
    assertTrue(found.problems().getFirst().contains("label 10 in record 7"), found::toString);
  }

  @Test
  void whatIsNotThereIsOneProblem() throws IOException {
    Verification found = Verification.of(Catalogue.of("fashion-mnist"), root);
    assertEquals(2, found.problems().size());
    assertEquals(List.of(), found.sums());
  }

  @Test
  void aFileIsHeldToThePublishedSum() throws IOException {
    Path file = Files.write(root.resolve("cifar-10-binary.tar.gz"), new byte[] {1, 2, 3});
    Verification found = Verification.of(Catalogue.of("cifar10"), file);
    assertFalse(found.sound());
    Verification.Sum sum = found.sums().getFirst();
    assertEquals("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", sum.sha256());
    assertFalse(sum.asPublished());
    var same = new PublishedFile(file.toString().replace('/', '_'), 3, sum.sha256(), "", List.of());
    assertTrue(new Verification.Sum(file, same, 3, sum.sha256()).asPublished());
  }

  @Test
  void theEmbeddedSetIsWhole() {
    Verification found = Verification.ofEmbedded(Catalogue.of("fashion-mnist"));
    assertEquals(
        new Verification.Content(Split.TEST, 2000, 1, 32, 32, 10, 200, 200),
        found.contents().getLast());
  }
}
