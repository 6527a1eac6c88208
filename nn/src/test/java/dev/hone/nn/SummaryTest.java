package dev.hone.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.nn.model.ResNet;
import dev.hone.nn.model.Shortcut;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final Backend ORACLE = ReferenceBackend.float32();
  private static final Random RANDOM = Random.of(ORACLE, 1);

  @Test
  void tableOfASmallModel() {
    var model =
        new Sequential(
            new Conv2d(3, 4, 3, new Convolution(1, 1), true, RANDOM),
            new BatchNorm2d(4, ORACLE),
            new ReLU(),
            new MaxPool(new Pooling(2)),
            new Flatten(),
            new Linear(64, 10, RANDOM));
    assertEquals(
        """
        block    kind         output        parameters   MACs
        -----------------------------------------------------
        (model)  Sequential   [1, 10]                -      -
        0        Conv2d       [1, 4, 8, 8]         112  6,912
        1        BatchNorm2d  [1, 4, 8, 8]           8      -
        2        ReLU         [1, 4, 8, 8]           -      -
        3        MaxPool      [1, 4, 4, 4]           -      -
        4        Flatten      [1, 64]                -      -
        5        Linear       [1, 10]              650    640
        -----------------------------------------------------
        total                                      770  7,552
        input [1, 3, 8, 8]
        """,
        Summary.of(model, Shape.of(1, 3, 8, 8)).toString());
  }

  /** 40.55 million: 442,368 in the stem, 40,108,032 in the stages, 640 in the head. */
  @Test
  void resNet20() {
    var model = ResNet.cifar(20, 10, Shortcut.A, 3, RANDOM);
    Summary s = Summary.of(model, Shape.of(1, 3, 32, 32));
    assertEquals(269_722, s.parameters());
    assertEquals(40_551_040, s.multiplyAdds());
    Summary.Row row =
        s.rows().stream().filter(r -> r.path().equals("layer2.0.bn1")).findFirst().orElseThrow();
    assertEquals(
        new Summary.Row("layer2.0.bn1", "BatchNorm2d", Shape.of(1, 32, 16, 16), 64, 0), row);
    assertEquals(0, Named.state(model, "bn1.num_batches_tracked").item(), "no trace is left");
    s.rows().forEach(r -> assertEquals(1, r.output() == null ? 0 : r.output().dim(0), r.path()));
  }

  @Test
  void aModelWithoutStateHasNoBackend() {
    assertThrows(
        IllegalArgumentException.class, () -> Summary.of(new ReLU(), Shape.of(1, 3, 8, 8)));
  }
}
