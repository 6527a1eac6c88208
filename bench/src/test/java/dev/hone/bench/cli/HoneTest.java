package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

class HoneTest {
  private enum Recipe {
    PAPER_LIKE,
    SOUND
  }

  private enum Trouble {
    NONE,
    REFUSED,
    ARGUMENT,
    FILE,
    WRAPPED_FILE,
    BUG
  }

  /** A command that fails as asked. */
  @Command(name = "work", description = "Work.")
  private static final class Work implements Runnable {
    @Option(names = "--recipe", defaultValue = "sound")
    private Recipe recipe = Recipe.SOUND;

    @Option(names = "--trouble", defaultValue = "none")
    private Trouble trouble = Trouble.NONE;

    @Option(names = "--epochs", defaultValue = "1")
    private int epochs = 1;

    @Override
    public void run() {
      switch (trouble) {
        case NONE -> {}
        case REFUSED -> throw new Refusal("k is 9 but epochs is " + epochs);
        case ARGUMENT -> throw new IllegalArgumentException("eps must be positive, but is -1.0");
        case FILE -> throw failure(new NoSuchFileException("w.safetensors"));
        case WRAPPED_FILE -> throw new UncheckedIOException(new IOException("disk full"));
        case BUG -> throw new IllegalStateException("index 3");
      }
    }

    private static RuntimeException failure(IOException cause) {
      return new UncheckedIOException(cause);
    }
  }

  private record Result(int code, String out, String err) {}

  private static Result hone(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Hone.commandLine(
                List.of(new Work(), new DoctorCommand(), new ShellCommand()),
                new PrintWriter(out),
                new PrintWriter(err),
                Ansi.OFF)
            .execute(args);
    return new Result(code, out.toString(), err.toString());
  }

  @Test
  void withoutCommandPrintsTheHelp() {
    Result result = hone();
    assertEquals(0, result.code());
    assertTrue(result.out().contains("doctor"), result.out());
    assertTrue(result.out().contains("Examples:"), result.out());
  }

  @Test
  void versionComesFromTheBuild() {
    Result result = hone("--version");
    assertEquals(0, result.code());
    assertTrue(result.out().matches("(?s)Hone \\d+\\.\\d+.*JDK 2\\d.*"), result.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wrok           | hone: unknown command 'wrok'; did you mean work?; valid: work, doctor, shell",
        "work --recip   | hone work: unknown option '--recip'; did you mean --recipe?; valid: --debug, "
            + "--epochs, --help, --recipe, --trouble (see ./hone work --help)",
        "work extra     | hone work: unknown argument 'extra'",
        "work --recipe=x| hone work: invalid value for option '--recipe': 'x' is not one of "
            + "paper-like, sound",
        "work --epochs=x| hone work: invalid value for option '--epochs': 'x' is not an int",
        "work --epochs  | hone work: missing required parameter for option '--epochs'",
      })
  void wrongUsageIsOneLineWithTheWayOut(String args, String line) {
    Result result = hone(args.split(" "));
    assertEquals(2, result.code());
    assertTrue(result.err().startsWith(line), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertEquals("", result.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "refused      | 2 | hone work: k is 9 but epochs is 1",
        "argument     | 2 | hone work: eps must be positive, but is -1.0",
        "file         | 1 | hone work: no such file: w.safetensors",
        "wrapped-file | 1 | hone work: disk full",
        "bug          | 1 | hone work: java.lang.IllegalStateException: index 3; run again with "
            + "--debug for the stack trace",
      })
  void aFailureIsOneLineAndItsExitCode(String trouble, int code, String line) {
    Result result = hone("work", "--trouble", trouble);
    assertEquals(code, result.code());
    assertEquals(line, result.err().strip());
  }

  @Test
  void debugAddsTheStackTrace() {
    Result result = hone("work", "--trouble", "bug", "--debug");
    assertEquals(1, result.code());
    assertTrue(result.err().contains("\tat dev.hone.bench.cli.HoneTest$Work.run"), result.err());
    assertFalse(result.err().contains("run again with"), result.err());
  }

  @Test
  void enumValuesAreTypedInAnyCaseWithDashes() {
    assertEquals(0, hone("work", "--recipe", "paper-like").code());
    assertEquals(0, hone("work", "--recipe", "Paper_Like").code());
  }

  @Test
  void shellIsExplainedAndRefusedOutsideTheLauncher() {
    assertTrue(hone("shell", "--help").out().contains("./hone shell"));
    assertEquals(2, hone("shell").code());
  }
}
