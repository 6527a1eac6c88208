package dev.hone.nn.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.nn.loss.MultiScaleSsim;
import dev.hone.nn.loss.Ssim;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageQualityTest {
  private static final Backend ORACLE = ReferenceBackend.float64();

  @Test
  void psnrIsTheLogarithmOfRangeOverError() {
    Tensor x = Tensor.zeros(ORACLE, Shape.of(3, 1, 11, 11));
    Tensor y =
        Tensor.concat(
            0,
            List.of(
                Tensor.full(ORACLE, Shape.of(1, 1, 11, 11), 0.1),
                Tensor.full(ORACLE, Shape.of(1, 1, 11, 11), -0.01),
                x.slice(0, 2, 3)));
    var quality = new ImageQuality(1);
    quality.add(x, y);
    assertEquals(20, quality.psnr().get(0), 1e-9);
    assertEquals(40, quality.psnr().get(1), 1e-9);
    assertEquals(Double.POSITIVE_INFINITY, quality.psnr().get(2));
    assertEquals(Double.POSITIVE_INFINITY, quality.meanPsnr());
    var bytes = new ImageQuality(255);
    bytes.add(x.times(255), y.times(255));
    assertEquals(20, bytes.psnr().getFirst(), 1e-9);
  }

  @Test
  void batchesAddUp() {
    Random random = Random.of(ORACLE, 2);
    Tensor x = random.uniform(Shape.of(5, 3, 22, 30), 0, 1);
    Tensor y = x.times(0.6).plus(random.split(1).uniform(x.shape(), 0, 0.4f));
    var quality = new ImageQuality(1);
    quality.add(x.slice(0, 0, 2), y.slice(0, 0, 2));
    quality.add(x.slice(0, 2, 5), y.slice(0, 2, 5));
    assertEquals(5, quality.count());
    assertEquals(2, quality.scales());
    assertEquals(new Ssim(1).of(x, y).mean().toDoubles()[0], quality.meanSsim(), 1e-12);
    assertEquals(
        MultiScaleSsim.ofScales(1, 2).of(x, y).mean().toDoubles()[0],
        quality.meanMultiScaleSsim(),
        1e-12);
    assertEquals(new Ssim(1).of(x, y).toDoubles()[3], quality.ssim().get(3), 1e-12);
    double sum = quality.psnr().stream().mapToDouble(p -> p).sum();
    assertEquals(sum / 5, quality.meanPsnr(), 1e-12);
  }

  @Test
  void sizesThatCannotBeAveragedAreRefusedAndChangeNothing() {
    var quality = new ImageQuality(1);
    assertTrue(Double.isNaN(quality.meanSsim()));
    Tensor x = Tensor.zeros(ORACLE, Shape.of(1, 1, 22, 22));
    quality.add(x, x);
    Tensor small = Tensor.zeros(ORACLE, Shape.of(1, 1, 21, 22));
    assertThrows(ShapeException.class, () -> quality.add(small, small));
    assertThrows(ShapeException.class, () -> quality.add(x, small));
    assertEquals(1, quality.count());
    assertEquals(1, quality.psnr().size());
    assertThrows(IllegalArgumentException.class, () -> new ImageQuality(-1));
  }
}
