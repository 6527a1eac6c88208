package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SelftestCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void saysWhatPassedAndWritesIt() throws IOException {
    Path json = folder.resolve("cpu.json");
    Invocation done =
        Invocation.of("selftest", "--device=cpu", "--only=softmax", "--json=" + json).succeeded();
    assertTrue(done.out().startsWith("self-test of cpu"), done.out());
    assertTrue(done.out().contains("  logSoftmax  "), done.out());
    assertTrue(done.out().contains("72 passed, 0 failed, 0 unsupported"), done.out());
    JsonNode result = JsonMapper.shared().readTree(json.toFile());
    assertEquals(72, result.get("passed").asInt());
    assertEquals("softmax", result.get("parts").get(0).get("name").asString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--device=abacus     | --device: 'abacus' is not one of",
        "--only=lstm         | --only: nothing has 'lstm' in its name; there are unary, binary",
        "--json=no/such/file | --json: cannot write no/such/file",
      })
  void wrongUsageIsOneLine(String args, String message) {
    assertEquals(2, Invocation.of(("selftest " + args).split(" ")).refused(message).code());
  }
}
