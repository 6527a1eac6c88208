package dev.hone.nn.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  private static final Backend F32 = ReferenceBackend.float32();

  @TempDir Path folder;

  /** numpy.save of [[1, -2, 0.5]] as float32, put together from the format's description. */
  private static byte[] golden() throws IOException {
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }";
    String padded = header + " ".repeat(128 - 10 - header.length() - 1) + "\n";
    var out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    out.write(padded.getBytes(StandardCharsets.US_ASCII));
    ByteBuffer data = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    out.write(data.putFloat(1).putFloat(-2).putFloat(0.5f).array());
    return out.toByteArray();
  }

  @Test
  void writesAndReadsNumPysBytes() throws IOException {
    Path file = folder.resolve("logits.npy");
    Npy.write(file, Tensor.of(F32, Shape.of(1, 3), 1, -2, 0.5f));
    assertArrayEquals(golden(), Files.readAllBytes(file));
    Tensor back = Npy.read(file, F32);
    assertEquals(Shape.of(1, 3), back.shape());
    assertArrayEquals(new double[] {1, -2, 0.5}, back.toDoubles());
  }

  @Test
  void everyRankReadsBack() {
    for (Shape s : new Shape[] {Shape.of(), Shape.of(5), Shape.of(0, 3), Shape.of(2, 3, 4, 1)}) {
      Tensor x = Random.of(F32, 1).normal(s);
      Path file = folder.resolve("x.npy");
      Npy.write(file, x);
      Tensor back = Npy.read(file, F32);
      assertEquals(s, back.shape());
      assertArrayEquals(x.toFloats(), back.toFloats());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }\n",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 3), }\n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), }\n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999), }\n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }\n",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -3), }\n",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,), }\n",
        "nonsense\n"
      })
  void hostileHeadersAreRefused(String header) throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    out.write(new byte[12]);
    Path file = Files.write(folder.resolve("bad.npy"), out.toByteArray());
    assertThrows(WeightsException.class, () -> Npy.read(file, F32));
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] good = golden();
    for (int length = 0; length < good.length; length++) {
      Path file = Files.write(folder.resolve("t.npy"), Arrays.copyOf(good, length));
      assertThrows(WeightsException.class, () -> Npy.read(file, F32), "at " + length);
    }
    assertThrows(WeightsException.class, () -> Npy.read(folder.resolve("absent"), F32));
  }
}
