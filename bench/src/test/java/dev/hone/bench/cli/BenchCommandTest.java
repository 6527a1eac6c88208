package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--suite=fast            | 'fast' is not one of steps, icp, train, conv, ops, all",
        "--peer=tensorflow       | --peer: 'tensorflow' is not one of libtorch",
        "--peer=libtorch         | --peer: libtorch is not on the class path; start it by ./hone bench",
        "--peer=libtorch --suite=ops | --suite ops has no peer",
        "--peer=libtorch --jmh   | --jmh measures Hone alone",
        "--threads=1,-2          | --threads must be 1 or more, or 0 for all cores, but is -2",
        "--threads=two           | 'two' is not an int",
        "--batch=0               | --batch must be 1 or more, but is 0",
        "--lanes=16,5            | --lanes must be 16, 8, 4 or 1, but is 5",
        "--time=0                | --time must be above 0 and at most 3600 seconds, but is 0.0",
        "--time=NaN              | --time must be above 0",
        "--only=lstm             | --only: no row of the suite has 'lstm' in its name; they are forward, "
            + "training step",
        "--json=no/such/file     | --json: cannot write no/such/file, since there is no folder",
        "--count                 | --count goes with --device emulator, one --batch and --json",
        "--device=gpu            | --device: 'gpu' is not one of auto, cpu, cuda, emulator, reference",
        "--device=reference      | --device reference: the oracle is slow by design and not timed",
        "--device=emulator --lanes=8 | --device emulator goes with --suite, --only, --batch, --time",
        "--device=cuda --peer=libtorch | --device cuda goes with --suite, --only, --batch, --time",
        "--math=tf32             | --device cpu is not available here: cpu multiplies by fused",
        "--device=emulator --math=tf32 | --device emulator is not available here: emulator multiplies",
        "--math=fp16             | 'fp16' is not one of fma, tf32",
        "--device=emulator --count --jmh       | --count goes with --device emulator, one --batch",
        "--device=emulator --count --batch=1,2 | --count goes with --device emulator, one --batch",
        "--jsonn                 | unknown option '--jsonn'; did you mean --json?",
      })
  void wrongUsageIsOneLine(String args, String message) {
    Invocation refused = Invocation.of(("bench " + args).split(" "));
    assertEquals(2, refused.refused(message).code());
  }

  @Test
  void measuresWritesAndPrints() throws IOException {
    Path json = folder.resolve("figures.json");
    Invocation done =
        Invocation.of(
                "bench",
                "--suite=conv",
                "--only=64->64@8 forward",
                "--batch=2,3",
                "--threads=1",
                "--time=0.01",
                "--json=" + json)
            .succeeded();
    assertTrue(done.out().contains("FMA peak"), done.out());
    assertTrue(
        done.out().lines().anyMatch(line -> line.matches("64->64@8 forward +2, 1, \\d+ .*")),
        done.out());
    assertTrue(done.out().contains("FLOP/byte"), done.out());
    assertTrue(done.err().contains("2/2 64->64@8 forward"), done.err());

    JsonNode root = JsonMapper.shared().readTree(Files.readString(json));
    assertEquals(2, root.get("rows").size());
    JsonNode row = root.get("rows").get(1);
    assertEquals(3, row.get("setting").get("batch").intValue());
    double millis = row.get("medianMillis").doubleValue();
    assertTrue(row.get("millis").size() >= 7);
    // 2 * 3 * 64 * 8 * 8 * 64 * 9 operations
    assertEquals(14_155_776, row.get("flop").doubleValue());
    assertEquals(14_155_776e3 / millis, row.get("flopPerSecond").doubleValue(), 1);
    assertEquals(3e3 / millis, row.get("imagesPerSecond").doubleValue(), 1e-6);
    assertTrue(root.get("machine").get("cores").intValue() >= 1);
    assertTrue(root.get("ceilings").get(0).get("flops").doubleValue() > 1e8);
  }

  /** The times are the emulator's own; that they are taken as a GPU's would be is the point. */
  @Test
  void aGpuIsTimedAsTheEmulatorIs() throws IOException {
    Path json = folder.resolve("gpu.json");
    Invocation done =
        Invocation.of(
                "bench",
                "--device=emulator",
                "--suite=conv",
                "--only=64->64@8 forward",
                "--batch=1",
                "--time=0.01",
                "--json=" + json)
            .succeeded();
    String out = done.out();
    assertTrue(out.contains("device: FMA peak"), out);
    assertTrue(out.contains("emulator: PTX emulator (cuda:0, sm_80, 4 multiprocessors"), out);
    assertTrue(out.lines().anyMatch(line -> line.matches("64->64@8 forward +\\d+.*")), out);
    JsonNode row = JsonMapper.shared().readTree(Files.readString(json)).get("rows").get(0);
    assertTrue(row.get("ofFmaPeak").doubleValue() > 0, row::toString);
    assertTrue(row.get("ofFmaPeak").doubleValue() < 1.5, row::toString);
  }

  @Test
  void firstStepSaysWhen() {
    String out = Invocation.of("bench", "--first-step", "--batch=2").succeeded().out();
    assertTrue(out.matches("the first training step ended after [\\d.]+ s\\R"), out);
  }

  @Test
  void helpTeaches() {
    String help = Invocation.of("bench", "--help").succeeded().out();
    for (String taught : List.of("Examples:", "--peer libtorch", "Default: 128", "Exit codes:")) {
      assertTrue(help.contains(taught), () -> "no '" + taught + "' in: " + help);
    }
  }
}
