package dev.hone.kernels.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Loads JCuda's natives from a folder of this process alone. JCuda unpacks them to a fixed name in
 * {@code java.io.tmpdir} and takes whatever already lies there, be it half a file of a process that
 * died or a library that somebody put there; so that property points elsewhere while the classes
 * first load.
 */
public final class JcudaNatives {
  private static final String TEMPORARY = "java.io.tmpdir";

  private JcudaNatives() {}

  /**
   * Initialises {@code classes}, each of which loads a library. Only call it for libraries that
   * {@link CudaProbe} found: their absence cannot be caught.
   */
  public static synchronized void load(List<String> classes) {
    String usual = System.getProperty(TEMPORARY);
    Path folder = makeFolder();
    System.setProperty(TEMPORARY, folder.toString());
    try {
      for (String name : classes) {
        Class.forName(name, true, JcudaNatives.class.getClassLoader());
      }
    } catch (ClassNotFoundException | LinkageError e) {
      throw new GpuException("JCuda's natives do not load: " + firstLine(e), e);
    } finally {
      System.setProperty(TEMPORARY, usual);
      remove(folder);
    }
  }

  /** Readable by its owner only, as {@code createTempDirectory} makes them. */
  private static Path makeFolder() {
    try {
      return Files.createTempDirectory("hone-jcuda-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a folder for JCuda's natives", e);
    }
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
  }

  /** A loaded library needs its file no more; where it does (Windows), it goes with the process. */
  private static void remove(Path folder) {
    // What is left for the exit goes in reverse order: the folder, asked for first, comes last.
    folder.toFile().deleteOnExit();
    try (Stream<Path> files = Files.list(folder)) {
      files.toList().forEach(JcudaNatives::removeNowOrLater);
    } catch (IOException _) {
      return;
    }
    removeNowOrLater(folder);
  }

  private static void removeNowOrLater(Path path) {
    try {
      Files.delete(path);
    } catch (IOException _) {
      path.toFile().deleteOnExit();
    }
  }
}
