package dev.hone.bench.cli;

import dev.hone.bench.cli.Checkup.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code hone doctor}: what this machine has and what to mend. */
@Command(
    name = "doctor",
    description = "Say what this machine has, what is missing and how to mend it.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone doctor               one line each: ok, warning or problem with its fix",
      "  ./hone doctor --json        the same for a script",
      "",
      "Exit codes: 0 no problem (warnings are none), 2 a problem."
    })
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Checkup checkup = Checkup.of(Machine.here(Path.of("runs")));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
      out.println(mapper.writeValueAsString(checkup));
    } else {
      Ansi colours = spec.commandLine().getColorScheme().ansi();
      checkup.findings().forEach(finding -> out.println(colours.string(line(finding))));
    }
    return checkup.healthy() ? ExitCode.OK : ExitCode.USAGE;
  }

  private static String line(Finding finding) {
    String colour =
        switch (finding.status()) {
          case OK -> "green";
          case WARNING -> "yellow";
          case PROBLEM -> "red,bold";
        };
    String status = finding.status().name().toLowerCase(Locale.ROOT);
    String fix = finding.fix().isEmpty() ? "" : "; fix: " + finding.fix();
    return "@|%s %-7s|@  %-13s  %s%s"
        .formatted(colour, status, finding.subject(), finding.found(), fix);
  }
}
