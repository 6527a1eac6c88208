package dev.hone.tensor.fuzz;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A reader under attack. Whatever bytes it is given, it takes them or throws an exception that it
 * documents; it throws nothing else, needs no more than a bounded time and memory, and writes
 * nothing where it should not.
 *
 * <p>To add a target, write a test in the reader's package:
 *
 * <pre>{@code
 * @Test
 * void idx() {
 *   Fuzz.target("idx", file -> Idx.labels("f", stream(file), 10, 60_000), DatasetException.class)
 *       .seed(goodFile, goodFileOfAnotherKind)      // what is mutated: small and whole
 *       .words("\0\0\10\1")                         // what the format knows
 *       .repaired(file -> withChecksum(file))       // where a checksum hides the rest
 *       .regressions(Path.of("src/test/resources/fuzz/idx"))
 *       .run();
 * }
 * }</pre>
 *
 * <p>A build gives each target {@value #IN_A_BUILD} inputs; {@code -Dhone.fuzz.inputs=1000000} is a
 * campaign, {@code -Dhone.fuzz.seed=7} another one. An input that is refused from a place nobody
 * was refused from before joins those that are mutated, so campaigns dig deeper the longer they
 * run. What breaks the rule is kept in {@code target/fuzz}: mend the reader, and move the file to
 * the folder of regressions, whose files are read first, in every build.
 */
public final class Fuzz {
  /** Inputs for each target in a build. */
  public static final int IN_A_BUILD = 400;

  /** Reads {@code input}, or refuses it with an exception. */
  @FunctionalInterface
  public interface Reader {
    void read(byte[] input) throws Exception;
  }

  final String name;
  final Reader reader;
  final Set<Class<? extends Throwable>> documented;
  final List<byte[]> seeds = new ArrayList<>();
  final List<byte[]> dictionary = new ArrayList<>();
  final List<Path> regressions = new ArrayList<>();
  final List<Path> untouched = new ArrayList<>();
  UnaryOperator<byte[]> repair = UnaryOperator.identity();
  long mostAllocated = 32L << 20;
  double mostSeconds = 2;
  int mostBytes = 1 << 16;
  double share = 1;

  @SafeVarargs
  private Fuzz(String name, Reader reader, Class<? extends Throwable>... documented) {
    this.name = name;
    this.reader = reader;
    this.documented = Set.of(documented);
  }

  /**
   * The target {@code name}.
   *
   * @param documented what the reader may throw, besides taking the input
   */
  @SafeVarargs
  public static Fuzz target(String name, Reader reader, Class<? extends Throwable>... documented) {
    return new Fuzz(name, reader, documented);
  }

  /** Adds files that are mutated: whole ones of each kind, as small as they can be. */
  public Fuzz seed(byte[]... files) {
    seeds.addAll(List.of(files));
    return this;
  }

  /** Adds words of the format (Latin-1), which mutants get in the wrong places. */
  public Fuzz words(String... words) {
    for (String word : words) {
      dictionary.add(word.getBytes(StandardCharsets.ISO_8859_1));
    }
    return this;
  }

  /**
   * Makes a mutant believable: puts its checksums right, or wraps it (compressed, in an archive).
   */
  public Fuzz repaired(UnaryOperator<byte[]> repair) {
    this.repair = repair;
    return this;
  }

  /** Bytes that reading one input may allocate; 32 MB without this. */
  public Fuzz allocating(long mostBytes) {
    mostAllocated = mostBytes;
    return this;
  }

  /** Seconds of the processor that reading one input may take; 2 without this. */
  public Fuzz within(double seconds) {
    mostSeconds = seconds;
    return this;
  }

  /** The size that mutants grow to; 64 KB without this. */
  public Fuzz upTo(int bytes) {
    mostBytes = bytes;
    return this;
  }

  /** The part of the inputs that a target gets whose reader is slow, such as 0.1. */
  public Fuzz share(double part) {
    share = part;
    return this;
  }

  /** The folder of inputs that once broke the rule; its files are read first, as they are. */
  public Fuzz regressions(Path folder) {
    regressions.add(folder);
    return this;
  }

  /** A folder in which reading must not add, change or remove anything, however deep. */
  public Fuzz untouched(Path folder) {
    untouched.add(folder);
    return this;
  }

  /**
   * Feeds the reader; throws an {@link AssertionError} that names each finding and the file with
   * its input.
   */
  public FuzzReport run() {
    long inputs = Math.max(1, Math.round(share * Long.getLong("hone.fuzz.inputs", IN_A_BUILD)));
    FuzzReport report = run(inputs, Long.getLong("hone.fuzz.seed", 1));
    System.getLogger(Fuzz.class.getName()).log(System.Logger.Level.INFO, report.figures());
    if (!report.findings().isEmpty()) {
      throw new AssertionError(report.figures() + "\n" + String.join("\n", report.findings()));
    }
    return report;
  }

  /** Without judging. */
  FuzzReport run(long inputs, long seed) {
    return new Campaign(this, inputs, seed).run();
  }
}
