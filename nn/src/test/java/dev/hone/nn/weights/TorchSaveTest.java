package dev.hone.nn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/** The tests' writer writes what Python's pickler does. */
class TorchSaveTest {
  private static final Backend F32 = ReferenceBackend.float32();

  /** As {@code make.py} has it. */
  private static Map<String, Object> plain() {
    var d = new LinkedHashMap<String, Object>();
    var sixteenths = new float[300];
    IntStream.range(0, 300).forEach(i -> sixteenths[i] = i / 16f);
    d.put("conv1.weight", Tensor.of(F32, Shape.of(100, 1, 1, 3), sixteenths));
    for (int i = 0; i < 20; i++) {
      d.put("bn" + i + ".weight", Tensor.of(F32, Shape.of(2), i, -i));
      d.put("bn" + i + ".num_batches_tracked", Tensor.ofInts(F32, Shape.of(), i));
    }
    return new TreeMap<>(Map.of("state_dict", d, "where", "cpu", "zbest", 0.75, "zepoch", 70000));
  }

  private static byte[] golden(String name) throws IOException {
    return Files.readAllBytes(Path.of(PyTorchFileTest.golden(name).toUri()));
  }

  @Test
  void legacyFilesAreThoseOfPython() throws IOException {
    assertArrayEquals(golden("plain.pth"), TorchSave.legacy(plain()));
  }

  @Test
  void picklesInZipFilesAreThoseOfPython() throws IOException {
    byte[] file = TorchSave.zip("plain", plain());
    try (var zip = new ZipInputStream(new ByteArrayInputStream(file))) {
      zip.getNextEntry();
      assertArrayEquals(golden("plain.pkl"), zip.readAllBytes());
    }
  }
}
