package dev.hone.nn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.GradientCheck;
import dev.hone.autograd.Variable;
import dev.hone.nn.AveragePool;
import dev.hone.nn.BatchNorm2d;
import dev.hone.nn.BilinearResize;
import dev.hone.nn.Block;
import dev.hone.nn.Conv2d;
import dev.hone.nn.Dropout;
import dev.hone.nn.Flatten;
import dev.hone.nn.GlobalAveragePool;
import dev.hone.nn.Linear;
import dev.hone.nn.MaxPool;
import dev.hone.nn.Mode;
import dev.hone.nn.Normalization;
import dev.hone.nn.ReLU;
import dev.hone.nn.Sequential;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every block's gradients, to its input and to each parameter, in eval and in train mode. */
class BlockGradientTest {
  private static final Backend ORACLE = ReferenceBackend.float64();
  private static final long SEED = 7;

  /**
   * @param parameters which of the block's parameters are checked, by name
   */
  record Case(String name, Block block, Shape input, Predicate<String> parameters) {
    Case(String name, Block block, Shape input) {
      this(name, block, input, parameter -> true);
    }

    List<Tensor> checked() {
      return block.parameters().entrySet().stream()
          .filter(p -> parameters.test(p.getKey()))
          .map(p -> p.getValue().value())
          .toList();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() {
    Random random = Random.of(ORACLE, SEED);
    Shape images = Shape.of(3, 2, 4, 4);
    Shape deep = Shape.of(2, 2, 8, 8);
    var same = new Convolution(1, 1);
    Tensor mean = Tensor.ofDoubles(ORACLE, Shape.of(2), 0.3, -0.2);
    Tensor std = Tensor.ofDoubles(ORACLE, Shape.of(2), 0.5, 2);
    return List.of(
        new Case("Conv2d", new Conv2d(2, 3, 3, same, true, random), images),
        new Case("BatchNorm2d", new BatchNorm2d(2, ORACLE), images),
        new Case("Linear", new Linear(5, 4, random), Shape.of(3, 5)),
        new Case("Dropout", new Dropout(0.4f), images),
        new Case("ReLU", new ReLU(), images),
        new Case("Flatten", new Flatten(), images),
        new Case("MaxPool", new MaxPool(new Pooling(2)), images),
        new Case("AveragePool", new AveragePool(new Pooling(2)), images),
        new Case("GlobalAveragePool", new GlobalAveragePool(), images),
        new Case("Normalization", new Normalization(mean, std), images),
        new Case("BasicBlock", new BasicBlock(2, 2, Shortcut.A, random.split(1)), images),
        new Case("BasicBlock A", new BasicBlock(2, 4, Shortcut.A, random.split(2)), images),
        new Case("BasicBlock B", new BasicBlock(2, 4, Shortcut.B, random.split(3)), images),
        new Case(
            "Sequential",
            new Sequential(new Conv2d(2, 2, 3, same, false, random), new BatchNorm2d(2, ORACLE)),
            images),
        new Case(
            "Normalized",
            new Normalized<>(
                new Normalization(mean, std),
                clearOfKinks(ResNet.cifar(8, 3, Shortcut.A, 2, random))),
            deep),
        new Case("ResNet", clearOfKinks(ResNet.cifar(8, 3, Shortcut.B, 2, random)), deep),
        new Case("VaeStage down", VaeStage.down(2, 3, random.split(4)), images),
        new Case("VaeStage up", VaeStage.up(2, 3, random.split(5)), images),
        new Case("Vae", vae(random), Shape.of(2, 1, 16, 16)),
        new Case(
            "Vae with noise",
            vae(random).with(random.split(6).normal(Shape.of(2, 3))),
            Shape.of(2, 1, 16, 16)),
        new Case("Conv2d 1x3", Conv2d.same(2, 3, 1, 3, random), images),
        new Case("BilinearResize", new BilinearResize(5), images),
        new Case("ConvUnit", ConvUnit.valid(2, 3, 3, 2, random), Shape.of(3, 2, 7, 7)),
        new Case("Mixed A", clearOfKinks(Mixed.a(2, 64, new Width(48), random)), images),
        new Case("Mixed B", clearOfKinks(Mixed.b(2, new Width(96), random)), images),
        new Case("Mixed C", clearOfKinks(Mixed.c(2, 128, new Width(96), random)), images),
        new Case("Mixed D", clearOfKinks(Mixed.d(2, new Width(96), random)), images),
        new Case("Mixed E", clearOfKinks(Mixed.e(2, true, new Width(192), random)), images),
        new Case(
            "InceptionV3", // its modules are checked in full above
            clearOfKinks(new InceptionV3(new Width(64), random)),
            Shape.of(2, 3, 75, 75),
            Set.of("Conv2d_1a_3x3.conv.weight", "Mixed_7c.branch_pool.bn.weight", "fc.weight")
                ::contains));
  }

  /**
   * A whole network has so many relus that central differences step over some kink. Small scales
   * and a shift of 5 keep all of its relus open; the basic blocks above check them half closed.
   */
  private static <B extends Block> B clearOfKinks(B network) {
    network
        .parameters()
        .forEach((name, p) -> {
          if (p.shape().rank() == 1) {
            p.value().assign(p.value().fullLike(name.endsWith("weight") ? 0.03 : 5));
          }
        });
    return network;
  }

  private static Vae vae(Random random) {
    Vae vae = clearOfKinks(Vae.of(16, 1, 3, 2, random));
    // A bias of 5 there would put exp(5 / 2) before the noise.
    Tensor moments = Objects.requireNonNull(vae.parameters().get("moments.bias")).value();
    moments.assign(moments.fullLike(0.3));
    return vae;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsMatchCentralDifferences(Case c) {
    Random random = Random.of(ORACLE, SEED);
    c.block.buffers().values().stream()
        .filter(b -> b.shape().rank() == 1)
        .forEach(b -> b.assign(random.uniform(b.shape(), 0.5f, 1.5f)));
    var inputs = new ArrayList<Tensor>(List.of(random.normal(c.input)));
    inputs.addAll(c.checked());
    List<Tensor> originals = inputs.stream().map(Tensor::keep).toList();
    GradientCheck.check(x -> at(c, originals, x, Mode.eval()), inputs, SEED);
    GradientCheck.check(
        x -> at(c, originals, x, Mode.batchNoUpdate(Random.of(ORACLE, SEED))), inputs, SEED);
  }

  /** The block's output with its parameters set to x's tail for the duration of the call. */
  private static Variable at(Case c, List<Tensor> originals, List<Variable> x, Mode mode) {
    List<Tensor> live = c.checked();
    for (int i = 0; i < live.size(); i++) {
      live.get(i).assign(x.get(i + 1).value());
    }
    Variable y = c.block.apply(x.getFirst(), mode);
    for (int i = 0; i < live.size(); i++) {
      live.get(i).assign(originals.get(i + 1));
    }
    return y;
  }

  @Test
  void everyBlockOfTheModuleIsChecked() throws IOException, URISyntaxException {
    Set<String> checked = new TreeSet<>();
    cases().forEach(c -> collect(c.block, checked));
    Path root = Path.of(Block.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<String> existing = new TreeSet<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .map(f -> root.relativize(f).toString())
          .filter(f -> f.endsWith(".class") && !f.endsWith("package-info.class"))
          .map(f -> f.substring(0, f.length() - 6).replace(java.io.File.separatorChar, '.'))
          .filter(BlockGradientTest::isConcreteBlock)
          .forEach(existing::add);
    }
    assertTrue(existing.size() >= 15, "found the classes of the module: " + existing);
    assertEquals(existing, checked, "blocks and gradient checks differ; add a case");
  }

  private static void collect(Block block, Set<String> names) {
    names.add(block.getClass().getName());
    block.children().values().forEach(child -> collect(child, names));
  }

  private static boolean isConcreteBlock(String name) {
    try {
      Class<?> type = Class.forName(name, false, Block.class.getClassLoader());
      return Block.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(name, e);
    }
  }
}
