package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.cli.Checkup.Finding;
import dev.hone.bench.cli.Checkup.Status;
import dev.hone.kernels.cuda.CudaProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckupTest {
  private static final long GIB = 1L << 30;

  private static Machine machine(String jdk, boolean vectors, long gib, boolean writable) {
    return new Machine(
        Runtime.Version.parse(jdk),
        "/jdk",
        vectors,
        2,
        8 * GIB,
        4 * GIB,
        "/usr/bin/mvn",
        Path.of("runs"),
        writable,
        gib * GIB,
        List.of(),
        new CudaProbe(List.of(), 0));
  }

  private static Status status(Checkup checkup, String subject) {
    return finding(checkup, subject).status();
  }

  private static Finding finding(Checkup checkup, String subject) {
    return checkup.findings().stream()
        .filter(finding -> finding.subject().equals(subject))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aGoodMachineHasNothingToMend() {
    Checkup checkup = Checkup.of(machine("25.0.3+9-LTS", true, 9, true));
    assertTrue(checkup.healthy());
    checkup.findings().forEach(finding -> assertEquals("", finding.fix(), finding.subject()));
  }

  @ParameterizedTest
  @CsvSource({"17.0.15, PROBLEM", "25.0.2, PROBLEM", "25.0.3, OK", "26, OK"})
  void theJdkMustBeNewEnough(String version, Status expected) {
    assertEquals(expected, status(Checkup.of(machine(version, true, 9, true)), "JDK"));
  }

  @Test
  void scalarKernelsAreAWarning() {
    Checkup checkup = Checkup.of(machine("25.0.3", false, 9, true));
    assertEquals(Status.WARNING, status(checkup, "Vector API"));
    assertTrue(checkup.healthy());
  }

  @Test
  void aFullDiskAndAnUnwritableFolderAreProblems() {
    Checkup checkup = Checkup.of(machine("25.0.3", true, 0, false));
    assertEquals(Status.PROBLEM, status(checkup, "Disk"));
    assertEquals(Status.PROBLEM, status(checkup, "Run folder"));
    assertFalse(checkup.healthy());
    assertTrue(finding(checkup, "Run folder").fix().contains("--out"));
  }

  @Test
  void withoutAGpuItSaysWhatToDoButIsHealthy(@TempDir Path folder) throws IOException {
    Checkup checkup = Checkup.of(Machine.here(folder));
    assertTrue(checkup.healthy(), checkup::toString);
    if (!CudaProbe.look().usable()) {
      Finding missing =
          checkup.findings().stream()
              .filter(finding -> finding.fix().startsWith("for --device cuda, "))
              .findFirst()
              .orElseThrow();
      assertEquals(Status.WARNING, missing.status());
    }
  }

  @Test
  void looksAtThisMachine(@TempDir Path folder) throws IOException {
    Machine here = Machine.here(folder.resolve("not/yet/there"));
    assertTrue(here.runsWritable());
    assertTrue(here.heap() > 0 && here.memory() > 0 && here.disk() > 0, here.toString());
    assertFalse(Files.exists(folder.resolve("not")), "looking must leave nothing behind");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertFalse(Machine.here(file).runsWritable());
  }
}
