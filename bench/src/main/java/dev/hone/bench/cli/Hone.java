package dev.hone.bench.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code hone}; run without a subcommand it prints its help. */
@Command(
    name = "hone",
    description =
        "A tensor and autodiff engine in Java, and the study of constructive perturbation.",
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone train                the comparison on embedded images, in minutes",
      "  ./hone evaluate             the newest run on the test split",
      "  ./hone icp                  what the perturbation does to three images",
      "  ./hone sample               what a trained autoencoder makes",
      "  ./hone data                 data sets: what there is, fetching and checking",
      "  ./hone bench                how fast the steps are on this machine",
      "  ./hone ptx                  GPU kernels, checked and run without a GPU",
      "  ./hone weights              look into files of weights, PyTorch's too; convert them",
      "  ./hone doctor               what this machine has, and what to mend",
      "  ./hone doctor --json        the same for a script",
      "  ./hone selftest             whether a device computes what it should",
      "  ./hone shell                JShell with the library imported",
      "  ./hone COMMAND --help       what a command does, with examples",
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage or something required is missing.",
      "",
      "HONE_JAVA_HOME chooses the JDK, HONE_JAVA_OPTS adds JVM options (-Xmx8g)."
    })
public final class Hone implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the versions of Hone, the JDK and the Vector API.")
  private boolean version;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean debug;

  private Hone() {}

  /** The one list of subcommands, in the order in which the help shows them. */
  static List<Object> commands() {
    return List.of(
        new TrainCommand(),
        new EvaluateCommand(),
        new IcpCommand(),
        new SampleCommand(),
        new DataCommand(),
        new BenchCommand(),
        new PtxCommand(),
        new WeightsCommand(),
        new DoctorCommand(),
        new SelftestCommand(),
        new ShellCommand());
  }

  public static void main(String[] args) {
    wipeIncubatorWarning();
    PrintWriter out = new PrintWriter(System.out, true);
    PrintWriter err = new PrintWriter(System.err, true);
    System.exit(commandLine(commands(), out, err, colours()).execute(args));
  }

  static CommandLine commandLine(
      List<Object> commands, PrintWriter out, PrintWriter err, Ansi colours) {
    Hone hone = new Hone();
    CommandLine line = new CommandLine(hone);
    commands.forEach(line::addSubcommand);
    OneLineErrors errors = new OneLineErrors(() -> hone.debug);
    return Choices.acceptIn(line)
        .setOut(out)
        .setErr(err)
        .setColorScheme(CommandLine.Help.defaultColorScheme(colours))
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors)
        .setExitCodeExceptionMapper(errors);
  }

  /**
   * The JVM heads everything with "Using incubator modules", and no option of its own stops it. The
   * launcher says whether standard error is a terminal, where the line can be taken back.
   */
  private static void wipeIncubatorWarning() {
    if (Machine.hasVectors() && Boolean.getBoolean("hone.terminal")) {
      System.err.print("\033[A\033[2K");
      System.err.flush();
    }
  }

  /** Colours only where a person looks at them; NO_COLOR is the convention of no-color.org. */
  private static Ansi colours() {
    Console console = System.console();
    boolean person = console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
    return person ? Ansi.ON : Ansi.OFF;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
