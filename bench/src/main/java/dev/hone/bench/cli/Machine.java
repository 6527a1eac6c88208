package dev.hone.bench.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.hone.kernels.cuda.CudaProbe;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@code hone doctor} looked at.
 *
 * @param memory the machine's (or the container's), in bytes
 * @param heap the most this JVM takes, in bytes
 * @param maven the path of mvn, or empty
 * @param runs the folder that runs are written to
 * @param runsWritable whether a file could be written there
 * @param disk free bytes where {@code runs} lies
 * @param missingData files of the embedded data set that are not on the class path
 * @param cuda what there is of CUDA
 */
record Machine(
    Runtime.Version jdk,
    String javaHome,
    boolean vectors,
    int cores,
    long memory,
    long heap,
    String maven,
    Path runs,
    boolean runsWritable,
    long disk,
    List<String> missingData,
    CudaProbe cuda) {
  private static final String DATA = "/dev/hone/datasets/fashion-mnist/";
  private static final List<String> DATA_FILES =
      List.of(
          "train-images-idx3-ubyte.gz",
          "train-labels-idx1-ubyte.gz",
          "t10k-images-idx3-ubyte.gz",
          "t10k-labels-idx1-ubyte.gz");

  static boolean hasVectors() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  /** Looks at this machine; {@code runs} is where the caller's runs would go. */
  static Machine here(Path runs) throws IOException {
    Path folder = existing(runs.toAbsolutePath());
    return new Machine(
        Runtime.version(),
        System.getProperty("java.home"),
        hasVectors(),
        Runtime.getRuntime().availableProcessors(),
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
        Runtime.getRuntime().maxMemory(),
        mavenOnPath(),
        runs,
        writable(folder),
        Files.getFileStore(folder).getUsableSpace(),
        DATA_FILES.stream().filter(name -> Machine.class.getResource(DATA + name) == null).toList(),
        CudaProbe.look());
  }

  private static Path existing(Path path) {
    Path folder = path;
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    return folder;
  }

  /** By writing, since permission bits say nothing about read-only mounts. */
  private static boolean writable(Path folder) {
    try {
      Files.delete(Files.createTempFile(folder, ".hone", ""));
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** The launcher says which one it uses; without it, the one on PATH. */
  private static String mavenOnPath() {
    String found = System.getProperty("hone.maven");
    if (found != null) {
      return found;
    }
    String path = System.getenv("PATH");
    return Stream.of((path == null ? "" : path).split(File.pathSeparator))
        .flatMap(folder -> Stream.of(Path.of(folder, "mvn"), Path.of(folder, "mvn.cmd")))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("");
  }
}
