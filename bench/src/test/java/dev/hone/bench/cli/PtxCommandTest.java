package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PtxCommandTest {
  private static final String DOCS = Path.of("..", "docs", "ptx").toString() + "/";

  private static final String[] SUM = {
    "ptx",
    "run",
    DOCS + "blocksum.ptx",
    "--block",
    "64",
    "--shared",
    "256",
    "--arg",
    "buffer:f32:64:iota",
    "--arg",
    "buffer:f32:1:zeros",
    "--arg",
    "u32:64"
  };

  private static String[] with(String[] args, String... more) {
    String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return all;
  }

  @Test
  void checkShowsTheSignature() {
    String out = Invocation.of("ptx", "check", DOCS + "axpy.ptx").succeeded().out();
    assertTrue(out.contains("axpy.ptx: right"), out);
    assertTrue(out.contains(".u64  p_y  (an address)"), out);
    assertTrue(out.contains(".f32  p_a"), out);
  }

  @Test
  void aMistakeIsShownWithACaret(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("bad.ptx");
    Files.writeString(
        file,
        Files.readString(Path.of(DOCS + "axpy.ptx"))
            .replace("fma.rn.f32     %f1, %f2, %f0", "fma.rn.f32     %f1, %f2, %rd0"));
    Invocation bad = Invocation.of("ptx", "check", file.toString());
    assertEquals(1, bad.code());
    String[] lines = bad.err().split("\\R");
    assertEquals(3, lines.length);
    assertTrue(lines[0].startsWith("hone ptx check: bad.ptx:38:"), bad.err());
    assertTrue(lines[0].contains("%rd0, is declared .b64, but must be .f32"), bad.err());
    assertEquals('%', lines[1].charAt(lines[2].indexOf('^')));
  }

  @Test
  void runPrintsBuffersAndCosts() {
    String out =
        Invocation.of(
                "ptx",
                "run",
                DOCS + "axpy.ptx",
                "--grid",
                "4",
                "--arg",
                "buffer:f32:100:ones",
                "--arg",
                "buffer:f32:100:iota",
                "--arg",
                "f32:0.5",
                "--arg",
                "u32:100")
            .succeeded()
            .out();
    assertTrue(out.contains("p_y = 1.0 1.5 2.0 2.5"), out);
    assertTrue(out.contains("800 bytes read, 400 written, 39 sectors"), out);
  }

  @Test
  void everyEngineAndScheduleSums() {
    for (String[] more :
        new String[][] {
          {}, {"--schedule", "reverse"}, {"--schedule", "random"}, {"--engine", "translated"}
        }) {
      String out = Invocation.of(with(SUM, more)).succeeded().out();
      assertTrue(out.contains("p_out = 2016.0"), out);
    }
  }

  @Test
  void traceShowsTheWarpDivided() {
    String[] args = SUM.clone();
    args[1] = "trace";
    String out = Invocation.of(args).succeeded().out();
    assertTrue(out.contains("|################................|  shl.b32"), out);
    assertTrue(out.contains("lane  1: %r5=4 %f0=34.0  at byte 4"), out);
    assertTrue(out.contains("p_out = 2016.0"), out);
  }

  @Test
  void faultsNameTheLine() {
    String[] args = SUM.clone();
    args[8] = "buffer:f32:50:iota";
    Invocation fault = Invocation.of(args);
    assertEquals(1, fault.code());
    assertTrue(fault.err().contains("out of bounds"), fault.err());
    assertTrue(
        fault.err().contains("blocksum.ptx:26, block (0, 0, 0), thread (50, 0, 0)"), fault.err());
  }

  @Test
  void wrongUsageIsRefused() {
    Invocation.of("ptx", "run", DOCS + "axpy.ptx", "--arg", "f16:1").refused("'f16:1' is neither");
    Invocation.of("ptx", "run", DOCS + "axpy.ptx", "--entry", "x")
        .refused("no entry x; it has [axpy]");
    Invocation.of("ptx", "run", DOCS + "axpy.ptx").refused("it takes 4 arguments");
    Invocation.of("ptx", "check", "nowhere.ptx").refused("no such file: nowhere.ptx");
  }
}
