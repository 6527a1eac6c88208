package dev.hone.bench.peer.libtorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.nn.model.ResNet;
import dev.hone.nn.weights.TorchSave;
import dev.hone.nn.weights.Weights;
import dev.hone.nn.weights.WeightsException;
import dev.hone.tensor.DType;
import dev.hone.tensor.Random;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ByteVector;
import org.bytedeco.pytorch.GenericDict;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.OutputArchive;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that libtorch writes are read, and what the tests take for PyTorch's files it reads. */
class PyTorchFilesTest {
  @TempDir Path folder;

  private static Map<String, dev.hone.tensor.Tensor> weights() {
    var random = Random.of(ReferenceBackend.float32(), 3);
    return new TreeMap<>(ResNet.cifar(8, 10, random).state());
  }

  private static GenericDict loaded(Map<String, dev.hone.tensor.Tensor> weights) {
    return torch.pickle_load(new ByteVector(TorchSave.zip("archive", weights))).toGenericDict();
  }

  private static float[] floats(dev.hone.tensor.Tensor t) {
    return t.cast(DType.FLOAT32).toFloats();
  }

  @Test
  void libtorchReadsTheTestsFiles() {
    try (var scope = new PointerScope()) {
      var weights = weights();
      GenericDict dictionary = loaded(weights);
      assertEquals(weights.size(), dictionary.size());
      weights.forEach((name, expected) -> {
        Tensor t = dictionary.at(new IValue(name)).toTensor();
        assertArrayEquals(
            Arrays.stream(expected.shape().dims()).asLongStream().toArray(), t.shape());
        assertArrayEquals(floats(expected), Torch.floats(t.to(torch.ScalarType.Float)), name);
      });
    }
  }

  /** In libtorch's own zip file, from its own pickler. */
  @Test
  void whatLibtorchSavesIsReadBitForBit() throws IOException {
    try (var scope = new PointerScope()) {
      var weights = weights();
      byte[] saved = torch.pickle_save(new IValue(loaded(weights))).get();
      Path file = Files.write(folder.resolve("libtorch.pt"), saved);
      var read = Weights.read(file).tensors(ReferenceBackend.float32());
      assertEquals(weights.keySet(), new TreeSet<>(read.keySet()));
      weights.forEach((name, expected) -> {
        var actual = Objects.requireNonNull(read.get(name), name);
        assertEquals(expected.shape(), actual.shape());
        assertEquals(expected.dtype(), actual.dtype());
        assertArrayEquals(floats(expected), floats(actual), name);
      });
    }
  }

  @Test
  void aModuleWithItsCodeIsRefused() {
    try (var scope = new PointerScope()) {
      Path file = folder.resolve("module.pt");
      var archive = new OutputArchive();
      new LinearImpl(3, 2).save(archive);
      archive.save_to(file.toString());
      var e = assertThrows(WeightsException.class, () -> Weights.read(file));
      String message = String.valueOf(e.getMessage());
      assertTrue(message.contains("a TorchScript archive: it holds a program"), message);
    }
  }
}
