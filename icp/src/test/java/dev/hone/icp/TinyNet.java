package dev.hone.icp;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.BatchNorm2d;
import dev.hone.nn.Block;
import dev.hone.nn.Conv2d;
import dev.hone.nn.ConvNorm;
import dev.hone.nn.Dropout;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.Linear;
import dev.hone.nn.Mode;
import dev.hone.nn.Tapped;
import dev.hone.nn.loss.PerSampleLoss;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Two convolutions with batch norm, dropout and a linear head: all that ICP could disturb. */
public final class TinyNet extends Block implements FeatureModel {
  public static final int CLASSES = 3;
  public static final int CHANNELS = 3;

  private final ConvNorm first;
  private final ConvNorm second;
  private final Dropout dropout;
  private final Linear head;

  private TinyNet(Random random) {
    first = norm(1, CHANNELS, 4, 1, random);
    second = norm(2, 4, 6, 2, random);
    dropout = child("dropout", new Dropout(0.25f));
    head = child("linear", new Linear(6, CLASSES, random));
  }

  private ConvNorm norm(int i, int in, int out, int stride, Random random) {
    return new ConvNorm(
        child("conv" + i, new Conv2d(in, out, 3, new Convolution(stride, 1), false, random)),
        child("bn" + i, new BatchNorm2d(out, random.backend())));
  }

  /** A network whose running statistics have seen three batches. */
  public static TinyNet of(Backend backend, long seed) {
    var random = Random.of(backend, seed);
    var net = new TinyNet(random);
    for (int i = 0; i < 3; i++) {
      try (var tape = Tape.inference()) {
        net.apply(tape.constant(images(random, 4)), Mode.train(random));
      }
    }
    return net;
  }

  /** {@code [n, 3, 6, 6]}, standard normal. */
  public static Tensor images(Random random, int n) {
    return random.normal(Shape.of(n, CHANNELS, 6, 6));
  }

  /** Cross-entropy of each sample, for labels 0, 1, 2, 0, ... counted from {@code first}. */
  public static PerSampleLoss loss(int first) {
    return logits -> {
      int n = logits.shape().dim(0);
      int[] labels = new int[n];
      for (int i = 0; i < n; i++) {
        labels[i] = (first + i) % CLASSES;
      }
      return loss(labels).of(logits);
    };
  }

  /** Cross-entropy of each sample. */
  public static PerSampleLoss loss(int... labels) {
    return logits -> {
      Tensor index = Tensor.ofInts(logits.value().backend(), Shape.of(labels.length, 1), labels);
      return logits.logSoftmax().gather(1, index).reshape(labels.length).negate();
    };
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return tapped(x, mode).output();
  }

  @Override
  public Tapped tapped(Variable x, Mode mode) {
    Variable shallow = first.apply(x, null, true, mode);
    Variable deep = second.apply(shallow, null, true, mode);
    Variable logits = head.apply(dropout.apply(deep, mode).globalAveragePool(), mode);
    return new Tapped(logits, List.of(shallow, deep));
  }

  /** A copy of every parameter and buffer, bit for bit. */
  public static Map<String, List<Double>> snapshot(Block block) {
    var all = new LinkedHashMap<String, List<Double>>();
    block.state().forEach((name, t) -> all.put(name, list(t)));
    return all;
  }

  /** The values of {@code t}; comparing lists tells 0 from -0. */
  public static List<Double> list(Tensor t) {
    return java.util.Arrays.stream(t.toDoubles()).boxed().toList();
  }
}
