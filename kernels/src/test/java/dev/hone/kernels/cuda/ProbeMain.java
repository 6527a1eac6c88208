package dev.hone.kernels.cuda;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Runs in a JVM of its own, with whatever libraries its environment leads to. */
final class ProbeMain {
  private ProbeMain() {}

  public static void main(String[] args) {
    CudaProbe probe = CudaProbe.look();
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.printf(
        "usable=%s libraries=%s devices=%d%n",
        probe.usable(), probe.hasLibraries(), probe.devices());
    out.println("reason=" + probe.reason());
    probe.findings().forEach(f -> out.println(f.part() + "=" + f.found()));
  }
}
