package dev.hone.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jshell.JShell;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the documents: each {@code java} block in turn, in one JShell per document, started like
 * {@code ./hone shell}. A {@code text} block right behind one must be exactly what it printed.
 */
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private record Block(String language, String text, int line) {}

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/walkthrough.md", "docs/metrics.md"})
  void snippetsRunAndPrintWhatTheySay(String document) throws IOException {
    List<Block> blocks = blocks(ROOT.resolve(document));
    var printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    int ran = 0;
    // The local engine runs snippets in this JVM: same class path, same flags.
    try (JShell shell = JShell.builder().executionEngine("local").build();
        var out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      shell.addToClasspath(System.getProperty("java.class.path"));
      for (String line : Files.readAllLines(ROOT.resolve("bench/src/main/jshell/hone.jsh"))) {
        if (line.startsWith("import ")) {
          run(shell, line + ";", "hone.jsh");
        }
      }
      for (int i = 0; i < blocks.size(); i++) {
        Block block = blocks.get(i);
        if (!block.language.equals("java")) {
          continue;
        }
        printed.reset();
        run(shell, block.text, document + ":" + block.line);
        ran++;
        if (i + 1 < blocks.size() && blocks.get(i + 1).language.equals("text")) {
          assertEquals(
              blocks.get(i + 1).text.strip(),
              printed.toString(StandardCharsets.UTF_8).strip(),
              document + ":" + blocks.get(i + 1).line);
        }
      }
    } finally {
      System.setOut(before);
    }
    assertTrue(ran > 0, "no snippets found in " + document);
  }

  private static void run(JShell shell, String source, String where) {
    String rest = source;
    while (!rest.isBlank()) {
      SourceCodeAnalysis.CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      assertTrue(next.completeness().isComplete(), where + ": incomplete: " + rest);
      for (SnippetEvent event : shell.eval(next.source())) {
        List<String> problems =
            shell.diagnostics(event.snippet()).map(d -> d.getMessage(null)).toList();
        boolean rejected = event.status() == jdk.jshell.Snippet.Status.REJECTED;
        assertFalse(rejected, where + ": " + problems + " in " + next.source());
        assertEquals(null, event.exception(), where + ": " + next.source());
      }
      rest = next.remaining();
    }
  }

  private static List<Block> blocks(Path document) throws IOException {
    var blocks = new ArrayList<Block>();
    String language = "";
    var text = new StringBuilder();
    int start = 0;
    int number = 0;
    for (String line : Files.readAllLines(document)) {
      number++;
      if (line.startsWith("```") && start == 0) {
        language = line.substring(3).strip();
        start = number + 1;
        text.setLength(0);
      } else if (line.startsWith("```")) {
        blocks.add(new Block(language, text.toString(), start));
        start = 0;
      } else if (start > 0) {
        text.append(line).append('\n');
      }
    }
    assertEquals(0, start, document + ": a code block is not closed");
    return blocks;
  }
}
