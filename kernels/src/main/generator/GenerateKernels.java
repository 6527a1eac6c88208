import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prints the unrolled kernels; run by Maven before compilation. */
final class GenerateKernels {
  public static void main(String[] args) throws IOException {
    Files.createDirectories(Path.of(args[0]));
  }
}
