package dev.hone.kernels.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The sources of our kernels: a family of them is {@code <name>.ptx} beside its launcher. */
final class PtxFamily {
  private PtxFamily() {}

  /** The text of family {@code name}. */
  static String source(String name) {
    try (InputStream in = PtxFamily.class.getResourceAsStream(name + ".ptx")) {
      if (in == null) {
        throw new IllegalStateException(
            "kernels: %s.ptx is not on the class path beside %s; the jar is incomplete"
                .formatted(name, PtxFamily.class.getName()));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Family {@code name}, loaded. */
  static GpuModule load(GpuDriver driver, String name) {
    return driver.load(source(name), name);
  }
}
