package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shell script {@code hone}, in a copy of a tiny repository whose path has a space, against
 * JDKs and a Maven that are scripts: which JDK it takes, when it builds, what it says.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has hone.cmd")
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "hone").toAbsolutePath().normalize();

  @TempDir private Path temporary = Path.of("");
  private Path repository = Path.of("");
  private Path jdks = Path.of("");

  private record Result(int code, String out, String err) {}

  @BeforeEach
  void makeRepository() throws IOException {
    repository = temporary.resolve("a repository");
    jdks = Files.createDirectories(temporary.resolve("all jdks"));
    Files.createDirectories(repository.resolve("bench/src/main/java"));
    Files.createDirectories(repository.resolve(".mvn"));
    Files.writeString(repository.resolve("pom.xml"), "<project/>");
    Files.writeString(repository.resolve("bench/pom.xml"), "<project/>");
    Files.writeString(repository.resolve("bench/src/main/java/A.java"), "class A {}");
    Files.copy(LAUNCHER, repository.resolve("hone"));
    script(
        temporary.resolve("bin/mvn"),
        """
        echo "mvn in $(pwd): $*" >>"%s/mvn.log"
        [ ! -e fail ] || { echo "[ERROR] A.java is wrong -> [Help 1]"; echo "[ERROR] noise"; exit 1; }
        for word; do case $word in -DoutputDirectory=*) mkdir -p "${word#*=}" ;; esac; done
        mkdir -p bench/target bench/peers/target
        echo jar >bench/target/hone-bench-1.jar
        echo jar >bench/peers/target/hone-peers-1.jar
        """
            .formatted(temporary));
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = jre(name, version);
    script(home.resolve("bin/javac"), "exit 9\n");
    return home;
  }

  private Path jre(String name, String version) throws IOException {
    Path home = jdks.resolve(name);
    // Prints its arguments, so that a test sees what the launcher starts and where.
    script(home.resolve("bin/java"), "echo \"in $(pwd)\"; for word; do echo \"<$word>\"; done\n");
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\""
            + version
            + "\"\nMODULES=\"java.base jdk.compiler jdk.incubator.vector\"\n");
    return home;
  }

  private Result hone(String... args) throws IOException, InterruptedException {
    return run(repository.resolve("hone"), temporary, Map.of(), args);
  }

  /** An environment of the test's own; the tools of the machine, but not its java. */
  private Result run(Path launcher, Path directory, Map<String, String> extra, String... args)
      throws IOException, InterruptedException {
    Path tools = tools();
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(Stream.of("/bin/sh", launcher.toString()), Stream.of(args)).toList());
    Map<String, String> environment = new HashMap<>(extra);
    environment.putIfAbsent("PATH", temporary.resolve("bin") + ":" + tools);
    environment.putIfAbsent("HONE_JDK_PATH", jdks.toString());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Path out = temporary.resolve("out.txt");
    Path err = temporary.resolve("err.txt");
    builder.directory(directory.toFile()).redirectOutput(out.toFile());
    builder.redirectError(err.toFile()).redirectInput(ProcessBuilder.Redirect.from(NULL.toFile()));
    int code = builder.start().waitFor();
    return new Result(code, text(out), text(err));
  }

  private static final Path NULL = Path.of("/dev/null");

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  private Path tools() throws IOException {
    Path tools = temporary.resolve("tools");
    if (Files.exists(tools)) {
      return tools;
    }
    Files.createDirectories(tools);
    List<String> names =
        List.of(
            "sh",
            "cat",
            "cksum",
            "cp",
            "cut",
            "dirname",
            "env",
            "find",
            "head",
            "ls",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "sort",
            "touch");
    for (String name : names) {
      for (String folder : List.of("/usr/bin", "/bin")) {
        Path tool = Path.of(folder, name);
        if (Files.exists(tool) && !Files.exists(tools.resolve(name))) {
          script(tools.resolve(name), "exec " + tool + " \"$@\"\n");
        }
      }
    }
    return tools;
  }

  private long builds() throws IOException {
    Path log = temporary.resolve("mvn.log");
    return Files.exists(log) ? Files.readAllLines(log).size() : 0;
  }

  private static void assertOneLine(Result result, int code, String... parts) {
    assertEquals(code, result.code(), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    for (String part : parts) {
      assertTrue(result.err().contains(part), result.err());
    }
    assertEquals("", result.out());
  }

  @Test
  void takesTheNewestThatQualifies() throws Exception {
    jdk("a-25.0.10", "25.0.10");
    jdk("b-25.0.3", "25.0.3");
    jdk("c-21", "21.0.7");
    jdk("d-25.0.1", "25.0.1");
    jre("e-25.0.12-jre", "25.0.12");
    assertEquals(jdks + "/a-25.0.10\n", hone("jdk").out());
    jdk("f-26", "26");
    assertEquals(jdks + "/f-26\n", hone("jdk").out());
  }

  @Test
  void saysWhatItLookedAtAndWhyNot() throws Exception {
    jdk("a", "21.0.7");
    jdk("b", "25.0.1");
    jdk("c", "25");
    jre("d", "25.0.3");
    jdk("e", "1.8.0_402");
    Path stripped = jdk("f", "25.0.3");
    Files.writeString(
        stripped.resolve("release"), "JAVA_VERSION=\"25.0.3\"\nMODULES=\"java.base\"");
    assertOneLine(
        hone("train"),
        2,
        "hone: no JDK 25.0.3 or later found",
        jdks + "/a (21.0.7)",
        jdks + "/b (25.0.1, which can corrupt pinned arrays under G1)",
        jdks + "/c (25, which can corrupt pinned arrays under G1)",
        jdks + "/d (25.0.3, but a JRE: no bin/javac)",
        jdks + "/e (1.8.0_402)",
        jdks + "/f (25.0.3 without the module jdk.incubator.vector)",
        "set HONE_JAVA_HOME");
    assertEquals(0, builds());
  }

  @Test
  void saysSoWhenThereIsNoneAtAll() throws Exception {
    assertOneLine(hone("train"), 2, "no JDK 25.0.3 or later found", "hold none", "install one");
  }

  @Test
  void asksJavaItselfWhereThereIsNoReleaseFile() throws Exception {
    Path home = jdk("a", "25.0.4");
    Files.delete(home.resolve("release"));
    script(home.resolve("bin/java"), "echo 'openjdk version \"25.0.4\" 2026-07-21' >&2\n");
    assertEquals(home + "\n", hone("jdk").out());
  }

  @Test
  void javaHomeThenPathThenFolders() throws Exception {
    Path newest = jdk("newest", "25.0.9");
    Path chosen = jdk("chosen", "25.0.3");
    Path old = jdk("old", "17.0.15");
    String tools = tools().toString();
    Path launcher = repository.resolve("hone");

    Map<String, String> byHome = Map.of("JAVA_HOME", chosen.toString());
    assertEquals(chosen + "\n", run(launcher, temporary, byHome, "jdk").out());
    Map<String, String> oldHome = Map.of("JAVA_HOME", old.toString());
    assertEquals(newest + "\n", run(launcher, temporary, oldHome, "jdk").out());
    Path link = Files.createSymbolicLink(temporary.resolve("bin/java"), chosen.resolve("bin/java"));
    Map<String, String> byPath = Map.of("PATH", link.getParent() + ":" + tools);
    assertEquals(chosen + "\n", run(launcher, temporary, byPath, "jdk").out());
    Map<String, String> own = Map.of("HONE_JAVA_HOME", old.toString());
    assertOneLine(run(launcher, temporary, own, "jdk"), 2, "HONE_JAVA_HOME is " + old, "17.0.15");
  }

  @Test
  void buildsOnceAndAgainOnlyWhenAContentChanged() throws Exception {
    jdk("a", "25.0.3");
    Path source = repository.resolve("bench/src/main/java/A.java");
    Result first = hone("doctor", "two words", "*");
    assertEquals(0, first.code(), first.err());
    assertEquals("hone: building Hone (first time, about a minute) ...\n", first.err());
    assertTrue(first.out().startsWith("in " + temporary.toRealPath() + "\n"), first.out());
    assertTrue(
        first.out().endsWith("<dev.hone.bench.cli.Hone>\n<doctor>\n<two words>\n<*>\n"),
        first.out());
    assertTrue(first.out().contains("<--add-modules=jdk.incubator.vector>\n"), first.out());
    assertEquals("", hone("doctor").err());
    Files.writeString(source, "class A {}");
    assertEquals("", hone("doctor").err(), "a touched file is no change");
    assertEquals(1, builds());

    Files.writeString(source, "class A { int b; }");
    assertEquals("hone: building Hone (sources changed) ...\n", hone("doctor").err());
    Files.move(source, source.resolveSibling("B.java"));
    assertEquals("hone: building Hone (sources changed) ...\n", hone("doctor").err());
    Files.writeString(repository.resolve("bench/src/test.txt"), "not a main source");
    assertEquals("", hone("doctor").err());
    assertEquals(3, builds());
  }

  @Test
  void worksThroughALinkFromElsewhere() throws Exception {
    jdk("a", "25.0.3");
    Path elsewhere = Files.createDirectories(temporary.resolve("else where"));
    Path link = elsewhere.resolve("link");
    Files.createSymbolicLink(link, Path.of("..", "a repository", "hone"));
    Result result = run(link, elsewhere, Map.of(), "doctor", "relative");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().startsWith("in " + elsewhere.toRealPath() + "\n"), result.out());
    assertTrue(result.out().contains("<-Dhone.home=" + repository.toRealPath() + ">"));
  }

  @Test
  void verifyRunsMavenInTheRepository() throws Exception {
    jdk("a", "25.0.3");
    Result result = hone("verify", "-Dx=a b", "-o");
    assertEquals(0, result.code(), result.err());
    assertEquals(
        "mvn in " + repository.toRealPath() + ": -B verify -Dx=a b -o\n",
        text(temporary.resolve("mvn.log")));
  }

  @Test
  void aMissingMavenIsOneLine() throws Exception {
    jdk("a", "25.0.3");
    Files.delete(temporary.resolve("bin/mvn"));
    Map<String, String> nowhere = Map.of("PATH", tools().toString(), "HOME", temporary.toString());
    assumeTrue(usualMavens().isEmpty(), "the launcher will find " + usualMavens());
    Result result = run(repository.resolve("hone"), temporary, nowhere, "verify");
    assertOneLine(result, 2, "hone: no Maven found", "install Maven 3.8");
  }

  /** What the launcher looks at when there is no mvn on PATH, on this machine. */
  private static List<Path> usualMavens() throws IOException {
    try (Stream<Path> opt = Files.list(Path.of("/opt"))) {
      return Stream.concat(opt, Stream.of(Path.of("/opt/homebrew")))
          .map(folder -> folder.resolve("bin/mvn"))
          .filter(Files::exists)
          .toList();
    }
  }

  @Test
  void aFailedBuildShowsItsErrorsAndIsTriedAgain() throws Exception {
    jdk("a", "25.0.3");
    Files.writeString(repository.resolve("fail"), "");
    Result failed = hone("doctor");
    assertEquals(2, failed.code());
    assertTrue(failed.err().contains("A.java is wrong"), failed.err());
    assertFalse(failed.err().contains("noise"), failed.err());
    assertTrue(failed.err().contains("hone: the build failed"), failed.err());
    Files.delete(repository.resolve("fail"));
    Result again = hone("doctor");
    assertEquals(0, again.code(), again.err());
    assertEquals(2, builds());
  }

  @Test
  void aLockLeftByAKilledBuildIsCleared() throws Exception {
    jdk("a", "25.0.3");
    Process ended = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
    ended.waitFor();
    Path lock = Files.createDirectories(repository.resolve("target/launcher/lock"));
    Files.writeString(lock.resolve("pid"), ended.pid() + "\n");
    Result result = hone("doctor");
    assertEquals(0, result.code(), result.err());
    assertFalse(result.err().contains("waiting"), result.err());
    assertFalse(Files.exists(lock), "the lock goes with the build");
  }

  @Test
  void waitsForABuildThatIsRunning() throws Exception {
    jdk("a", "25.0.3");
    Path lock = Files.createDirectories(repository.resolve("target/launcher/lock"));
    Process other = new ProcessBuilder("/bin/sleep", "2").start();
    Files.writeString(lock.resolve("pid"), other.pid() + "\n");
    Result result = hone("doctor");
    assertEquals(0, result.code(), result.err());
    assertTrue(
        result.err().startsWith("hone: waiting for the build of process " + other.pid()),
        result.err());
    assertFalse(other.isAlive());
  }

  @Test
  void anUnwritableTargetIsOneLine() throws Exception {
    jdk("a", "25.0.3");
    Files.writeString(repository.resolve("target"), "a file where the folder should go");
    assertOneLine(hone("doctor"), 2, "hone: cannot write to", "make that folder writable");
  }

  /** A machine of another kind, as far as the launcher can tell. */
  private void pretend(String system, String processor) throws IOException {
    script(
        temporary.resolve("bin/uname"),
        "case $1 in -s) echo %s ;; *) echo %s ;; esac\n".formatted(system, processor));
  }

  private void makePeers() throws IOException {
    Path source = repository.resolve("bench/peers/src/main/java/P.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class P {}");
    Files.writeString(repository.resolve("bench/peers/pom.xml"), "<project/>");
  }

  @Test
  void buildsThePeerOnlyWhenItIsAskedFor() throws Exception {
    Path home = jdk("a", "25.0.3");
    script(home.resolve("bin/java"), "for word; do echo \"<$word>\"; done; env\n");
    pretend("Linux", "x86_64");
    makePeers();
    for (String command : List.of("doctor", "bench")) {
      Result without = hone(command, "--suite", "conv");
      assertEquals(0, without.code(), without.err());
      assertFalse(without.out().contains("OMP_WAIT_POLICY"), without.out());
      assertFalse(without.out().contains("hone-peers"), without.out());
    }
    assertFalse(hone("train", "--peer", "libtorch").out().contains("hone-peers"));
    assertEquals(1, builds());

    Result with = hone("bench", "--peer", "libtorch");
    assertEquals(0, with.code(), with.err());
    assertTrue(with.err().startsWith("hone: building the peer libtorch"), with.err());
    assertTrue(with.out().contains("hone-peers-1.jar"), with.out());
    assertTrue(with.out().contains("OMP_WAIT_POLICY=PASSIVE"), with.out());
    assertTrue(with.out().contains("MALLOC_TRIM_THRESHOLD_="), with.out());
    assertTrue(
        text(temporary.resolve("mvn.log"))
            .lines()
            .anyMatch(line -> line.contains("-Ppeers") && line.contains("=linux-x86_64")),
        text(temporary.resolve("mvn.log")));
    assertEquals("", hone("bench", "--peer=libtorch").err());
    assertEquals(2, builds());
    assertFalse(hone("bench", "--peer=other").out().contains("hone-peers"));

    Files.writeString(repository.resolve("bench/peers/src/main/java/P.java"), "class P { int q; }");
    assertTrue(hone("bench", "--peer=libtorch").err().contains("building the peer"));
    assertEquals("", hone("doctor").err(), "the product does not depend on it");
    assertEquals(3, builds());
  }

  @Test
  void aPlatformWithoutThePeerIsOneLine() throws Exception {
    jdk("a", "25.0.3");
    makePeers();
    hone("doctor");
    pretend("Linux", "riscv64");
    assertOneLine(
        hone("bench", "--peer", "libtorch"),
        2,
        "--peer libtorch: there is no libtorch from a JVM for Linux on riscv64");
    assertEquals(1, builds());
  }

  @Test
  void shellStartsJShellWithTheLibrary() throws Exception {
    Path home = jdk("a", "25.0.3");
    script(home.resolve("bin/jshell"), "for word; do echo \"<$word>\"; done\n");
    Path startup = repository.resolve("bench/src/main/jshell/hone.jsh");
    Files.createDirectories(startup.getParent());
    Files.writeString(startup, "//> Paste:\n//>   new A()\nimport a.*\n");
    Result result = hone("shell", "my file.jsh");
    assertEquals(0, result.code(), result.err());
    assertTrue(result.out().startsWith("Paste:\n  new A()\n<--class-path>\n"), result.out());
    assertTrue(result.out().contains("<" + startup.toRealPath() + ">\n"), result.out());
    assertTrue(result.out().endsWith("<my file.jsh>\n"), result.out());
    assertTrue(hone("shell", "--help").out().endsWith("<shell>\n<--help>\n"));
  }
}
