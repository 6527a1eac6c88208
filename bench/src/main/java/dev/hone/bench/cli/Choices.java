package dev.hone.bench.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * Enum values as people type them: {@code paper-like} is {@code PAPER_LIKE}, and a wrong one is
 * answered with the valid ones.
 */
final class Choices {
  private Choices() {}

  /** Makes every option of {@code line} and of its subcommands that holds an enum accept them. */
  static CommandLine acceptIn(CommandLine line) {
    for (ArgSpec arg : line.getCommandSpec().args()) {
      if (arg.type().isEnum()) {
        register(line, arg.type());
      }
    }
    line.getSubcommands().values().forEach(Choices::acceptIn);
    return line;
  }

  private static <E> void register(CommandLine line, Class<E> type) {
    line.registerConverter(type, value -> parse(type, value));
  }

  private static <E> E parse(Class<E> type, String value) {
    for (E constant : type.getEnumConstants()) {
      if (typed(constant).equals(typed(value))) {
        return constant;
      }
    }
    throw new TypeConversionException(
        "'"
            + value
            + "' is not one of "
            + Arrays.stream(type.getEnumConstants())
                .map(Choices::typed)
                .collect(Collectors.joining(", ")));
  }

  private static String typed(Object value) {
    String name = value instanceof Enum<?> constant ? constant.name() : value.toString();
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
