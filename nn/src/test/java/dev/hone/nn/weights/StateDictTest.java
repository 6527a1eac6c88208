package dev.hone.nn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.nn.BatchNorm2d;
import dev.hone.nn.Block;
import dev.hone.nn.Linear;
import dev.hone.nn.Named;
import dev.hone.nn.Sequential;
import dev.hone.nn.model.ResNet;
import dev.hone.nn.model.Shortcut;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDictTest {
  private static final Backend F32 = ReferenceBackend.float32();

  @TempDir Path folder;

  private static ResNet model(long seed) {
    return ResNet.cifar(8, 5, Shortcut.B, 1, Random.of(F32, seed));
  }

  private static Map<String, Tensor> renamed(Block model, UnaryOperator<String> name) {
    var entries = new LinkedHashMap<String, Tensor>();
    model.state().forEach((n, t) -> entries.put(name.apply(n), t));
    return entries;
  }

  private static void assertSameState(Block expected, Block actual) {
    expected
        .state()
        .forEach((n, t) -> assertArrayEquals(t.toDoubles(), Named.state(actual, n).toDoubles(), n));
  }

  @Test
  void savedWeightsLoadBitForBit() {
    Path file = folder.resolve("w.safetensors");
    ResNet trained = model(1);
    Named.state(trained, "bn1.num_batches_tracked").assign(Tensor.ofInts(F32, Shape.of(), 42));
    Named.state(trained, "bn1.running_var").assign(Tensor.full(F32, Shape.of(16), 0.25));
    StateDict.save(trained, file);
    ResNet loaded = model(2);
    StateDict.load(loaded, file);
    assertSameState(trained, loaded);
    Safetensors raw = Safetensors.read(file);
    assertArrayEquals(new long[] {42}, raw.longs("bn1.num_batches_tracked"));
    assertEquals(Map.of("format", "pt"), raw.metadata());
  }

  @Test
  void aliasesOfPyTorchsFamiliesLoad() {
    ResNet trained = model(1);
    var other =
        renamed(
            trained,
            n -> "module." + n.replace("linear.", "fc.").replace("shortcut.", "downsample."));
    other.keySet().removeIf(n -> n.endsWith("num_batches_tracked"));
    ResNet loaded = model(2);
    StateDict.load(loaded, other, "fc.pth");
    assertSameState(trained, loaded);
  }

  @Test
  void everythingWrongIsListedAtOnceAndNothingIsLoaded() {
    var model =
        new Sequential(
            new Linear(2, 3, Random.of(F32, 1)),
            new BatchNorm2d(3, F32),
            new Linear(3, 1, Random.of(F32, 2)));
    var before = new LinkedHashMap<String, double[]>();
    model.state().forEach((n, t) -> before.put(n, t.toDoubles()));
    var entries = renamed(model, n -> n);
    entries.replaceAll((n, t) -> t.fullLike(1));
    entries.remove("0.bias");
    entries.put("extra.weight", Tensor.ones(F32, Shape.of(1)));
    entries.put("0.weight", Tensor.ones(F32, Shape.of(2, 3)));
    entries.put("1.weight", Tensor.of(F32, Shape.of(3), 1, Float.NaN, 1));
    entries.put("1.bias", Tensor.of(F32, Shape.of(3), 1, 1, Float.NEGATIVE_INFINITY));
    entries.put("1.running_var", Tensor.of(F32, Shape.of(3), 1, -1, 1));
    entries.put("2.bias", Tensor.ofInts(F32, Shape.of(1), 1));
    entries.put("module.2.weight", Tensor.ones(F32, Shape.of(1, 3)));
    var e =
        assertThrows(WeightsException.class, () -> StateDict.load(model, entries, "w.safetensors"));
    assertEquals(
        "w.safetensors: these are not this model's weights: missing (1): 0.bias;"
            + " surplus (1): extra.weight;"
            + " wrong shape (1): 0.weight is [2, 3], but the model has [3, 2];"
            + " unusable (5): module.2.weight and 2.weight mean the same entry,"
            + " 1.weight has NaN at element 1, 1.bias has -Infinity at element 2,"
            + " 1.running_var has a negative variance, -1.0, at element 1,"
            + " 2.bias holds whole numbers;"
            + " check the model's depth, shortcut, classes and channels; nothing was loaded",
        e.getMessage());
    before.forEach((n, v) -> assertArrayEquals(v, Named.state(model, n).toDoubles(), n));
  }

  @Test
  void countersOfOtherShapesAndTypesLoad() {
    var model = new BatchNorm2d(2, F32);
    var entries = renamed(model, n -> n);
    entries.put("num_batches_tracked", Tensor.of(F32, Shape.of(1), 12));
    StateDict.load(model, entries, "old.pth");
    assertArrayEquals(new int[] {12}, Named.state(model, "num_batches_tracked").toInts());
  }

  @Test
  void anotherDepthIsRefusedWithNames() {
    Path file = folder.resolve("w.safetensors");
    StateDict.save(ResNet.cifar(14, 5, Shortcut.B, 1, Random.of(F32, 1)), file);
    ResNet shallow = model(2);
    var e = assertThrows(WeightsException.class, () -> StateDict.load(shallow, file));
    assertEquals(true, String.valueOf(e.getMessage()).contains("layer3.1.conv2.weight"));
    assertSameState(model(2), shallow);
  }
}
