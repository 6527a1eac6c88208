package dev.hone.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.experiment.Rule;
import dev.hone.icp.BatchNormMode;
import dev.hone.kernels.ptx.Counters;
import org.junit.jupiter.api.Test;

class CostModelTest {
  private static final Workload ICP = new Workload.Icp(Rule.SGD, BatchNormMode.EVAL, 1);

  private static GpuModel gpu(int sm) {
    return GpuModel.KNOWN.stream().filter(g -> g.sm() == sm).findFirst().orElseThrow();
  }

  @Test
  void everyOperationOfAStepIsCounted() {
    CostModel model = CostModel.of(ICP, 1);
    double flops = ICP.flops(1);
    double counted = model.total().flops();
    // A convolution at the image's border multiplies by padding, which its definition counts too.
    assertTrue(counted > flops && counted < 1.2 * flops, () -> counted + " against " + flops);
    assertTrue(model.launches() >= model.least().launches(), () -> "" + model.launches());
    assertTrue(model.total().globalBytesRead() > 0.5 * model.least().bytes());
    assertEquals(0, model.total().floatAtomics(), "training must not depend on chance");
    assertTrue(model.kernels().stream().anyMatch(k -> k.family().equals("convolution")));
  }

  @Test
  void theLeastIsThatOfTheNetworksDefinition() {
    LeastCost one = LeastCost.of(ICP, 1);
    assertEquals(2 * (19 + 2) + 2, one.launches());
    LeastCost five = LeastCost.of(new Workload.Icp(Rule.SGD, BatchNormMode.EVAL, 5), 1);
    assertEquals(5 * one.bytes(), five.bytes());
    assertEquals(
        19 * 4 + 19 + 18 + 2 * 2 + 2, LeastCost.of(new Workload.TrainingStep(), 1).launches());
    assertThrows(IllegalArgumentException.class, () -> LeastCost.of(new Workload.Forward(), 1));
  }

  /** By hand, from the limits in NVIDIA's programming guide. */
  @Test
  void occupancyFollowsTheScarcestResource() {
    assertEquals(1, gpu(80).occupancy(256, 32, 0));
    assertEquals(0.5, gpu(80).occupancy(256, 64, 0), "registers");
    assertEquals(0.5, gpu(80).occupancy(32, 16, 0), "blocks");
    assertEquals(3 * 256 / 2048.0, gpu(80).occupancy(256, 32, 48 << 10), "shared memory");
    assertEquals(1, gpu(86).occupancy(256, 40, 0));
    assertEquals(1, gpu(75).occupancy(1024, 64, 0));
    assertEquals(0, gpu(80).occupancy(1024, 255, 0), "does not fit at all");
  }

  @Test
  void theRooflineTakesTheSlowerOfArithmeticAndMemory() {
    var arithmetic = new Counters(0, 0, 19_500_000_000_000L, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0);
    assertEquals(1, gpu(80).seconds(arithmetic), 1e-9);
    var memory = new Counters(0, 0, 1, 0, 0, 1_555_000_000_000L / 32, 1, 0, 0, 0, 0, 0, 0);
    assertEquals(1, gpu(80).seconds(memory), 1e-6);
  }
}
