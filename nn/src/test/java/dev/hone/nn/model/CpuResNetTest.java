package dev.hone.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.autograd.Gradients;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Cpu;
import dev.hone.nn.Mode;
import dev.hone.nn.Named;
import dev.hone.nn.Tapped;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A whole network on the CPU's kernels against the double-precision oracle. */
class CpuResNetTest {
  private static final int CLASSES = 5;

  /** Everything one step computes, by name. */
  private static Map<String, Tensor> step(Backend backend, Shortcut shortcut, boolean training) {
    Random random = Random.of(backend, 21);
    var model = ResNet.cifar(8, CLASSES, shortcut, 3, random);
    Tensor images = random.split(100).normal(Shape.of(19, 3, 8, 8));
    int[] classes = new int[19];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = i % CLASSES;
    }
    Tensor labels = Tensor.ofInts(backend, Shape.of(19), classes);
    var results = new LinkedHashMap<String, Tensor>();
    try (var tape = Tape.record()) {
      Variable x = tape.watch(images);
      Tapped t = model.tapped(x, training ? Mode.train(random) : Mode.eval());
      results.put("logits", t.output().value().keep());
      for (int i = 0; i < 3; i++) {
        results.put("features " + i, t.features().get(i).value().keep());
      }
      var targets = new ArrayList<Variable>();
      targets.add(x);
      model.parameters().values().forEach(p -> targets.add(p.on(tape)));
      Gradients g = tape.gradients(CrossEntropy.sum(t.output(), labels), targets);
      results.put("dx", g.get(x).keep());
      model
          .parameters()
          .forEach((name, p) -> results.put("gradient of " + name, g.get(p.on(tape)).keep()));
    }
    for (String name : model.buffers().keySet()) {
      results.put(name, Named.state(model, name));
    }
    return results;
  }

  @ParameterizedTest(name = "shortcut {0}, training {1}")
  @CsvSource({"A, false", "A, true", "B, false", "B, true"})
  void aStepAgreesWithTheOracle(Shortcut shortcut, boolean training) {
    Map<String, Tensor> expected = step(ReferenceBackend.float64(), shortcut, training);
    Map<String, Tensor> actual = step(Cpu.backend(), shortcut, training);
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, e) -> {
      Tensor a = actual.get(name);
      assertEquals(0, a == null ? Double.NaN : distance(e, a), 2e-5, name);
    });
  }

  /** |e - a| / |e| in L2: single elements may differ where a relu flips. */
  private static double distance(Tensor expected, Tensor actual) {
    double[] e = expected.toDoubles();
    double[] a = actual.toDoubles();
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < e.length; i++) {
      difference += (e[i] - a[i]) * (e[i] - a[i]);
      norm += e[i] * e[i];
    }
    return Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-6);
  }
}
