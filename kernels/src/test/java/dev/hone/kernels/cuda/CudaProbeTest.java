package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cuda.SharedLibrary.Search;
import dev.hone.kernels.cuda.StubLibrary.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each row of what a machine may have, seen by a JVM of its own: no crash and not a word on stderr.
 */
class CudaProbeTest {
  private static final List<String> NATIVE = List.of("--enable-native-access=ALL-UNNAMED");

  @TempDir private Path folder;

  @BeforeEach
  void stubsCanBeMade() throws InterruptedException {
    StubLibrary.require();
  }

  private void driver(int version, int init, int devices) throws Exception {
    new StubLibrary(
            "libcuda.so.1",
            """
            int cuInit(unsigned flags) { return %d; }
            int cuDriverGetVersion(int *v) { *v = %d; return 0; }
            int cuDeviceGetCount(int *n) { *n = %d; return 0; }
            """
                .formatted(init, version, devices))
        .into(folder);
  }

  private void library(String name) throws Exception {
    new StubLibrary(name, "int nothing(void) { return 0; }").into(folder);
  }

  private String probe(List<String> options) throws IOException, InterruptedException {
    Outcome outcome = StubLibrary.run(folder, ProbeMain.class, options, Map.of());
    assertEquals("", outcome.err(), "noise");
    assertEquals(0, outcome.status(), outcome.out());
    return outcome.out();
  }

  private static void assertHas(String out, String... parts) {
    for (String part : parts) {
      assertTrue(out.contains(part), () -> "no '" + part + "' in\n" + out);
    }
  }

  private static void skipWhere(String library) {
    Assumptions.assumeTrue(
        new SharedLibrary(library, List.of(Path.of("/usr/local/cuda/lib64"))).open()
            instanceof Search.Missing,
        () -> "SKIPPED: this machine has a true " + library + ", whose absence cannot be played");
  }

  @Test
  void noDriver() throws Exception {
    skipWhere("libcuda.so.1");
    assertHas(
        probe(NATIVE),
        "usable=false libraries=false devices=0",
        "reason=no NVIDIA driver: libcuda.so.1 was not found: looked in the loader's path"
            + " (LD_LIBRARY_PATH="
            + folder
            + ", ld.so.cache), /usr/lib/wsl/lib; install NVIDIA's driver for CUDA 12.0 or later",
        "JCuda natives=12.6.0");
  }

  @Test
  void aDriverButNoDevice() throws Exception {
    driver(12040, 100, 0);
    assertHas(
        probe(NATIVE),
        "usable=false",
        "reason=no GPU: the driver sees no device; check that nvidia-smi lists one",
        "NVIDIA driver=for CUDA 12.4, loader's path");
  }

  @Test
  void aDriverThatCountsNone() throws Exception {
    driver(12040, 0, 0);
    assertHas(probe(NATIVE), "reason=no GPU: the driver sees no device");
  }

  @Test
  void aDriverThatDoesNotStart() throws Exception {
    driver(12040, 803, 1);
    assertHas(
        probe(NATIVE),
        "usable=false",
        "reason=no GPU: the driver does not start: cuInit gives 803 (driver and kernel module do"
            + " not match); check that nvidia-smi runs");
  }

  /** JCuda would end the process here, at the first function this driver has not. */
  @Test
  void aDriverTooOld() throws Exception {
    driver(11080, 0, 1);
    assertHas(
        probe(NATIVE),
        "usable=false",
        "reason=no NVIDIA driver: the installed one is for CUDA 11.8 and 12.0 is needed; install"
            + " version 525 or later");
  }

  @Test
  void noDriverAtAllUnderItsName() throws Exception {
    library("libcuda.so.1");
    assertHas(
        probe(NATIVE),
        "usable=false",
        "reason=no NVIDIA driver: its library has no function cuDriverGetVersion; reinstall");
  }

  @Test
  void librariesMissing() throws Exception {
    skipWhere("libcublas.so.12");
    skipWhere("libcudnn.so.9");
    driver(12040, 0, 2);
    assertHas(
        probe(NATIVE),
        "usable=true libraries=false devices=2",
        "reason=no cuBLAS: libcublas.so.12 was not found: looked in",
        "GPU=2 devices",
        "cuDNN=libcudnn.so.9 was not found");
    library("libcublas.so.12");
    assertHas(
        probe(NATIVE),
        "usable=true libraries=false devices=2",
        "reason=no cuDNN: libcudnn.so.9 was not found: looked in",
        "install cuDNN 9 for CUDA 12, or put its folder on LD_LIBRARY_PATH",
        "cuBLAS=libcublas.so.12, loader's path");
  }

  @Test
  void everythingThere() throws Exception {
    driver(12040, 0, 1);
    library("libcublas.so.12");
    library("libcudnn.so.9");
    assertHas(
        probe(NATIVE),
        "usable=true libraries=true devices=1",
        "reason=\n",
        "JCuda natives=12.6.0",
        "GPU=1 device\n");
  }

  /** The JDK would print a warning, or throw under {@code --illegal-native-access=deny}. */
  @Test
  void withoutNativeAccessNothingIsCalled() throws Exception {
    driver(12040, 0, 1);
    for (List<String> options :
        List.of(
            List.of("--enable-native-access=java.base"),
            List.of("--enable-native-access=java.base", "--illegal-native-access=deny"))) {
      assertHas(
          probe(options),
          "usable=false",
          "reason=no CUDA platform: this JVM may not call native code; start Hone by ./hone, or java"
              + " with --enable-native-access=ALL-UNNAMED");
    }
  }

  @Test
  void aLibraryBesideTheLoadersPathIsFoundAndABrokenOneSaidToBe() throws Exception {
    new StubLibrary("libhone_elsewhere.so", "int nothing(void) { return 0; }").into(folder);
    Search found = new SharedLibrary("libhone_elsewhere.so", List.of(folder)).open();
    assertEquals(folder.resolve("libhone_elsewhere.so").toString(), found.place());
    Files.writeString(folder.resolve("libhone_broken.so"), "not a library");
    Search broken = new SharedLibrary("libhone_broken.so", List.of(folder)).open();
    assertTrue(broken instanceof Search.Missing, broken::toString);
    assertHas(broken.place(), folder.toString(), "libhone_broken.so cannot be opened");
  }
}
