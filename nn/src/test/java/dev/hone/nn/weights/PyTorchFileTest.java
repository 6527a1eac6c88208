package dev.hone.nn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.nn.BatchNorm2d;
import dev.hone.nn.Conv2d;
import dev.hone.nn.Named;
import dev.hone.nn.Sequential;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as torch.save writes them; {@code pytorch/make.py} made them and says what is in them. */
class PyTorchFileTest {
  private static final Backend F32 = ReferenceBackend.float32();

  @TempDir Path folder;

  static Path golden(String name) {
    try {
      var found = Objects.requireNonNull(PyTorchFileTest.class.getResource("/pytorch/" + name));
      return Path.of(found.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code i / 4 - 1}: the storage that most tensors of every_kind share. */
  private static double[] shared(int... elements) {
    return IntStream.of(elements).mapToDouble(i -> i / 4.0 - 1).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "every_kind.pt, 'PyTorch, zip'",
    "every_kind.pth, 'PyTorch, legacy'",
    "protocol4.pt, 'PyTorch, zip'",
    "protocol5.pth, 'PyTorch, legacy'"
  })
  void everyKindOfTensorIsRead(String name, String format) {
    Weights w = Weights.read(golden(name));
    assertEquals(format, w.format());
    var t = w.tensors(F32);
    assertEquals(
        List.of(
            "rows",
            "columns",
            "every_other",
            "tail",
            "scalar",
            "expanded",
            "empty",
            "double",
            "half",
            "bfloat16",
            "long",
            "int",
            "short",
            "char",
            "byte",
            "bool",
            "parameter"),
        List.copyOf(t.keySet()));
    is(t, "rows", Shape.of(4, 6), shared(IntStream.range(0, 24).toArray()));
    int[] byColumn = IntStream.range(0, 24).map(i -> i % 4 * 6 + i / 4).toArray();
    is(t, "columns", Shape.of(6, 4), shared(byColumn));
    is(t, "every_other", Shape.of(2, 3), shared(3, 5, 7, 15, 17, 19));
    is(t, "tail", Shape.of(4), shared(20, 21, 22, 23));
    is(t, "scalar", Shape.of(), shared(7));
    is(t, "expanded", Shape.of(3, 2), shared(2, 2, 3, 3, 4, 4));
    is(t, "empty", Shape.of(0, 3));
    is(t, "half", Shape.of(3), 1, -3, 0x1p-24);
    is(t, "bfloat16", Shape.of(2), 1.5, -3);
    is(t, "parameter", Shape.of(1), 0.5);
    assertArrayEquals(
        new double[] {Math.PI, -1e300},
        w.contents().tensor("double", ReferenceBackend.float64()).toDoubles());
  }

  @ParameterizedTest
  @ValueSource(strings = {"every_kind.pt", "every_kind.pth"})
  void everyKindOfWholeNumberIsRead(String name) {
    Safetensors w = Weights.read(golden(name)).contents();
    assertEquals(DType.INT32, w.tensor("long", F32).dtype());
    assertArrayEquals(new long[] {123456789}, w.longs("long"));
    assertArrayEquals(new long[] {-5, Integer.MAX_VALUE}, w.longs("int"));
    assertArrayEquals(new int[] {-2, 32767}, w.tensor("short", F32).toInts());
    assertArrayEquals(new long[] {-128, 127}, w.longs("char"));
    assertArrayEquals(new int[] {0, 255}, w.tensor("byte", F32).toInts());
    assertArrayEquals(new long[] {1, 0}, w.longs("bool"));
  }

  private static void is(Map<String, Tensor> all, String name, Shape shape, double... values) {
    Tensor t = Objects.requireNonNull(all.get(name), name);
    assertEquals(shape, t.shape());
    assertArrayEquals(values, t.toDoubles());
  }

  /** One epoch's file of a training script: DataParallel's names, an optimizer beside them. */
  @ParameterizedTest
  @ValueSource(strings = {"checkpoint.pt", "checkpoint.th"})
  void aTrainingCheckpointLoads(String name) {
    Weights w = Weights.read(golden(name));
    assertEquals(
        List.of(
            "the tensors are those of 'state_dict', beside epoch 199, arch, best_prec1 92.6250,"
                + " optimizer, milestones, seed, none"),
        w.notes());
    var conv = new Conv2d(1, 2, 3, new Convolution(1, 1), false, Random.of(F32, 1));
    var model = new Sequential(conv, new BatchNorm2d(2, F32));
    var named = w.tensors(F32);
    var entries = new java.util.LinkedHashMap<String, Tensor>();
    named.forEach((n, t) -> entries.put(n.replace("conv1", "0").replace("bn1", "1"), t));
    StateDict.load(model, entries, name);
    double[] eighths = IntStream.range(0, 18).mapToDouble(i -> i / 8.0).toArray();
    assertArrayEquals(eighths, Named.state(model, "0.weight").toDoubles());
    assertArrayEquals(new double[] {4, 9}, Named.state(model, "1.running_var").toDoubles());
    assertEquals(391, Named.state(model, "1.num_batches_tracked").item());
  }

  /** Texts as byte strings, a parameter of PyTorch 0.1, a part of a storage. */
  @Test
  void python2FilesAreRead() {
    var t = Weights.read(golden("python2.pth")).tensors(F32);
    is(t, "fc.weight", Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    is(t, "fc.bias", Shape.of(1), 9);
  }

  @Test
  void aPyTorchFileBecomesSafetensors() {
    Weights w = Weights.read(golden("every_kind.pth"));
    Path out = folder.resolve("converted.safetensors");
    w.contents().write(out);
    Weights back = Weights.read(out);
    assertEquals("safetensors", back.format());
    assertEquals(w.contents().names(), new java.util.HashSet<>(back.contents().names()));
    w.contents()
        .names()
        .forEach(n -> {
          var was = w.contents().entry(n);
          var is = back.contents().entry(n);
          assertEquals(was.type(), is.type(), n);
          assertEquals(was.shape(), is.shape(), n);
          assertEquals(was.data().rewind(), is.data().rewind(), n);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"checkpoint.pt", "checkpoint.th", "every_kind.pt", "python2.pth"})
  void everyTruncationIsRefused(String name) throws IOException {
    byte[] good = Files.readAllBytes(golden(name));
    Path file = folder.resolve(name);
    for (int length = 0; length < good.length; length += 1 + length / 100) {
      Files.write(file, Arrays.copyOf(good, length));
      var e = assertThrows(WeightsException.class, () -> Weights.read(file), "at " + length);
      String message = String.valueOf(e.getMessage());
      assertTrue(message.startsWith(file.toString()), message);
      assertEquals(1, message.lines().count(), message);
    }
  }

  /** What is no file of weights at all, or is one of another kind. */
  @Test
  void theFrontNamesWhatItFound() throws IOException {
    refused("<!DOCTYPE html><html>", "a web page");
    refused("version https://git-lfs.github.com/spec/v1\noid sha256:", "git lfs pull");
    refused("storages\0\0\0\0", "PyTorch's tar format");
    refused(" ".repeat(257) + "ustar", "PyTorch's tar format");
    refused("\u0093NUMPY\1\0", "one array without a name");
    refused("", "unknown format");
    refused("\u0080\2K\1.", "not one that torch.save wrote");
    var absent = folder.resolve("absent.pt");
    var e = assertThrows(WeightsException.class, () -> Weights.read(absent));
    assertTrue(String.valueOf(e.getMessage()).contains("no such file"), e.getMessage());
    assertThrows(WeightsException.class, () -> Weights.read(folder));
  }

  private void refused(String content, String reason) throws IOException {
    Path file = folder.resolve("w");
    Files.write(file, content.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    var e = assertThrows(WeightsException.class, () -> Weights.read(file));
    assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
  }
}
