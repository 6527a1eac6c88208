package dev.hone.kernels.cudnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test E: the real cuDNN 9.5, without a GPU. It accepts our descriptors, gives our output sizes,
 * and its own log tells the arguments of each call that we make. Only with {@code -Pcuda-libs}.
 */
class CudnnRealTest {
  private static final String FOLDER = "/org/bytedeco/cuda/linux-x86_64/";
  private static final Path UNPACKED = Path.of("target", "cuda-libs");

  /** The parts of cuDNN that it opens for these calls. */
  private static final List<String> LIBRARIES =
      List.of(
          "libcudnn.so.9",
          "libcudnn_graph.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_cnn.so.9",
          "libcudnn_heuristic.so.9",
          "libcudnn_engines_precompiled.so.9",
          "libcudnn_engines_runtime_compiled.so.9");

  /** {@code i! xData: location=dev; addr=0x1000;} or {@code ... type=int; val=4;}. */
  private static final Pattern ARGUMENT =
      Pattern.compile("i! +(\\w+): (?:location=\\w+; addr=|type=[^;]+; val=)(.*);");

  private static final Pattern ADDRESS = Pattern.compile("address (\\w+) (0x\\w+)");

  private static void unpack() throws IOException {
    Files.createDirectories(UNPACKED);
    for (String name : LIBRARIES) {
      Path file = UNPACKED.resolve(name);
      if (!Files.exists(file)) {
        Path part = Files.createTempFile(UNPACKED, name, ".part");
        try (InputStream in =
            Objects.requireNonNull(CudnnRealTest.class.getResourceAsStream(FOLDER + name), name)) {
          Files.copy(in, part, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(part, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static String run(Path folder, Path log, String last)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-XX:ErrorFile=" + folder.resolve("end.log"),
                "-cp",
                System.getProperty("java.class.path"),
                CudnnRealMain.class.getName(),
                last)
            .redirectErrorStream(true);
    builder.environment().put("LD_LIBRARY_PATH", UNPACKED.toAbsolutePath().toString());
    builder.environment().put("CUDNN_LOGLEVEL_DBG", "3");
    builder.environment().put("CUDNN_LOGDEST_DBG", log.toString());
    Process child = builder.start();
    String out = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    child.waitFor();
    return out;
  }

  @Test
  void acceptsOurDescriptorsAndIsToldWhatWeMean(@TempDir Path folder) throws Exception {
    Assumptions.assumeTrue(
        CudnnRealTest.class.getResource(FOLDER + "libcudnn.so.9") != null,
        "SKIPPED: without the profile cuda-libs there is no real cuDNN");
    unpack();
    var calls = new ArrayList<String>();
    for (String last : List.of("gradient", "inference")) {
      Path log = folder.resolve(last + ".log");
      String out = run(folder, log, last);
      assertTrue(out.contains("\ndone\n"), out);
      assertTrue(out.startsWith("version 905"), out);
      assertEquals(4, out.lines().filter(line -> line.startsWith("output true ")).count(), out);
      calls.addAll(calls(Files.readString(log), out));
    }
    List<String> expected = expected();
    var told =
        calls.stream()
            .filter(call -> call.matches("cudnn(Convolution|BatchNorm|Pooling[FB]).*"))
            .map(call -> call.replace("handle=NULL_PTR ", ""))
            .distinct()
            .sorted()
            .toList();
    assertEquals(expected, told);
  }

  private static List<String> expected() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CudnnRealTest.class.getResourceAsStream("calls.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  /** Each call with its arguments, buffers by their names. */
  private static List<String> calls(String log, String out) {
    var names = new LinkedHashMap<String, String>();
    Matcher address = ADDRESS.matcher(out);
    while (address.find()) {
      names.put(address.group(2), address.group(1));
    }
    var calls = new ArrayList<String>();
    for (String block : log.split("I! CuDNN [^\n]* function ")) {
      var call = new StringBuilder(block.substring(0, Math.max(0, block.indexOf('('))));
      block
          .lines()
          .takeWhile(line -> !line.startsWith("i! Time"))
          .map(ARGUMENT::matcher)
          .filter(Matcher::matches)
          .filter(m -> !m.group(1).matches("dataType|nbDims|vect|format|reorderType|arrayLength"))
          .forEach(m -> call.append(' ').append(m.group(1)).append('=').append(value(m, names)));
      calls.add(call.toString());
    }
    return calls;
  }

  private static String value(Matcher argument, Map<String, String> names) {
    String value = argument.group(2).replaceFirst(" \\(\\d+\\)$", "");
    return argument.group(1).equals("workSpace") ? "any" : names.getOrDefault(value, value);
  }
}
