package dev.hone.nn.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Cpu;
import dev.hone.nn.Mode;
import dev.hone.nn.Named;
import dev.hone.nn.Tapped;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InceptionV3Test {
  private static final Backend ORACLE = ReferenceBackend.float64();

  /** What torchvision's inception_v3 has with 1000 classes, as its documentation says. */
  private static final long TORCHVISION = 27_161_264;

  /** Its auxiliary classifier: 768 to 128 by 1x1, 128 to 768 by 5x5, both normed, linear. */
  private static final long AUXILIARY = 768 * 128 + 2 * 128 + 128 * 768 * 25 + 2 * 768 + 769 * 1000;

  /** Names and shapes of the standard file's entries. */
  private static Map<String, Shape> standardFile() throws IOException {
    var entries = new LinkedHashMap<String, Shape>();
    try (InputStream in = InceptionV3Test.class.getResourceAsStream("inception-v3.txt")) {
      String table = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      table
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" "))
          .forEach(row -> {
            int[] d = Arrays.stream(row).skip(1).mapToInt(Integer::parseInt).toArray();
            entries.put(row[0] + ".conv.weight", Shape.of(d));
            for (String each : List.of("weight", "bias", "running_mean", "running_var")) {
              entries.put(row[0] + ".bn." + each, Shape.of(d[0]));
            }
            entries.put(row[0] + ".bn.num_batches_tracked", Shape.of());
          });
    }
    entries.put("fc.weight", Shape.of(1008, 2048));
    entries.put("fc.bias", Shape.of(1008));
    return entries;
  }

  @Test
  void namesShapesAndCountAreThoseOfTheStandardFile() throws IOException {
    var network = new InceptionV3(Random.of(Cpu.backend(), 1));
    var found = new LinkedHashMap<String, Shape>();
    network.state().forEach((name, t) -> found.put(name, t.shape()));
    assertEquals(standardFile(), found);
    assertEquals(94 * 6 + 2, found.size());
    assertEquals(TORCHVISION - AUXILIARY + 8 * 2049, network.parameterCount());
    assertEquals(23_850_960, network.parameterCount());
  }

  private static InceptionV3 thin(Backend backend) {
    return new InceptionV3(new Width(16), Random.of(backend, 2));
  }

  @Test
  void tapsHaveThePublishedSizes() {
    InceptionV3 network = thin(Cpu.backend());
    try (var tape = Tape.inference()) {
      Variable x = tape.constant(Tensor.zeros(Cpu.backend(), Shape.of(2, 3, 299, 299)));
      Tapped t = network.tapped(x, Mode.eval());
      assertEquals(
          List.of(
              Shape.of(2, 4, 73, 73),
              Shape.of(2, 12, 35, 35),
              Shape.of(2, 48, 17, 17),
              Shape.of(2, 128)),
          t.features().stream().map(Variable::shape).toList());
      assertEquals(Shape.of(2, 1008), t.output().shape());
    }
  }

  /** Resizing and stretching are all that stands between pixels and the network. */
  @Test
  void featuresAreThoseOfTheResizedImagesInMinusOneToOne() {
    InceptionV3 network = thin(Cpu.backend());
    Tensor images = Random.of(Cpu.backend(), 3).uniform(Shape.of(2, 3, 299, 299), 0, 1);
    try (var tape = Tape.inference()) {
      Variable x = tape.constant(images);
      double[] direct =
          network.tapped(x.times(2).minus(1), Mode.eval()).features().get(3).value().toDoubles();
      assertArrayEquals(direct, network.features(x, Mode.eval()).value().toDoubles());
      Variable small = tape.constant(images.slice(2, 0, 64).slice(3, 0, 48));
      assertEquals(Shape.of(2, 128), network.features(small, Mode.eval()).shape());
    }
  }

  @Test
  void cpuAgreesWithTheOracleInEvalAndFrozenMode() {
    InceptionV3 oracle = thin(ORACLE);
    Random random = Random.of(ORACLE, 4);
    oracle
        .state()
        .forEach((name, t) -> {
          if (name.endsWith("running_var") || name.endsWith("bn.weight")) {
            t.assign(random.uniform(t.shape(), 0.5f, 1.5f));
          } else if (name.endsWith("running_mean") || name.endsWith("bn.bias")) {
            t.assign(random.uniform(t.shape(), -0.2f, 0.2f));
          }
        });
    InceptionV3 network = thin(Cpu.backend());
    oracle.state().forEach((name, t) -> Named.state(network, name).assign(t.to(Cpu.backend())));
    Tensor x = random.split(1).uniform(Shape.of(2, 3, 75, 79), -1, 1);
    double[] expected = pool3(oracle, x, Mode.eval());
    double largest = Arrays.stream(expected).max().orElseThrow();
    assertTrue(largest > 0.1, "something comes out: " + largest);
    Tensor onCpu = x.to(Cpu.backend());
    assertArrayEquals(expected, pool3(network, onCpu, Mode.eval()), 1e-5 * largest);
    try (Mode.Frozen frozen = Mode.frozen()) {
      assertArrayEquals(expected, pool3(network, onCpu, frozen), 1e-5 * largest);
      assertArrayEquals(expected, pool3(network, onCpu, frozen), 1e-5 * largest);
    }
  }

  private static double[] pool3(InceptionV3 network, Tensor x, Mode mode) {
    try (var tape = Tape.inference()) {
      return network.tapped(tape.constant(x), mode).features().get(3).value().toDoubles();
    }
  }

  @Test
  void imagesThatDoNotFitAreRefused() {
    InceptionV3 network = thin(Cpu.backend());
    try (var tape = Tape.inference()) {
      Variable grey = tape.constant(Tensor.zeros(Cpu.backend(), Shape.of(1, 1, 80, 80)));
      Variable small = tape.constant(Tensor.zeros(Cpu.backend(), Shape.of(1, 3, 80, 74)));
      assertThrows(ShapeException.class, () -> network.features(grey, Mode.eval()));
      var e = assertThrows(ShapeException.class, () -> network.apply(small));
      assertEquals(
          "inception: needs colour images [N, 3, H, W] of at least 75 pixels a side, but x is [1, 3,"
              + " 80, 74]; features() resizes, and grey images are repeated along the channels (in"
              + " inceptionv3)",
          e.getMessage());
    }
  }
}
