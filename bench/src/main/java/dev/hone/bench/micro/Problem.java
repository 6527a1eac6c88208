package dev.hone.bench.micro;

import dev.hone.icp.distill.DistillationSettings;
import dev.hone.icp.distill.DistillationStep;
import dev.hone.nn.loss.CrossEntropy;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.optim.Optimizer;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What every engine is given: a ResNet-20 that has seen some batches, so that its running
 * statistics are those of its activations, and one batch.
 *
 * @param state the network's parameters and buffers by PyTorch's names
 * @param images {@code [N, 3, 32, 32]}
 * @param labels int32 {@code [N]}
 */
public record Problem(Map<String, Tensor> state, Tensor images, Tensor labels) {
  /** Of the timed steps: so small that the network, and with it the work, stays the same. */
  public static final double LEARNING_RATE = 1e-4;

  /** Nesterov's. */
  public static final double MOMENTUM = 0.9;

  /** L2, of all parameters. */
  public static final double DECAY = 5e-4;

  /** The length of an SGD-ICP step. */
  public static final double ICP_EPS = 0.2;

  /** a, the weight of the task loss in a distillation step. */
  public static final double TASK_WEIGHT = 0.7;

  private static final long SEED = 42;
  private static final int WARM_UP_STEPS = 30;
  private static final int WARM_UP_BATCH = 32;
  private static final double WARM_UP_RATE = 0.05;

  /** The same problem on every machine, for a batch of {@code n} images. */
  public static Problem of(Backend backend, int n) {
    var random = Random.of(backend, SEED);
    var model = network(random);
    warmUp(model, random.split(2));
    return of(model, random, n);
  }

  /** The same with a network that has seen nothing, which takes hardly any memory to make. */
  static Problem untrained(Backend backend, int n) {
    var random = Random.of(backend, SEED);
    return of(network(random), random, n);
  }

  private static Problem of(ResNet model, Random random, int n) {
    Tensor images = random.split(3).normal(images(n));
    return new Problem(model.state(), images, labels(random.backend(), n));
  }

  private static void warmUp(ResNet model, Random random) {
    var optimizer = Optimizer.of(model, Optimizer.Settings.sgdNesterov(MOMENTUM, DECAY));
    var step = new DistillationStep<>(model, optimizer, DistillationSettings.baseline(1));
    var loss = CrossEntropy.to(labels(random.backend(), WARM_UP_BATCH));
    Tensor few = random.normal(images(WARM_UP_BATCH));
    for (int i = 0; i < WARM_UP_STEPS; i++) {
      step.take(few, loss, 0, WARM_UP_RATE, random.split(i));
    }
  }

  /** A network with weights of its own. */
  static ResNet network(Random random) {
    return ResNet.cifar(ResNet20.DEPTH, ResNet20.CLASSES, random);
  }

  private static Shape images(int n) {
    return Shape.of(n, ResNet20.CHANNELS, ResNet20.SIZE, ResNet20.SIZE);
  }

  private static Tensor labels(Backend backend, int n) {
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % ResNet20.CLASSES;
    }
    return Tensor.ofInts(backend, Shape.of(n), labels);
  }

  /** The same problem in the memory of {@code backend}. */
  Problem to(Backend backend) {
    var moved = new LinkedHashMap<String, Tensor>();
    state.forEach((name, t) -> moved.put(name, t.to(backend)));
    return new Problem(moved, images.to(backend), labels.to(backend));
  }

  /** The same with {@code count} of the images, from number {@code first} on. */
  Problem part(int first, int count) {
    return new Problem(
        state,
        images.slice(0, first, first + count).keep(),
        labels.slice(0, first, first + count).keep());
  }

  /** N. */
  public int batch() {
    return images.shape().dim(0);
  }
}
