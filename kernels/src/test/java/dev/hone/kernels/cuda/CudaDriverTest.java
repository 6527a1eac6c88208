package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cuda.StubLibrary.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JCuda and our layer on it, with a driver that writes down what it was called with. */
class CudaDriverTest {
  private static final List<String> OPTIONS = List.of("--enable-native-access=ALL-UNNAMED", "-ea");

  @TempDir private Path folder;

  @BeforeEach
  void stub() throws Exception {
    StubLibrary.require();
    try (InputStream in =
        Objects.requireNonNull(CudaDriverTest.class.getResourceAsStream("libcuda_stub.c"))) {
      String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      new StubLibrary("libcuda.so.1", source).into(folder);
    }
  }

  private Outcome run(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    Outcome outcome = StubLibrary.run(folder, CudaDriverMain.class, OPTIONS, environment, args);
    assertEquals("", outcome.err());
    assertEquals(0, outcome.status(), outcome.out());
    return outcome;
  }

  @Test
  void everyCallReachesTheDriverWithWhatWasMeant() throws Exception {
    Path log = folder.resolve("log.txt");
    Outcome outcome = run(Map.of("HONE_STUB_LOG", log.toString()), "1");
    assertEquals(
        """
        Stub 1 (cuda:1, sm_86, 28 multiprocessors, 3.0 GiB), free 1073741824
        [42, 1065353216, 1065353216, 4]
        true 1.5
        nodes 3
        tmpdir kept: true
        """,
        outcome.out());
    List<String> calls = Files.readAllLines(log);
    String stream = first(calls, "cuStreamSynchronize|cuMemcpyDtoDAsync").split(" ")[2];
    List<String> launches = calls.stream().filter(c -> c.startsWith("cuLaunchKernel")).toList();
    String launch = "cuLaunchKernel k_ailf (5 4 3) (32 2 1) 128 %s @42 -7 1099511627776 0.25";
    assertEquals(List.of(launch.formatted(stream), launch.formatted(stream)), launches);
    assertEquals("cuMemsetD32Async 3f800000 2 " + stream, first(calls, "cuMemsetD32Async"));
    assertEquals("cuStreamCreate 1", first(calls, "cuStreamCreate"), "non-blocking");
    assertEquals("cuStreamBeginCapture " + stream + " 0", first(calls, "cuStreamBeginCapture"));
    assertPaired(calls, "cuMemAlloc", "cuMemFree");
    assertPaired(calls, "cuMemHostAlloc", "cuMemFreeHost");
    assertPaired(calls, "cuStreamCreate", "cuStreamDestroy");
    assertPaired(calls, "cuEventCreate", "cuEventDestroy");
    assertPaired(calls, "cuModuleLoadDataEx", "cuModuleUnload");
    assertPaired(calls, "cuGraphInstantiate", "cuGraphExecDestroy");
    assertPaired(calls, "cuStreamEndCapture", "cuGraphDestroy");
    assertPaired(calls, "cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease");
    assertEquals("cuDevicePrimaryCtxRelease 1", calls.getLast());
  }

  private static String first(List<String> calls, String names) {
    return calls.stream()
        .filter(call -> call.split(" ")[0].matches(names))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + names + " in " + calls));
  }

  private static void assertPaired(List<String> calls, String made, String unmade) {
    long one = calls.stream().filter(call -> call.split(" ")[0].equals(made)).count();
    long two = calls.stream().filter(call -> call.split(" ")[0].equals(unmade)).count();
    assertTrue(one > 0, made);
    assertEquals(one, two, made + " and " + unmade);
  }

  @Test
  void failuresNameTheCallItsPurposeAndTheDriversWords() throws Exception {
    Outcome full = run(Map.of("HONE_STUB_FAIL", "cuMemAlloc", "HONE_STUB_STATUS", "2"), "0");
    assertTrue(
        full.out()
            .contains(
                "GpuException: cuMemAlloc of 16 bytes: CUDA_ERROR_OUT_OF_MEMORY (2): out of"
                    + " memory"),
        full.out());
    Outcome ptx =
        run(Map.of("HONE_STUB_FAIL", "cuModuleLoadDataEx", "HONE_STUB_STATUS", "218"), "0");
    assertTrue(
        ptx.out()
            .contains(
                "GpuException: k: cuModuleLoadDataEx (ptxas: line 3 is wrong):"
                    + " CUDA_ERROR_INVALID_PTX (218)"),
        ptx.out());
  }

  @Test
  void aDeviceThatIsNotThere() throws Exception {
    Outcome outcome = run(Map.of(), "2");
    assertTrue(
        outcome.out().contains("GpuException: no device 2: this machine has 2, counted from 0"),
        outcome.out());
  }

  /** A file that lies where JCuda unpacks to must neither be loaded nor stay behind. */
  @Test
  void nothingIsLoadedFromOrLeftInTheSharedFolder() throws Exception {
    Path shared = Files.createDirectory(folder.resolve("tmp"));
    Path planted =
        Files.writeString(shared.resolve("libJCudaDriver-12.6.0-linux-x86_64.so"), "planted");
    Outcome outcome =
        StubLibrary.run(
            folder,
            CudaDriverMain.class,
            List.of("--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + shared),
            Map.of(),
            "0");
    assertTrue(outcome.out().contains("Stub 0"), outcome.out() + outcome.err());
    assertEquals("planted", Files.readString(planted));
    try (Stream<Path> left = Files.list(shared)) {
      assertEquals(List.of(planted), left.toList());
    }
    assertFalse(outcome.out().contains("GpuException"), outcome.out());
  }
}
