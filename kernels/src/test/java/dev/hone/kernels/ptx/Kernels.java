package dev.hone.kernels.ptx;

/** Sources for the tests. */
final class Kernels {
  static final String HEAD =
      """
      .version 7.0
      .target sm_70
      .address_size 64
      """;

  private Kernels() {}

  /**
   * An entry {@code k} with registers of every type; {@code %r0} is tid.x, {@code %r1} the global
   * index.
   */
  static PtxEntry entry(String parameters, String body) {
    return module(parameters, body).entry("k");
  }

  static PtxModule module(String parameters, String body) {
    return PtxModule.parse(source(parameters, body), "test");
  }

  static String source(String parameters, String body) {
    return HEAD
        + """
        .visible .entry k(%s)
        {
          .reg .pred %%p<10>;
          .reg .b16 %%h<10>;
          .reg .b32 %%r<30>;
          .reg .b64 %%rd<30>;
          .reg .f32 %%f<30>;
          .reg .f64 %%fd<10>;
          mov.u32 %%r0, %%tid.x;
          mov.u32 %%r1, %%ctaid.x;
          mov.u32 %%r2, %%ntid.x;
          mad.lo.s32 %%r1, %%r1, %%r2, %%r0;
        %s
        }
        """
            .formatted(parameters, body);
  }

  /** Replaces the last line of parameters: {@code out} is an address, read into {@code %rd0}. */
  static PtxEntry writing(String body) {
    return entry(".param .u64 out", "ld.param.u64 %rd0, [out];\n" + body + "\nret;");
  }
}
