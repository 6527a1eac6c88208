package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks whether a check of a kernel would notice a mistake. It makes each of the usual ones in turn,
 * a barrier forgotten, a comparison the wrong way, a bound or a stride one off, and runs the check,
 * which must fail: by an assertion, a fault, or a source that no longer verifies.
 *
 * <pre>{@code
 * PtxMutations.Report report = PtxMutations.of(source).run(module -> new SoftmaxCheck(module).run());
 * assertEquals(List.of(), report.survivors(PtxMutations.Kind.BARRIER));
 * }</pre>
 */
public final class PtxMutations {
  /** What kind of mistake. */
  public enum Kind {
    BARRIER,
    COMPARISON,
    CONSTANT
  }

  /**
   * One mistake.
   *
   * @param place the kernel and, behind a dot, the label it lies behind, if there is one
   * @param line of the source, from 1
   */
  public record Mutant(
      Kind kind, String place, int line, String before, String after, String source) {
    /** The instruction before and after. */
    public String change() {
      return before.strip() + " -> " + after.strip();
    }

    @Override
    public String toString() {
      return "line %d: %s".formatted(line, change());
    }
  }

  /** What the check must do for each mutant: fail. It should pass for the source as it is. */
  public interface Check {
    void run(PtxModule module) throws Exception;
  }

  /** Which mutants the check did not notice. */
  public record Report(int total, List<Mutant> survivors) {
    public List<Mutant> survivors(Kind kind) {
      return survivors.stream().filter(m -> m.kind() == kind).toList();
    }

    /** How many of the mutants other than deleted barriers were noticed, 0 to 1. */
    public double caught() {
      return total == 0 ? 1 : 1 - survivors.size() / (double) total;
    }

    @Override
    public String toString() {
      var text = new StringBuilder("%d mutants, %d survive".formatted(total, survivors.size()));
      survivors.forEach(m -> text.append("%n  ".formatted()).append(m));
      return text.toString();
    }
  }

  private static final Pattern BARRIER =
      Pattern.compile("\\b(bar|barrier)\\.(warp\\.)?sync\\b[^;]*;");
  private static final Pattern COMPARISON =
      Pattern.compile("\\bsetp?\\.(eq|ne|lt|le|gt|ge|lo|ls|hi|hs)\\b");

  private static final Pattern KERNEL = Pattern.compile("\\.entry\\s+(\\w+)");
  private static final Pattern LABEL = Pattern.compile("^\\s*(\\w+):");

  /**
   * A whole number that an instruction computes with: not a register's, a vector's or a label's.
   */
  private static final Pattern NUMBER = Pattern.compile("(?<=[,\\s+\\[])-?\\d+(?=\\s*[;,\\]])");

  private final String source;
  private final String name;

  private PtxMutations(String source, String name) {
    this.source = source;
    this.name = name;
  }

  public static PtxMutations of(String source) {
    return new PtxMutations(source, "mutant");
  }

  /** All mistakes, in the order of the source. */
  public List<Mutant> mutants() {
    var mutants = new ArrayList<Mutant>();
    int line = 0;
    int at = 0;
    boolean body = false;
    String kernel = "";
    String label = "";
    for (String text : source.split("\n", -1)) {
      line++;
      String code = text.replaceFirst("//.*", "");
      Matcher entry = KERNEL.matcher(code);
      if (entry.find()) {
        kernel = entry.group(1);
        label = "";
      }
      Matcher named = LABEL.matcher(code);
      if (named.find()) {
        label = "." + named.group(1);
      }
      if (body) {
        mutants(mutants, kernel + label, line, at, code);
      }
      body = (body || code.contains("{")) && !code.strip().equals("}");
      at += text.length() + 1;
    }
    return mutants;
  }

  private void mutants(List<Mutant> mutants, String place, int line, int at, String code) {
    Matcher barrier = BARRIER.matcher(code);
    while (barrier.find()) {
      add(mutants, Kind.BARRIER, place, line, at, code, barrier.start(), barrier.end(), "");
    }
    Matcher comparison = COMPARISON.matcher(code);
    while (comparison.find()) {
      String flipped = flip(comparison.group(1));
      add(
          mutants,
          Kind.COMPARISON,
          place,
          line,
          at,
          code,
          comparison.start(1),
          comparison.end(1),
          flipped);
    }
    if (code.contains(".reg") || code.contains(".shared .") || code.contains("bar.sync")) {
      return; // sizes of declarations and barriers' numbers are not what a kernel computes with
    }
    Matcher number = NUMBER.matcher(code);
    while (number.find()) {
      // A shuffle's clamp and members, and the table of lop3, are no bounds.
      if (code.substring(0, number.start()).matches(".*\\b(shfl|vote|lop3)\\.[^;]*")) {
        continue;
      }
      long value = Long.parseLong(number.group());
      for (long off : new long[] {1, -1}) {
        String changed = String.valueOf(value + off);
        add(mutants, Kind.CONSTANT, place, line, at, code, number.start(), number.end(), changed);
      }
    }
  }

  /** The comparison that differs where the operands are equal, the usual slip. */
  private static String flip(String comparison) {
    return switch (comparison) {
      case "eq" -> "ne";
      case "ne" -> "eq";
      case "lt" -> "le";
      case "le" -> "lt";
      case "gt" -> "ge";
      case "ge" -> "gt";
      case "lo" -> "ls";
      case "ls" -> "lo";
      case "hi" -> "hs";
      default -> "hi";
    };
  }

  private void add(
      List<Mutant> mutants,
      Kind kind,
      String place,
      int line,
      int at,
      String code,
      int from,
      int to,
      String replacement) {
    String changed = code.substring(0, from) + replacement + code.substring(to);
    String mutated = source.substring(0, at + from) + replacement + source.substring(at + to);
    mutants.add(new Mutant(kind, place, line, code, changed, mutated));
  }

  /** Runs the check on the source itself, which must pass, and on every mutant. */
  public Report run(Check check) {
    try {
      check.run(PtxModule.parse(source, name));
    } catch (Exception e) {
      throw new AssertionError("the check fails for the source as it is: " + e.getMessage(), e);
    }
    List<Mutant> mutants = mutants();
    var survivors = new ArrayList<Mutant>();
    for (Mutant m : mutants) {
      if (survives(m, check)) {
        survivors.add(m);
      }
    }
    return new Report(mutants.size(), List.copyOf(survivors));
  }

  private boolean survives(Mutant m, Check check) {
    try {
      check.run(PtxModule.parse(m.source(), name));
      return true;
    } catch (Exception | AssertionError e) {
      return false;
    }
  }
}
