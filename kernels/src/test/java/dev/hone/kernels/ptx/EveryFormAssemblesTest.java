package dev.hone.kernels.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the opcode table allows, NVIDIA's {@code ptxas} takes, where it is on the PATH. The library
 * that JCuda carries is no substitute here: it aborts the JVM on this source.
 */
class EveryFormAssemblesTest {
  @Test
  void everyForm(@TempDir Path folder) throws IOException, InterruptedException {
    List<String> folders = Arrays.asList(System.getenv("PATH").split(File.pathSeparator));
    Assumptions.assumeTrue(
        folders.stream().anyMatch(f -> Files.isExecutable(Path.of(f, "ptxas"))),
        "SKIPPED: no ptxas on the PATH");
    Path source = Files.writeString(folder.resolve("forms.ptx"), EveryForm.source());
    Process ptxas =
        new ProcessBuilder(
                "ptxas", "-arch=sm_80", "-o", folder.resolve("out").toString(), source.toString())
            .redirectErrorStream(true)
            .start();
    String told = new String(ptxas.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, ptxas.waitFor(), told);
  }
}
