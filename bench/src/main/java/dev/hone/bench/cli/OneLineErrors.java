package dev.hone.bench.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IExitCodeExceptionMapper;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Every error is one line that says what to do; {@code --debug} adds the stack trace. */
record OneLineErrors(BooleanSupplier debug)
    implements IParameterExceptionHandler, IExecutionExceptionHandler, IExitCodeExceptionMapper {

  @Override
  public int handleParseException(ParameterException error, String[] args) {
    CommandLine line = error.getCommandLine();
    String problem =
        error instanceof UnmatchedArgumentException unmatched
            ? unmatched(unmatched, line.getCommandSpec())
            : firstLower(Objects.requireNonNullElse(error.getMessage(), "wrong usage"));
    String command = line.getCommandSpec().qualifiedName();
    print(line.getErr(), command + ": " + problem + " (see ./" + command + " --help)", error);
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception error, CommandLine line, ParseResult parsed) {
    print(line.getErr(), line.getCommandSpec().qualifiedName() + ": " + describe(error), error);
    return getExitCode(error);
  }

  /** 2 for what the user asked wrongly, 1 for a run that failed. */
  @Override
  public int getExitCode(Throwable error) {
    boolean asked = error instanceof Refusal || error.getClass() == IllegalArgumentException.class;
    return asked ? ExitCode.USAGE : ExitCode.SOFTWARE;
  }

  private void print(PrintWriter err, String message, Exception error) {
    err.println(message.strip());
    if (debug.getAsBoolean()) {
      error.printStackTrace(err);
    }
    err.flush();
  }

  private String describe(Exception error) {
    @Nullable String message = error.getMessage();
    if (error instanceof UncheckedIOException unchecked) {
      return describe(Objects.requireNonNull(unchecked.getCause()));
    }
    if (error instanceof IOException io) {
      return describe(io);
    }
    boolean ours =
        error.getClass().getPackageName().startsWith("dev.hone")
            || error.getClass() == IllegalArgumentException.class;
    if (ours && message != null) {
      return message;
    }
    String hint = debug.getAsBoolean() ? "" : "; run again with --debug for the stack trace";
    return error.getClass().getName() + (message == null ? "" : ": " + message) + hint;
  }

  /** The JDK's file exceptions carry nothing but the path. */
  private static String describe(IOException error) {
    String message = Objects.requireNonNullElse(error.getMessage(), error.getClass().getName());
    return switch (error) {
      case NoSuchFileException _ -> "no such file: " + message;
      case AccessDeniedException _ -> "no permission for " + message;
      case FileAlreadyExistsException _ -> "already exists: " + message;
      case NotDirectoryException _ -> "not a folder: " + message;
      default -> message;
    };
  }

  private static String unmatched(UnmatchedArgumentException error, CommandSpec spec) {
    String argument = error.getUnmatched().getFirst();
    boolean option = argument.startsWith("-");
    Set<String> valid = option ? options(spec) : commands(spec);
    String what = option ? "option" : valid.isEmpty() ? "argument" : "command";
    List<String> near =
        valid.stream().filter(name -> distance(argument, name) <= 2).limit(2).toList();
    String hint = near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
    String list = valid.isEmpty() ? "" : "; valid: " + String.join(", ", valid);
    return "unknown " + what + " '" + argument + "'" + hint + list;
  }

  /** Letters to add, drop, replace or swap with their neighbour to get from one to the other. */
  private static int distance(String from, String to) {
    int[][] d = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      for (int j = 0; j <= to.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        boolean swapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        if (swapped) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[from.length()][to.length()];
  }

  private static Set<String> commands(CommandSpec spec) {
    return spec.subcommands().keySet();
  }

  private static Set<String> options(CommandSpec spec) {
    return spec.options().stream()
        .filter(option -> !option.hidden())
        .map(OptionSpec::longestName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String firstLower(String sentence) {
    return sentence.isEmpty()
        ? sentence
        : Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
  }
}
