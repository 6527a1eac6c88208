package dev.hone.kernels.cuda;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A shared library by its file name, and the folders beyond the loader's own where it may lie. Once
 * opened it stays so: later libraries that ask for the same name get this one, which is how JCuda's
 * natives find a cuDNN that is not on the loader's path.
 */
record SharedLibrary(String file, List<Path> folders) {
  private static final boolean WINDOWS = File.separatorChar == '\\';

  /** What came of looking for it. */
  sealed interface Search {
    /** Where it was. */
    String place();

    /** It opened. */
    record Opened(SymbolLookup symbols, String place) implements Search {}

    /** It is in none of the places, or does not open there. */
    record Missing(String place) implements Search {}
  }

  /** Looks in the loader's places first, then in the folders. Writes nothing, prints nothing. */
  Search open() {
    try {
      return new Search.Opened(SymbolLookup.libraryLookup(file, Arena.global()), "loader's path");
    } catch (IllegalArgumentException _) {
      // Not there, or not to be opened: the folders may have a better one.
    }
    List<Path> there = folders.stream().map(f -> f.resolve(file)).filter(Files::exists).toList();
    for (Path path : there) {
      try {
        if (isLibrary(path)) {
          return new Search.Opened(
              SymbolLookup.libraryLookup(path, Arena.global()), path.toString());
        }
      } catch (IllegalArgumentException | IOException _) {
        // Broken, or needs another library that is missing: said below.
      }
    }
    String broken =
        there.isEmpty()
            ? ""
            : "; %s cannot be opened (broken, of another architecture, or itself lacks a library)"
                .formatted(there.getFirst());
    return new Search.Missing("looked in " + places() + broken);
  }

  /** HotSpot prints a warning if it is asked to open anything else. */
  private static boolean isLibrary(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] start = in.readNBytes(4);
      return WINDOWS || Arrays.equals(start, new byte[] {0x7f, 'E', 'L', 'F'});
    }
  }

  private String places() {
    String variable = WINDOWS ? "PATH" : "LD_LIBRARY_PATH";
    String value = System.getenv(variable);
    String loader =
        "the loader's path (%s)"
            .formatted(
                WINDOWS
                    ? variable
                    : variable + (value == null ? " not set" : "=" + value) + ", ld.so.cache");
    return Stream.concat(Stream.of(loader), folders.stream().map(Path::toString))
        .collect(Collectors.joining(", "));
  }
}
