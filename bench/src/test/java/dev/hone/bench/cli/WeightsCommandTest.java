package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.nn.weights.TorchSave;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WeightsCommandTest {
  @TempDir private Path folder;

  private Path checkpoint() throws IOException {
    var checkpoint = new LinkedHashMap<String, Object>();
    checkpoint.put("epoch", 12);
    checkpoint.put("state_dict", Samples.resnet8(10, 3).state());
    return Files.write(folder.resolve("resnet8.pt"), TorchSave.zip("resnet8", checkpoint));
  }

  @Test
  void listShowsTheTensorsAndWhatTheyAreOf() throws IOException {
    String out = Invocation.of("weights", "list", checkpoint().toString()).succeeded().out();
    assertTrue(out.contains("resnet8.pt: PyTorch, zip\n"), out);
    assertTrue(out.contains("the tensors are those of 'state_dict', beside epoch 12"), out);
    assertTrue(
        out.lines().anyMatch(l -> l.matches("layer2.0.shortcut.0.weight +F32 +\\[32, 16, 1, 1]")),
        out);
    assertTrue(out.lines().anyMatch(l -> l.matches("bn1.num_batches_tracked +I64 +\\[]")), out);
    assertTrue(out.contains("\nlooks like resnet8 with shortcut B, 10 classes, 3 channels\n"), out);
    long elements =
        Samples.resnet8(10, 3).state().values().stream().mapToLong(t -> t.shape().size()).sum();
    assertTrue(out.contains("%,d elements".formatted(elements)), out);
  }

  @Test
  void listAsJson() throws IOException {
    String out =
        Invocation.of("weights", "list", "--json", checkpoint().toString()).succeeded().out();
    JsonNode json = JsonMapper.shared().readTree(out);
    assertEquals("PyTorch, zip", json.get("format").asString());
    JsonNode first = json.get("tensors").get(0);
    assertEquals("conv1.weight", first.get("name").asString());
    assertEquals("[16,3,3,3]", first.get("shape").toString());
  }

  @Test
  void convertKeepsEveryTensorAndReplacesNothingUnasked() throws IOException {
    Path in = checkpoint();
    Path out = folder.resolve("out.safetensors");
    Invocation.of("weights", "convert", in.toString(), out.toString()).succeeded();
    Invocation.of("weights", "convert", in.toString(), out.toString())
        .refused("out.safetensors is there; --overwrite replaces it");
    Invocation.of("weights", "convert", out.toString(), out.toString(), "--overwrite")
        .refused("is IN itself");
    Invocation.of("weights", "convert", in.toString(), out.toString(), "--overwrite").succeeded();
    JsonNode was = tensors(in);
    assertEquals(was.size(), tensors(out).size());
    assertTrue(was.size() > 50, was::toString);
  }

  private static JsonNode tensors(Path file) {
    String out = Invocation.of("weights", "list", "--json", file.toString()).succeeded().out();
    return JsonMapper.shared().readTree(out).get("tensors");
  }

  @Test
  void whatIsNoFileOfWeightsIsRefusedInALine() throws IOException {
    Path page = Files.writeString(folder.resolve("model.pth"), "<html>not found</html>");
    assertEquals(1, Invocation.of("weights", "list", page.toString()).refused("a web page").code());
    Invocation.of("weights", "list", folder.resolve("none").toString())
        .refused("none: cannot be read (no such file or folder)");
    byte[] program =
        "\u0080\2cposix\nsystem\nX\4\0\0\0true\u0085R.".getBytes(StandardCharsets.ISO_8859_1);
    Path evil = Files.write(folder.resolve("evil.pth"), program);
    Path out = folder.resolve("out.safetensors");
    Invocation.of("weights", "convert", evil.toString(), out.toString())
        .refused("refuses posix.system at byte 2: only tensors are read; nothing was run");
    assertTrue(Files.notExists(out));
  }

  /** A name that would clear the screen of who lists it. */
  @Test
  void namesAreShownWithoutTheirEscapes() throws IOException {
    var tensors = Map.of("w\u001b[2J", Tensor.ones(Samples.ORACLE, Shape.of(1)));
    Path file = Files.write(folder.resolve("w.pt"), TorchSave.legacy(tensors));
    String out = Invocation.of("weights", "list", file.toString()).succeeded().out();
    assertTrue(out.contains("w\\u001b[2J"), out);
  }

  @Test
  void helpTeaches() {
    for (String command : List.of("list", "convert")) {
      String help = Invocation.of("weights", command, "--help").succeeded().out();
      assertTrue(help.contains("Examples:") && help.contains("Exit codes:"), help);
    }
    assertTrue(Invocation.of("weights").succeeded().out().contains("docs/weights.md"));
  }
}
