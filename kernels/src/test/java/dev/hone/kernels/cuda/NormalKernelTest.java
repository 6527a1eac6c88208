package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Shape;
import org.junit.jupiter.api.Test;

/**
 * The kernel of normal numbers with counted words in the place of Philox's, so that u and v take
 * each of their 2^24 values: one in 61 of them in the build, all with {@code -Dhone.normal=all}.
 */
class NormalKernelTest {
  private static final int ALL = 1 << 24;
  private static final int STEP = "all".equals(System.getProperty("hone.normal")) ? 1 : 61;

  /** Odd, so that v takes all values when u does, in another order. */
  private static final int ORDER = 0x9E3779B1;

  /** The source with u and v, 24 bits each, counted up. */
  private static String counted(String source) {
    int entry = source.indexOf(".entry normal(");
    int from = source.indexOf("WORD:", entry);
    String last = "  @%p bra WORD;";
    int to = source.indexOf(last, from) + last.length();
    assertTrue(entry > 0 && from > entry && to > from, "where the words are drawn");
    String count =
        """
          mul.lo.u32 %%u, %%i, %d;
          mul.lo.u32 %%v, %%u, %d;
          and.b32 %%v, %%v, 0x00FFFFFF;
        """;
    return source.substring(0, from) + count.formatted(STEP, ORDER) + source.substring(to);
  }

  @Test
  void theHostsBitsForEveryAngleAndRadius() {
    var driver = new EmulatorDriver(EmulatorOptions.fast(), 1);
    String source = counted(PtxFamily.source("random"));
    var device = new CudaDevice(new ReplacingDriver(driver, "random", source));
    var backend = new CudaBackend("emulator", device, new HostDnnProvider(driver));
    float[] drawn = backend.normal(new Philox(0, 0), 0, Shape.of(ALL / STEP)).toFloats();
    int different = 0;
    for (int i = 0; i < drawn.length; i++) {
      int word = i * STEP;
      double u = 1 - word * 0x1p-24;
      double v = (word * ORDER & 0xFFFFFF) * 0x1p-24;
      double y = Math.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
      different += Float.floatToRawIntBits((float) y) == Float.floatToRawIntBits(drawn[i]) ? 0 : 1;
    }
    assertEquals(0, different, "of " + drawn.length);
  }
}
