package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** A shared library that pretends to be NVIDIA's, compiled from C where there is gcc. */
record StubLibrary(String name, String source) {
  /** Skips the test, saying why, where stubs cannot be made or a true driver would win. */
  static void require() throws InterruptedException {
    Assumptions.assumeTrue(
        System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")
            && System.getProperty("os.arch").equals("amd64"),
        "SKIPPED: stub libraries are for Linux on x86-64");
    try {
      int status =
          new ProcessBuilder("gcc", "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      Assumptions.assumeTrue(status == 0, "SKIPPED: gcc does not run");
    } catch (IOException _) {
      Assumptions.abort("SKIPPED: no gcc to compile the stub libraries with");
    }
  }

  /** Compiles it into {@code folder} under its name. */
  void into(Path folder) throws IOException, InterruptedException {
    Path c = Files.writeString(folder.resolve(name + ".c"), source);
    Process gcc =
        new ProcessBuilder(
                "gcc",
                "-shared",
                "-fPIC",
                "-O1",
                "-Wl,-soname," + name,
                "-o",
                folder.resolve(name).toString(),
                c.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, gcc.waitFor(), said);
  }

  /** What another JVM said and how it ended. */
  record Outcome(int status, String out, String err) {}

  /** Runs {@code main} in a JVM whose loader looks in {@code folder} first. */
  static Outcome run(
      Path folder,
      Class<?> main,
      List<String> jvmOptions,
      Map<String, String> environment,
      String... args)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    Path err = folder.resolve("stderr.txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.environment().put("LD_LIBRARY_PATH", folder.toString());
    List.of("CUDA_HOME", "CUDA_PATH", "CUDNN_HOME", "CUDNN_PATH", "CUDA_VISIBLE_DEVICES")
        .forEach(builder.environment()::remove);
    builder.environment().putAll(environment);
    Process child = builder.start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(child.waitFor(), out, Files.readString(err));
  }
}
