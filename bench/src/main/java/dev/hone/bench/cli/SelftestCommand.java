package dev.hone.bench.cli;

import dev.hone.bench.micro.Referee;
import dev.hone.bench.micro.SelfTest;
import dev.hone.bench.micro.SelfTest.Part;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.MathMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code hone selftest}: whether a device computes what it should. */
@Command(
    name = "selftest",
    description = {
      "Check that a device computes what it should, on this machine.",
      "",
      "Every row of the conformance table runs on it and is compared with the oracle in double;"
          + " then a forward pass, a training step, five steps of ICP and a distillation step of"
          + " ResNet-20 are compared with the cpu's (and the cpu's with the oracle's). The first"
          + " thing to run on a GPU that Hone has not seen."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone selftest                      the device that training would take",
      "  ./hone selftest --device cuda        the GPU, or why there is none",
      "  ./hone selftest --device emulator    the GPU's kernels, without a GPU",
      "  ./hone selftest --device cuda --only convolution --json cuda.json",
      "",
      "Exit codes: 0 nothing failed, 1 something did, 2 wrong usage or no such device."
    })
final class SelftestCommand implements Callable<Integer> {
  private static final int MOST_LINES = 20;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "What is tested: " + Devices.NAMES + ". Default: ${DEFAULT-VALUE}.",
      defaultValue = "auto")
  private String device = "auto";

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only the ops and steps whose name has this in it.")
  private String only = "";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Of the cpu; 0 means all cores. Default: ${DEFAULT-VALUE}.",
      defaultValue = "0")
  private int threads;

  @Option(names = "--json", paramLabel = "FILE", description = "Write every result as JSON.")
  private @Nullable Path json;

  /** What {@code --json} writes. */
  record Result(String device, int passed, int failed, int unsupported, List<Part> parts) {}

  @Override
  public Integer call() throws IOException {
    if (json != null) {
      Folders.requireWritable("--json", json);
    }
    Predicate<String> chosen = chosen();
    PrintWriter out = spec.commandLine().getOut();
    Backend backend = Devices.open(device, threads, MathMode.FMA, spec.commandLine().getErr());
    out.println("self-test of " + backend.name());
    out.flush();
    List<Part> parts = SelfTest.of(backend, chosen, part -> print(out, part));
    Result result =
        new Result(
            backend.name(),
            parts.stream().mapToInt(Part::passed).sum(),
            count(parts, Part::failures),
            count(parts, Part::unsupported),
            parts);
    out.println();
    out.println(
        "%d passed, %d failed, %d unsupported"
            .formatted(result.passed, result.failed, result.unsupported));
    if (json != null) {
      JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
      Files.writeString(json, mapper.writeValueAsString(result) + System.lineSeparator());
    }
    return result.failed == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private Predicate<String> chosen() {
    Predicate<String> chosen =
        name -> name.toLowerCase(Locale.ROOT).contains(only.toLowerCase(Locale.ROOT));
    if (SelfTest.names().stream().noneMatch(chosen)) {
      throw new Refusal(
          "--only: nothing has '%s' in its name; there are %s"
              .formatted(only, String.join(", ", SelfTest.names())));
    }
    return chosen;
  }

  private static int count(List<Part> parts, Function<Part, List<String>> of) {
    return parts.stream().map(of).mapToInt(List::size).sum();
  }

  /** At once, since the next one may take a while. */
  private static void print(PrintWriter out, Part part) {
    String apart =
        part.apart() == 0
            ? ""
            : String.format(
                Locale.ROOT, ", apart %.0e (at most %.0e)", part.apart(), Referee.STRICT);
    out.println(
        String.format(
            Locale.ROOT,
            "  %-32s %s%s%s%s  %.1f s",
            part.name(),
            part.passed() + " passed",
            some(part.failures(), "failed"),
            some(part.unsupported(), "unsupported"),
            apart,
            part.seconds()));
    List<String> lines =
        Stream.concat(part.failures().stream(), part.unsupported().stream()).toList();
    lines.stream().limit(MOST_LINES).forEach(line -> out.println("      " + line));
    if (lines.size() > MOST_LINES) {
      out.println("      and " + (lines.size() - MOST_LINES) + " more; see --json");
    }
    out.flush();
  }

  private static String some(List<String> lines, String what) {
    return lines.isEmpty() ? "" : ", " + lines.size() + " " + what;
  }
}
