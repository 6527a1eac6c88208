package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.tensor.backend.BackendProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class DevicesTest {
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

  @Test
  void namesInAnyCaseAreFound() {
    assertEquals("cpu", Devices.open("CPU", 1).name());
    assertEquals("reference", Devices.open("reference", Devices.ALL).name());
  }

  @Test
  void anAbsentDeviceSaysWhyAndAnUnknownOneWhichThereAre() {
    List<BackendProvider> providers = List.of(new Absent());
    assertEquals(
        "--device cuda is not available here: no driver; install one for this GPU",
        refusal(() -> Devices.open(providers, "cuda", 0)));
    assertEquals(
        "--device: 'tpu' is not one of cuda", refusal(() -> Devices.open(providers, "tpu", 0)));
  }

  private static String refusal(Executable call) {
    return String.valueOf(assertThrows(Refusal.class, call).getMessage());
  }
}
