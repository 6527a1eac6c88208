package dev.hone.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A JVM started without {@code --add-modules jdk.incubator.vector} computes the same, scalar. */
class WithoutVectorModuleTest {
  /** Runs in the other JVM. */
  static final class Child {
    public static void main(String[] args) {
      Backend backend = CpuBackendProvider.withThreads(2);
      int[] bits = bits(backend);
      if (((CpuBackend) backend).lanes() != 1 || !java.util.Arrays.equals(bits, expected(args))) {
        throw new AssertionError("differs without vectors: " + java.util.Arrays.toString(bits));
      }
    }

    private static int[] expected(String[] args) {
      return java.util.Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    }
  }

  /** Elementwise, product, reduction, softmax and an image kernel. */
  private static int[] bits(Backend b) {
    Tensor x = Tensor.of(b, Shape.of(2, 3), 1, -2, 0.5f, 3, 0, -0.25f);
    Tensor y = x.exp().matmul(x.transpose()).tanh().plus(x.sum(1)).softmax();
    Tensor images = Tensor.full(b, Shape.of(2, 1, 3, 3), 2);
    Tensor w = Tensor.full(b, Shape.of(1, 1, 3, 3), 0.5);
    Tensor z = images.convolution(w, new Convolution(1, 1)).mean(2, 3);
    float[] values = Tensor.concat(0, java.util.List.of(y.reshape(4), z.reshape(2))).toFloats();
    int[] bits = new int[values.length];
    java.util.Arrays.setAll(bits, i -> Float.floatToIntBits(values[i]));
    return bits;
  }

  @Test
  void theResultsAreTheSameAndOneLineSaysWhy() throws IOException, InterruptedException {
    var command = new java.util.ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Child.class.getName());
    for (int word : bits(new CpuBackend(1, Lanes.chosen()))) {
      command.add(Integer.toString(word));
    }
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), output);
    assertTrue(output.contains("--add-modules jdk.incubator.vector"), output);
  }
}
