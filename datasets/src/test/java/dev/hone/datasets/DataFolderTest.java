package dev.hone.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  private static Path root(Map<String, String> environment, String system) {
    return DataFolder.root(environment, "/home/me", system);
  }

  @Test
  void theFirstPlaceThatIsNamedCounts() {
    Path home = Path.of("/home/me/.cache/hone/data");
    assertEquals(home, root(Map.of(), "Linux"));
    assertEquals(
        Path.of("/x/hone/data"),
        root(Map.of("XDG_CACHE_HOME", "/x", "LOCALAPPDATA", "/l"), "Linux"));
    assertEquals(home, root(Map.of("XDG_CACHE_HOME", "relative"), "Linux"));
    assertEquals(home, root(Map.of("LOCALAPPDATA", "/l"), "Linux"));
    assertEquals(Path.of("/l/hone/data"), root(Map.of("LOCALAPPDATA", "/l"), "Windows 11"));
    assertEquals(
        Path.of("own/data"), root(Map.of("XDG_CACHE_HOME", "/x", "HONE_CACHE", "own"), "Linux"));
    assertEquals(home, root(Map.of("HONE_CACHE", ""), "Linux"));
  }

  @Test
  void aSetsOwnFolderComesBeforeTheRoot(@TempDir Path root) throws IOException {
    assertEquals(root, DataFolder.of(root, "cifar10"));
    Files.createDirectory(root.resolve("cifar10"));
    assertEquals(root.resolve("cifar10"), DataFolder.of(root, "cifar10"));
  }
}
