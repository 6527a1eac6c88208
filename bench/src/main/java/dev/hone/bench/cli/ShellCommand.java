package dev.hone.bench.cli;

import picocli.CommandLine.Command;

/** Only the help of {@code hone shell}: the launcher starts JShell in place of this program. */
@Command(
    name = "shell",
    description = "Start JShell with the library on the class path and imported.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone shell                prints a few lines to paste, then the prompt",
      "  ./hone shell script.jsh     runs a script first",
      "",
      "Further arguments go to jshell. Leave it with /exit."
    })
final class ShellCommand implements Runnable {
  @Override
  public void run() {
    throw new Refusal("JShell is started by the launcher: run ./hone shell (hone.cmd on Windows)");
  }
}
