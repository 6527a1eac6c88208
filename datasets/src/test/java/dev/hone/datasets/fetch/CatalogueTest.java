package dev.hone.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.datasets.Datasets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  @Test
  void everyDataSetIsThere() {
    List<String> names = Catalogue.sets().stream().map(Published::name).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
    // A reader for any folder has nothing that could be published.
    List<String> readable =
        Datasets.names().stream().filter(name -> !name.equals("images")).toList();
    assertTrue(names.containsAll(readable), readable + " are not all in " + names);
    assertThrows(IllegalArgumentException.class, () -> Catalogue.of("cifar"));
  }

  @Test
  void everyEntrySaysWhatOneHasToKnow() {
    for (Published set : Catalogue.sets()) {
      assertFalse(set.about().isEmpty() || set.licence().isEmpty(), set.name());
      assertFalse(set.citation().isEmpty() || set.home().isEmpty(), set.name());
      assertEquals(!set.fetchable(), !set.byHand().isEmpty(), set.name());
      for (PublishedFile file : set.files()) {
        assertFalse(file.mirrors().isEmpty(), file.name());
        assertTrue(file.md5().matches("[0-9a-f]{32}"), file.name());
        file.mirrors()
            .forEach(at -> assertTrue(at.getPath().endsWith("/" + file.name()), at.toString()));
      }
    }
  }

  @Test
  void differentFilesHaveDifferentSums() {
    var sums = new HashSet<String>();
    var files = new HashSet<PublishedFile>();
    for (Published set : Catalogue.sets()) {
      for (PublishedFile file : set.files()) {
        if (files.add(file)) {
          assertTrue(sums.add(file.sha256()) && sums.add(file.md5()), file.name());
        }
      }
    }
  }

  @Test
  void aFileOfAnotherSizeIsMissing(@TempDir Path root) throws IOException {
    var file = new PublishedFile("f", 3, "0".repeat(64), "", List.of());
    var set = new Published("n", "", "", "", 1, "", "", "", "set", List.of(file), "");
    assertFalse(set.begunIn(root));
    Files.write(Files.createDirectory(root.resolve("set")).resolve("f.part"), new byte[1]);
    assertTrue(set.begunIn(root));
    Files.write(root.resolve("set/f"), new byte[4]);
    assertEquals(List.of(file), set.missingIn(root));
    Files.write(root.resolve("set/f"), new byte[3]);
    assertEquals(List.of(), set.missingIn(root));
  }

  @Test
  void sizesAreReadable() {
    assertEquals("1 byte", Bytes.words(1));
    assertEquals("999 bytes", Bytes.words(999));
    assertEquals("29.5 KB", Bytes.words(29_515));
    assertEquals("168.5 MB", Bytes.words(168_513_733));
    assertEquals("1.15 GB", Bytes.words(1_150_585_339));
  }
}
