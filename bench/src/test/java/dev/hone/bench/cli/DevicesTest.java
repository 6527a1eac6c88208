package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.kernels.cuda.CudaProbe;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.backend.MathMode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevicesTest {
  private final StringWriter notes = new StringWriter();

  private Backend open(String name, int threads) {
    return Devices.open(name, threads, MathMode.FMA, new PrintWriter(notes, true));
  }

  private Backend open(List<BackendProvider> providers, String name) {
    return Devices.open(providers, name, Devices.ALL, MathMode.FMA, new PrintWriter(notes, true));
  }

  /** A device that is not there. */
  private record Absent() implements BackendProvider {
    @Override
    public String name() {
      return "cuda";
    }

    @Override
    public Availability probe() {
      return new Availability.Unavailable("no driver; install one for this GPU");
    }
  }

  /** Two devices, played by the cpu with as many threads as their number. */
  private record Two() implements BackendProvider {
    @Override
    public String name() {
      return "cuda";
    }

    @Override
    public Availability probe() {
      return probe(0);
    }

    @Override
    public Availability probe(int ordinal) {
      return ordinal < 2
          ? new Availability.Available(Played.of(ordinal))
          : new Availability.Unavailable("no device " + ordinal);
    }
  }

  /** The backends of {@link Two}. */
  private static final class Played {
    private static final List<Backend> BACKENDS =
        List.of(CpuBackendProvider.withThreads(1), CpuBackendProvider.withThreads(2));

    static Backend of(int ordinal) {
      return BACKENDS.get(ordinal);
    }
  }

  @Test
  void namesInAnyCaseAreFound() {
    assertEquals("cpu", open("CPU", 1).name());
    assertEquals("reference", open("reference", Devices.ALL).name());
    assertEquals("", notes.toString());
  }

  @Test
  void anAbsentDeviceSaysWhyAndAnUnknownOneWhichThereAre() {
    List<BackendProvider> providers = List.of(new Absent());
    assertEquals(
        "--device cuda is not available here: no driver; install one for this GPU",
        refusal(() -> open(providers, "cuda")));
    assertEquals(
        "--device cuda:1 is not available here: there is only one cuda device, 0",
        refusal(() -> open(providers, "cuda:1")));
    assertEquals("--device: 'tpu' is not one of auto, cuda", refusal(() -> open(providers, "tpu")));
  }

  @ParameterizedTest
  @CsvSource({"cuda:", "cuda:x", "cuda:-1", "cuda:1000"})
  void aNumberMustFollowTheColon(String name) {
    assertTrue(refusal(() -> open(List.of(new Two()), name)).endsWith("the first is cuda:0"), name);
  }

  @Test
  void autoTakesTheFirstGpuAndANumberAnother() {
    List<BackendProvider> providers = List.of(new Two());
    assertEquals(Played.of(0), open(providers, "auto"));
    assertEquals(Played.of(0), open(providers, "cuda"));
    assertEquals(Played.of(1), open(providers, "CUDA:1"));
    assertEquals(
        "--device cuda:2 is not available here: no device 2",
        refusal(() -> open(providers, "cuda:2")));
    assertEquals("", notes.toString());
  }

  @Test
  void autoFallsBackToTheCpuInOneLine() {
    List<BackendProvider> providers = List.of(new Absent(), new CpuBackendProvider());
    assertEquals("cpu", open(providers, "auto").name());
    assertEquals("device: cpu (no driver; install one for this GPU)", notes.toString().strip());
  }

  @Test
  void everyDeviceOfTheDescriptionIsKnown() {
    for (String name : List.of("cuda", "emulator")) {
      try {
        assertEquals(name, open(name, Devices.ALL).name());
      } catch (Refusal e) {
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("--device " + name + " is not available here: "), message);
      }
    }
  }

  @Test
  void withoutAGpuTheProductSaysWhy() {
    CudaProbe probe = CudaProbe.look();
    Assumptions.assumeFalse(probe.usable(), "SKIPPED: this machine has a GPU");
    assertEquals(
        "--device cuda is not available here: " + probe.reason(), refusal(() -> open("cuda", 0)));
    assertEquals("cpu", open("auto", 1).name());
    assertTrue(notes.toString().contains(probe.reason()), notes::toString);
  }

  private static String refusal(Executable call) {
    return String.valueOf(assertThrows(Refusal.class, call).getMessage());
  }
}
