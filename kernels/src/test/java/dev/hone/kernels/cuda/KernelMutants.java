package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.hone.kernels.ptx.PtxMutations;
import dev.hone.kernels.ptx.PtxMutations.Kind;
import dev.hone.kernels.ptx.PtxMutations.Mutant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Whether the tests of a family of kernels would notice a mistake: each barrier deleted, each
 * comparison flipped, each bound and stride one off, one at a time. Mistakes that change nothing
 * that matters are listed, with the reason, in {@code harmless-mutants.txt} beside this class.
 */
final class KernelMutants {
  private static final String HARMLESS = "harmless-mutants.txt";

  private KernelMutants() {}

  /**
   * Every mistake in {@code family}.ptx is noticed, and those listed as harmless are not: a list
   * that says too much would hide what a later test misses. Leaves the figures in {@code
   * target/mutants/}.
   *
   * @param check of the family's kernels as in the source that it is given; it fails by a {@link
   *     RuntimeException} or an {@link AssertionError}
   */
  static void assertNoticed(String family, Consumer<String> check) {
    String source = PtxFamily.source(family);
    check.accept(source);
    List<Mutant> all = PtxMutations.of(source).mutants();
    List<Mutant> survivors = all.parallelStream().filter(m -> survives(m.source(), check)).toList();
    Map<String, String> harmless = harmless(family);
    keep(family, all, survivors, harmless);
    List<Mutant> barriers = survivors.stream().filter(m -> m.kind() == Kind.BARRIER).toList();
    assertEquals(List.of(), barriers, "barriers that nobody misses");
    var places = new TreeSet<String>();
    survivors.forEach(m -> places.add(place(m)));
    assertEquals(
        String.join("\n", harmless.keySet()),
        String.join("\n", places),
        "mistakes in %s.ptx that are listed as harmless, and those that no check notices"
            .formatted(family));
  }

  private static boolean survives(String source, Consumer<String> check) {
    try {
      check.accept(source);
      return true;
    } catch (RuntimeException | AssertionError _) {
      return false;
    }
  }

  private static String place(Mutant m) {
    return m.place() + " | " + m.change();
  }

  /** What is harmless in a family, by place and change, and why. */
  private static Map<String, String> harmless(String family) {
    var harmless = new TreeMap<String, String>();
    for (String line : text().split("\n")) {
      String[] parts = line.split(" \\| ", -1);
      if (parts.length == 4 && parts[0].equals(family)) {
        harmless.put(parts[1] + " | " + parts[2], parts[3]);
      } else {
        assertEquals(true, parts.length == 4 || line.isBlank() || line.startsWith("#"), line);
      }
    }
    return harmless;
  }

  private static String text() {
    try (InputStream in = KernelMutants.class.getResourceAsStream(HARMLESS)) {
      assertNotNull(in, HARMLESS);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void keep(
      String family, List<Mutant> all, List<Mutant> survivors, Map<String, String> harmless) {
    long barriers = all.stream().filter(m -> m.kind() == Kind.BARRIER).count();
    long missed = survivors.stream().filter(m -> m.kind() == Kind.BARRIER).count();
    long others = all.size() - barriers;
    long alive = survivors.size() - missed;
    long explained = survivors.stream().filter(m -> harmless.containsKey(place(m))).count();
    var lines = new ArrayList<String>();
    lines.add(
        "| %s | %d of %d | %d of %d | %d |"
            .formatted(family, barriers - missed, barriers, others - alive, others, explained));
    for (Mutant m : survivors) {
      String reason = harmless.getOrDefault(place(m), "NOT EXPLAINED");
      lines.add("%s | %s | %s".formatted(family, place(m), reason));
    }
    try {
      Path folder = Files.createDirectories(Path.of("target", "mutants"));
      Files.write(folder.resolve(family + ".txt"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
