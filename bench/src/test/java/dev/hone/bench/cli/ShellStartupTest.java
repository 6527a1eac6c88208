package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import org.junit.jupiter.api.Test;

/** The imports of {@code hone shell} and the lines it offers to paste, run as a person would. */
class ShellStartupTest {
  private static final Path STARTUP = Path.of("..", "bench/src/main/jshell/hone.jsh");
  private static final String EXAMPLE = "//>   ";

  @Test
  void importsAndExamplesRun() throws IOException {
    List<String> lines = Files.readAllLines(STARTUP);
    List<String> imports = lines.stream().filter(line -> line.startsWith("import ")).toList();
    List<String> examples =
        lines.stream()
            .filter(line -> line.startsWith(EXAMPLE))
            .map(line -> line.substring(EXAMPLE.length()))
            .toList();
    assertTrue(examples.size() >= 3, "examples: " + examples);
    List<String> all = new ArrayList<>(imports);
    all.addAll(examples);
    // In this process: the other JVM that JShell starts by default would cost seconds.
    try (JShell shell = JShell.builder().executionEngine("local").build()) {
      shell.addToClasspath(System.getProperty("java.class.path"));
      for (String line : all) {
        for (SnippetEvent event : shell.eval(complete(shell, line))) {
          assertEquals(Snippet.Status.VALID, event.status(), line);
          assertEquals(null, event.exception(), line);
        }
      }
    }
  }

  /** With the semicolon that jshell adds to what people type. */
  private static String complete(JShell shell, String line) {
    return shell.sourceCodeAnalysis().analyzeCompletion(line).source();
  }
}
