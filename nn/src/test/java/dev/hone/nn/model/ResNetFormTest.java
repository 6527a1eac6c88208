package dev.hone.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResNetFormTest {
  private static Map<String, Shape> shapes(
      int depth, Shortcut shortcut, int classes, int channels) {
    Random random = Random.of(ReferenceBackend.float32(), 1);
    var shapes = new LinkedHashMap<String, Shape>();
    ResNet.cifar(depth, classes, shortcut, channels, random)
        .state()
        .forEach((name, t) -> shapes.put(name, t.shape()));
    return shapes;
  }

  @ParameterizedTest
  @CsvSource({"8, A, 10, 3", "20, B, 100, 3", "32, A, 2, 1"})
  void theShapesOfANetworkTellItsForm(int depth, Shortcut shortcut, int classes, int channels) {
    assertEquals(
        Optional.of(new ResNetForm(depth, shortcut, classes, channels)),
        ResNetForm.of(shapes(depth, shortcut, classes, channels)));
  }

  @Test
  void itsTextIsWhatTheOptionsTake() {
    assertEquals(
        "resnet32 with shortcut B, 100 classes, 3 channels",
        new ResNetForm(32, Shortcut.B, 100, 3).toString());
  }

  @Test
  void otherNetworksHaveNone() {
    var shapes = shapes(8, Shortcut.A, 10, 3);
    assertEquals(Optional.empty(), ResNetForm.of(Map.of()));
    for (String name : new String[] {"conv1.weight", "linear.weight", "layer3.0.conv2.weight"}) {
      var without = new LinkedHashMap<>(shapes);
      without.remove(name);
      assertEquals(Optional.empty(), ResNetForm.of(without), name);
      var other = new LinkedHashMap<>(shapes);
      other.put(name, Shape.of(64, 3, 7, 7));
      assertEquals(Optional.empty(), ResNetForm.of(other), name);
    }
  }
}
