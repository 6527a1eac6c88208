package dev.hone.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Numbers of PyTorch's schedulers, worked out from the recursions in their documentation. */
class ScheduleTest {
  private static double[] rates(Schedule schedule, int total) {
    double[] rates = new double[total];
    for (int i = 0; i < total; i++) {
      rates[i] = schedule.rate(i, total);
    }
    return rates;
  }

  @Test
  void constantStays() {
    assertArrayEquals(new double[] {0.3, 0.3, 0.3}, rates(Schedule.constant(0.3), 3), 0);
  }

  @Test
  void stepDropsAtItsMilestones() {
    assertArrayEquals(
        new double[] {1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01}, rates(Schedule.step(1), 8), 1e-12);
    assertArrayEquals(
        new double[] {2, 2, 1, 1}, rates(new Schedule.Step(2, List.of(0.5), 0.5), 4), 1e-12);
  }

  @Test
  void cosineAgreesWithPyTorchsRecursion() {
    // CosineAnnealingLR: lr_{t+1} = min + (lr_t - min)
    //     * (1 + cos(pi (t + 1) / T)) / (1 + cos(pi t / T)).
    int total = 50;
    double[] expected = new double[total];
    expected[0] = 0.1;
    for (int t = 0; t < total - 1; t++) {
      double ratio =
          (1 + Math.cos(Math.PI * (t + 1) / total)) / (1 + Math.cos(Math.PI * t / total));
      expected[t + 1] = 0.01 + (expected[t] - 0.01) * ratio;
    }
    assertArrayEquals(expected, rates(new Schedule.Cosine(0.1, 0.01), total), 1e-12);
    assertArrayEquals(
        new double[] {0.1, 0.08535533905932738, 0.05, 0.014644660940672627},
        rates(Schedule.cosine(0.1), 4),
        1e-15);
  }

  @Test
  void oneCycleRisesAndFallsAsPyTorchs() {
    double[] rates = rates(Schedule.oneCycle(1), 10);
    assertArrayEquals(
        new double[] {0.04, 0.52, 1, 0.9504846}, java.util.Arrays.copyOf(rates, 4), 1e-6);
    assertArrayEquals(new double[] {4e-6}, new double[] {rates[9]}, 1e-12);
  }

  @Test
  void warmUpRisesLinearlyAndHandsOver() {
    // LinearLR(start_factor=.2, total_iters=4), then the cosine over the remaining 4 steps.
    assertArrayEquals(
        new double[] {0.2, 0.4, 0.6, 0.8, 1, 0.8535533905932737, 0.5, 0.14644660940672627},
        rates(Schedule.cosine(1).afterWarmUp(4, 0.2), 8),
        1e-12);
  }

  @Test
  void stepsOutsideTheRunAndImpossibleSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Schedule.cosine(0.1).rate(4, 4));
    assertThrows(IllegalArgumentException.class, () -> Schedule.constant(0.1).rate(-1, 4));
    assertThrows(IllegalArgumentException.class, () -> Schedule.constant(-0.1));
    assertThrows(IllegalArgumentException.class, () -> new Schedule.Step(1, List.of(1.5), 0.1));
  }
}
