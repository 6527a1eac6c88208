package dev.hone.bench.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The findings of {@code hone doctor}, each with what to do about it. */
record Checkup(List<Finding> findings) {
  private static final Runtime.Version OLDEST = Runtime.Version.parse("25.0.3");
  private static final long GIB = 1L << 30;

  /** How a finding stands. */
  enum Status {
    OK,
    WARNING,
    PROBLEM
  }

  /**
   * One line of the checkup.
   *
   * @param fix what to do; empty if {@code status} is OK
   */
  record Finding(String subject, Status status, String found, String fix) {
    static Finding ok(String subject, String found) {
      return new Finding(subject, Status.OK, found, "");
    }

    Finding unless(boolean good, Status otherwise, String remedy) {
      return good ? this : new Finding(subject, otherwise, found, remedy);
    }
  }

  /** Judges what was found on a machine. */
  static Checkup of(Machine machine) {
    Stream<Finding> general =
        Stream.of(
            jdk(machine),
            vectors(machine),
            cores(machine),
            memory(machine),
            heap(machine),
            maven(machine),
            disk(machine),
            runs(machine),
            data(machine));
    return new Checkup(Stream.concat(general, cuda(machine)).toList());
  }

  /** No GPU is no problem: the cpu trains as well. */
  private static Stream<Finding> cuda(Machine machine) {
    return machine.cuda().findings().stream()
        .map(f ->
            new Finding(
                f.part().toString(),
                f.there() ? Status.OK : Status.WARNING,
                f.found(),
                f.there() ? "" : "for --device cuda, " + f.fix()));
  }

  boolean healthy() {
    return findings.stream().noneMatch(finding -> finding.status() == Status.PROBLEM);
  }

  private static Finding jdk(Machine machine) {
    return Finding.ok("JDK", machine.jdk() + " in " + machine.javaHome())
        .unless(
            machine.jdk().compareToIgnoreOptional(OLDEST) >= 0,
            Status.PROBLEM,
            machine.jdk().feature() == OLDEST.feature()
                ? "install 25.0.3 or later: earlier ones can corrupt pinned arrays under G1"
                : "install a JDK 25.0.3 or later and start Hone by ./hone, which finds it");
  }

  private static Finding vectors(Machine machine) {
    return Finding.ok(
            "Vector API", machine.vectors() ? Devices.vectors() : "absent, kernels are scalar")
        .unless(
            machine.vectors(),
            Status.WARNING,
            "start Hone by ./hone, or java with --add-modules jdk.incubator.vector");
  }

  private static Finding cores(Machine machine) {
    return Finding.ok("Cores", Integer.toString(machine.cores()))
        .unless(machine.cores() > 1, Status.WARNING, "training wants two or more");
  }

  private static Finding memory(Machine machine) {
    return Finding.ok("Memory", gib(machine.memory()))
        .unless(machine.memory() >= 3 * GIB, Status.WARNING, "use a smaller --batch");
  }

  private static Finding heap(Machine machine) {
    return Finding.ok("Largest heap", gib(machine.heap()))
        .unless(
            machine.heap() >= 2 * GIB,
            Status.WARNING,
            "give it more with HONE_JAVA_OPTS=-Xmx4g, or use a smaller --batch");
  }

  private static Finding maven(Machine machine) {
    boolean found = !machine.maven().isEmpty();
    return Finding.ok("Maven", found ? machine.maven() : "not found")
        .unless(
            found,
            Status.WARNING,
            "needed to build: install Maven 3.8 or later and put mvn on PATH");
  }

  private static Finding disk(Machine machine) {
    return Finding.ok("Disk", gib(machine.disk()) + " free")
        .unless(machine.disk() >= GIB, Status.WARNING, "free some space, or use --out elsewhere")
        .unless(
            machine.disk() >= GIB / 10,
            Status.PROBLEM,
            "too little for a checkpoint: free some space, or use --out elsewhere");
  }

  private static Finding runs(Machine machine) {
    String state = machine.runsWritable() ? " can be written" : " cannot be written";
    return Finding.ok("Run folder", machine.runs() + state)
        .unless(
            machine.runsWritable(),
            Status.PROBLEM,
            "make it writable, start from another folder, or use --out");
  }

  private static Finding data(Machine machine) {
    boolean whole = machine.missingData().isEmpty();
    String lacks = "Fashion-MNIST subset without " + String.join(", ", machine.missingData());
    return Finding.ok("Embedded data", whole ? "Fashion-MNIST subset" : lacks)
        .unless(whole, Status.PROBLEM, "restore them: git checkout -- datasets/src/main/resources");
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
  }
}
