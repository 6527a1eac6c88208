package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** What a command line printed and how it ended. */
record Invocation(int code, String out, String err) {

  /** Runs {@code hone} with {@code args}. */
  static Invocation of(String... args) {
    return of(Hone.commands(), args);
  }

  /** The same with other commands. */
  static Invocation of(List<Object> commands, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Hone.commandLine(commands, new PrintWriter(out), new PrintWriter(err), Ansi.OFF)
            .execute(args);
    return new Invocation(code, out.toString(), err.toString());
  }

  /** Checks that it was done. */
  Invocation succeeded() {
    assertEquals(0, code, err);
    return this;
  }

  /** Checks that it ended with one line that has {@code fragments} in it, and nothing else. */
  Invocation refused(String... fragments) {
    assertFalse(code == 0, "exit code 0; printed " + out);
    assertEquals(1, err.lines().count(), err);
    assertFalse(err.contains("\tat "), err);
    for (String fragment : fragments) {
      assertTrue(err.contains(fragment), () -> "no '" + fragment + "' in: " + err);
    }
    assertEquals("", out);
    return this;
  }
}
