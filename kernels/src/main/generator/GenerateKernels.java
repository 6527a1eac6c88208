import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Prints the unrolled image kernels, a class for each {@link Family} and lane count; run by Maven
 * before compilation.
 *
 * <p>Why a generator: C2 keeps a vector in a register only if it is a named local of the method
 * that loops, so tiles are written out, and each lane count needs its own constant species. With
 * one lane a vector is a plain {@code float}, which gives the fallback for machines without the
 * incubator module.
 */
final class GenerateKernels {
  private GenerateKernels() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]).resolve("dev/hone/kernels/cpu");
    Files.createDirectories(folder);
    Set<Path> printed = new HashSet<>();
    // 4 lanes are NEON, which has 32 registers like AVX-512; AVX2 has 16, and plain Java as many.
    for (Target t :
        List.of(new Target(1, 16), new Target(4, 32), new Target(8, 16), new Target(16, 32))) {
      for (Family family :
          List.of(
              new DirectFamily(t),
              new WinogradFamily(t),
              new WeightGradientFamily(t),
              new WinogradGradientFamily(t),
              new NormFamily(t))) {
        Path file = folder.resolve(family.className() + ".java");
        printed.add(file);
        String source = family.source();
        if (!Files.exists(file) || !Files.readString(file).equals(source)) {
          Files.writeString(file, source);
        }
      }
    }
    deleteOthers(folder, printed);
  }

  /** What an earlier version of this generator printed would still be compiled. */
  private static void deleteOthers(Path folder, Set<Path> printed) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (!printed.contains(file)) {
          Files.delete(file);
        }
      }
    }
  }
}
