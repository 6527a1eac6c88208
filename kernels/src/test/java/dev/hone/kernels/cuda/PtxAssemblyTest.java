package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every kernel assembles for every architecture, without spills and with few registers. */
class PtxAssemblyTest {
  private static final Path KERNELS = Path.of("src/main/resources/dev/hone/kernels/cuda");

  /**
   * More would leave fewer than two blocks of 256 threads on a multiprocessor (65,536 registers).
   */
  private static final int MOST_REGISTERS = 128;

  private static final String SUM =
      """
      .version 7.0
      .target sm_70
      .address_size 64
      .visible .entry sum(.param .u64 x, .param .u32 n)
      {
        .reg .f32 %%f<%1$d>;
        .reg .b64 %%rd<3>;
        ld.param.u64 %%rd1, [x];
        cvta.to.global.u64 %%rd1, %%rd1;
      %2$s
        ret;
      }
      """;

  /** The sources of all families. */
  static List<Path> sources() {
    if (!Files.isDirectory(KERNELS)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(KERNELS)) {
      return files.filter(file -> file.toString().endsWith(".ptx")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyKernelAssembles() {
    requireAssembler();
    return sources().stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> assemble(file)));
  }

  private static void assemble(Path file) throws IOException {
    String ptx = Files.readString(file);
    assertTrue(ptx.contains(".version 7.0\n"), file + " must keep to PTX 7.0");
    int target = target(ptx, file);
    for (int sm : PtxAssembler.ARCHITECTURES) {
      if (sm >= target) {
        Map<String, Integer> registers =
            PtxAssembler.assemble(ptx, file.getFileName().toString(), sm);
        assertFalse(registers.isEmpty(), file + " has no entry");
        registers.forEach((entry, count) ->
            assertTrue(
                count <= MOST_REGISTERS,
                () -> "%s takes %d registers on sm_%d".formatted(entry, count, sm)));
      }
    }
  }

  private static int target(String ptx, Path file) {
    var matcher = Pattern.compile("(?m)^\\.target sm_(\\d+)$").matcher(ptx);
    assertTrue(matcher.find(), file + " has no line .target sm_NN");
    return Integer.parseInt(matcher.group(1));
  }

  @TestFactory
  Stream<DynamicTest> newerArchitecturesWherePtxasKnowsThem(@TempDir Path folder)
      throws IOException, InterruptedException {
    String help = run(List.of("ptxas", "--help"));
    Assumptions.assumeFalse(help.isEmpty(), "SKIPPED: no ptxas on PATH for sm_100 and sm_120");
    List<String> known =
        Stream.of("sm_100", "sm_120").filter(sm -> help.contains("'" + sm + "'")).toList();
    Assumptions.assumeFalse(known.isEmpty(), "SKIPPED: ptxas on PATH knows no sm_100 or sm_120");
    return sources().stream()
        .flatMap(file ->
            known.stream()
                .map(sm ->
                    DynamicTest.dynamicTest(
                        file.getFileName() + " " + sm, () -> assembleByTool(file, sm, folder))));
  }

  private static void assembleByTool(Path file, String sm, Path folder)
      throws IOException, InterruptedException {
    Path cubin = folder.resolve(file.getFileName() + "." + sm);
    String told =
        run(List.of("ptxas", "-arch=" + sm, "-v", "-o", cubin.toString(), file.toString()));
    assertTrue(Files.exists(cubin), told);
    assertTrue(told.contains("0 bytes spill stores, 0 bytes spill loads"), told);
    assertFalse(Pattern.compile("[1-9]\\d* bytes spill").matcher(told).find(), told);
  }

  /** What a command says; empty if it does not exist. */
  private static String run(List<String> command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return said;
    } catch (IOException _) {
      return "";
    }
  }

  @Test
  void registersAreReadAndErrorsNameTheLine() {
    requireAssembler();
    String body = "  ld.global.f32 %f0, [%rd1];\n  st.global.f32 [%rd1+4], %f0;";
    for (int sm : PtxAssembler.ARCHITECTURES) {
      Map<String, Integer> registers = PtxAssembler.assemble(SUM.formatted(1, body), "sum", sm);
      assertEquals(List.of("sum"), List.copyOf(registers.keySet()));
      int count = registers.getOrDefault("sum", 0);
      assertTrue(count >= 1 && count <= 16, "registers on sm_" + sm + ": " + count);
    }
    String wrong = SUM.formatted(1, body.replace("ld.global.f32", "ld.global.f33"));
    var refused =
        assertThrows(PtxAssembler.Refused.class, () -> PtxAssembler.assemble(wrong, "wrong", 70));
    assertTrue(String.valueOf(refused.getMessage()).contains("line 10"), refused::toString);
  }

  /** 400 values that are all loaded before the first is used do not fit 255 registers. */
  @Test
  void spillsAreRefused() {
    requireAssembler();
    var body = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      body.append("  ld.volatile.global.f32 %%f%d, [%%rd1+%d];%n".formatted(i, 4 * i));
    }
    for (int i = 399; i >= 0; i--) {
      body.append("  st.volatile.global.f32 [%%rd1+%d], %%f%d;%n".formatted(4 * (399 - i), i));
    }
    String ptx = SUM.formatted(400, body);
    var refused =
        assertThrows(PtxAssembler.Refused.class, () -> PtxAssembler.assemble(ptx, "many", 80));
    assertTrue(String.valueOf(refused.getMessage()).contains("spills on sm_80"));
  }

  private static void requireAssembler() {
    String obstacle = PtxAssembler.obstacle();
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> "SKIPPED: " + obstacle);
  }
}
