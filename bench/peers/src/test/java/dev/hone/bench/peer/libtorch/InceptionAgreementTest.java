package dev.hone.bench.peer.libtorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.BilinearResize;
import dev.hone.nn.Block;
import dev.hone.nn.Mode;
import dev.hone.nn.model.InceptionV3;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BackendProvider;
import dev.hone.tensor.backend.BackendProvider.Availability;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Inception-v3 at its full size, 299 pixels a side, against libtorch with the same weights. */
class InceptionAgreementTest {
  /** Of the largest number in a block's output. */
  private static final double TOLERANCE = 2e-5;

  private static Backend cpu() {
    for (BackendProvider p : ServiceLoader.load(BackendProvider.class)) {
      if (p.name().equals("cpu") && p.probe() instanceof Availability.Available(Backend backend)) {
        return backend;
      }
    }
    return fail("no cpu backend");
  }

  /** Random weights, and running statistics that batch norm has something to do with. */
  private static InceptionV3 network(Backend backend) {
    Random random = Random.of(backend, 1);
    var network = new InceptionV3(random);
    int i = 0;
    for (Map.Entry<String, Tensor> entry : network.state().entrySet()) {
      String name = entry.getKey();
      Tensor t = entry.getValue();
      Random own = random.split(1000 + i++);
      if (name.endsWith("running_var") || name.endsWith("bn.weight")) {
        t.assign(own.uniform(t.shape(), 0.5f, 1.5f));
      } else if (name.endsWith("running_mean") || name.endsWith("bn.bias")) {
        t.assign(own.uniform(t.shape(), -0.2f, 0.2f));
      }
    }
    return network;
  }

  /** What each top-level block returns, by name; the pools between them have no names. */
  private static Map<String, float[]> outputs(InceptionV3 network, Tensor x, Mode mode) {
    var y = new LinkedHashMap<String, float[]>();
    try (var tape = Tape.inference()) {
      Variable t = tape.constant(x);
      for (Map.Entry<String, Block> child : network.children().entrySet()) {
        String name = child.getKey();
        if (name.equals("Conv2d_3b_1x1") || name.equals("Mixed_5b")) {
          t = t.maxPool(new Pooling(3, 2, 0));
        } else if (name.equals("fc")) {
          t = t.globalAveragePool();
          y.put("pool3", t.value().toFloats());
        }
        t = child.getValue().apply(t, mode);
        y.put(name, t.value().toFloats());
      }
      // The blocks, chained as above, are the network.
      assertTrue(
          java.util.Arrays.equals(
              y.get("fc"), network.apply(tape.constant(x), mode).value().toFloats()));
    }
    return y;
  }

  @Test
  void everyBlockAgreesWithLibtorch(TestReporter reporter) {
    Backend backend = cpu();
    InceptionV3 network = network(backend);
    Tensor images = Random.of(backend, 2).uniform(Shape.of(2, 3, 64, 80), 0, 1);
    Tensor x;
    try (var tape = Tape.inference()) {
      var resized = new BilinearResize(InceptionV3.SIDE).apply(tape.constant(images));
      x = resized.times(2).minus(1).value().keep();
    }
    try (var scope = new PointerScope();
        Mode.Frozen mode = Mode.frozen()) {
      var theirs = torch.upsample_bilinear2d(Torch.of(images), new long[] {299, 299}, false);
      var stretched = theirs.mul(new org.bytedeco.pytorch.Scalar(2.0));
      stretched = stretched.sub(new org.bytedeco.pytorch.Scalar(1.0));
      compare(reporter, "resized", Torch.floats(stretched), x.toFloats());
      Map<String, float[]> ours = outputs(network, x, mode);
      var input = stretched;
      Map<String, org.bytedeco.pytorch.Tensor> expected =
          Torch.withoutGradients(
              () -> new TorchInception(TorchResNet.copy(network.state())).outputs(input));
      assertEquals(expected.keySet(), ours.keySet());
      expected.forEach((name, t) ->
          compare(reporter, name, Torch.floats(t), Objects.requireNonNull(ours.get(name))));
    }
  }

  private static void compare(TestReporter reporter, String name, float[] expected, float[] found) {
    assertEquals(expected.length, found.length, name);
    double largest = 0;
    double apart = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      apart = Math.max(apart, Math.abs(expected[i] - found[i]));
    }
    reporter.publishEntry(
        name, "largest %.3g, apart at most %.2g of it".formatted(largest, apart / largest));
    assertTrue(largest > 0, name + " is not all 0");
    assertTrue(apart <= TOLERANCE * largest, name + ": " + apart + " of " + largest);
  }
}
