package dev.hone.kernels.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PtxModuleTest {
  /** Every row of the table has a meaning in both engines. */
  @Test
  void everyFormIsLowered() {
    PtxEntry entry = PtxModule.parse(EveryForm.source(), "forms").entry("k");
    assertTrue(entry.program().code().size() > 2000);
    for (Program.Code c : entry.program().code()) {
      boolean fence = c.source().opcode() == Opcode.MEMBAR || c.source().opcode() == Opcode.FENCE;
      assertFalse(c.micros().isEmpty() && !fence, c.source().toString());
    }
  }

  @Test
  void anEntryTellsWhatItTakes() {
    PtxModule module =
        PtxModule.parse(
            Kernels.HEAD
                + """
                .entry a(.param .u32 n, .param .u64 .ptr .global .align 16 p, .param .u64 q)
                .maxntid 128, 2, 1
                {
                  .reg .b64 %rd<3>;
                  .shared .align 16 .b8 s[20];
                  .shared .f32 t;
                  ld.param.u64 %rd0, [q];
                  add.u64 %rd1, %rd0, 16;
                  ld.global.b64 %rd2, [%rd1];
                  ret;
                }
                .visible .entry b() { exit; }
                """,
            "two");
    PtxEntry a = module.entry("a");
    assertEquals(24, a.sharedBytes());
    assertEquals(256, a.maxThreads());
    assertEquals(Map.of(PtxType.B64, 3), a.registers());
    assertEquals(8, a.parameters().get(1).offset());
    assertFalse(a.parameters().get(0).pointer());
    assertTrue(a.parameters().get(1).pointer());
    assertTrue(a.parameters().get(2).pointer());
    assertEquals(2, module.entries().size());
    String unknown =
        assertThrows(IllegalArgumentException.class, () -> module.entry("c")).getMessage();
    assertEquals("two.ptx: there is no entry c; it has [a, b]", unknown);
  }

  /** The line after the registers is 16 of {@link Kernels#source}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "add.u32 %r3, %r4, 1;                | 16:14 | %r4 may be read here before anything wrote to it",
        "add.u32 %r3, %r0, %f1;              | 16:19 | add.u32: operand 3, %f1, is declared .f32, but must be .u32",
        "add.u32 %r3, %r0;                   | 16:1  | add.u32 takes 3 operands, found 2",
        "add.u32 %r3, %zz, 1;                | 16:14 | %zz is not declared",
        "add.u32 %r3, %tid, 1;               | 16:14 | %tid is a vector; say which part: %tid.x",
        "add.u33 %r3, %r0, 1;                | 16:1  | 'add.u33' is no form of add",
        "frob.u32 %r3, %r0, 1;               | 16:1  | there is no instruction 'frob' here",
        "bra NOWHERE;                        | 16:5  | there is no label NOWHERE",
        "mov.u32 %r3, 4294967296;            | 16:14 | 4294967296 does not fit .u32",
        "mov.f32 %f1, 1;                     | 16:14 | .f32 needs a floating-point constant: 1.0",
        "mov.f32 %f1, 0f3F8;                 | 16:14 | '0f3F8' needs exactly 8 hexadecimal digits",
        "mov.u32 %tid.x, 1;                  | 16:9  | %tid.x can only be read",
        "ld.global.u32 %r3, [%r0];           | 16:21 | an address in .global is .u64 or .b64",
        "ld.param.u64 %rd0, [n];             | 16:20 | reads 8 bytes at offset 0 of n, which is declared .u32",
        "ld.global.u32 %r3, [n];             | 16:21 | n is a parameter; read it with ld.param",
        "mov.u32 %r3, n;                     | 16:14 | parameter n is read with ld.param",
        "ld.global.v4.f64 {%fd0}, [%rd1];    | 16:1  | a vector has 16 bytes at most",
        "@%r0 bra X;                         | 16:2  | a guard must be .pred",
        "setp.lt.b32 %p0, %r0, 1;            | 16:1  | 'setp.lt.b32' is no form of setp",
        "call f;                             | 16:1  | there is no instruction 'call'",
        "bar.sync 16;                        | 16:10 | barriers are numbered 0 to 15",
        "cvt.sat.s32.s16 %r3, %h0;           | 16:1  | cvt.sat.s32.s16 cannot saturate",
        "mov.u32 %r3, 5                      | 17:1  | expected ';' after the instruction, found 'ret'",
        ".reg .b32 %r0;                      | 16:11 | %r0 is declared already",
      })
  void mistakesAreShownWhereTheyStand(String line, String place, String problem) {
    String source = Kernels.source(".param .u32 n", line + "\nret;");
    PtxException e = assertThrows(PtxException.class, () -> PtxModule.parse(source, "bad"));
    String[] shown = e.getMessage().split("\\R");
    assertTrue(shown[0].startsWith("bad.ptx:" + place + ": "), e.getMessage());
    assertTrue(shown[0].contains(problem), e.getMessage());
    assertEquals(e.column() + 2, shown[2].indexOf('^') + 1);
  }

  @Test
  void definedOnAllPathsIsEnough() {
    Kernels.entry(
        "",
        """
        setp.eq.u32 %p0, %r0, 0;
        @%p0 mov.u32 %r3, 1;
        @%p0 add.u32 %r4, %r3, 1;
        @!%p0 mov.u32 %r3, 2;
        add.u32 %r5, %r3, 1;
        @%p0 bra A;
        mov.u32 %r6, 1;
        bra B;
        A:
        mov.u32 %r6, %r4;
        B:
        add.u32 %r7, %r6, 1;
        ret;
        """);
    PtxException e =
        assertThrows(
            PtxException.class,
            () ->
                Kernels.entry(
                    "",
                    """
                    setp.eq.u32 %p0, %r0, 0;
                    @%p0 mov.u32 %r3, 1;
                    setp.eq.u32 %p0, %r0, 1;
                    @%p0 add.u32 %r4, %r3, 1;
                    ret;
                    """));
    assertTrue(e.getMessage().contains("%r3 may be read here"), e.getMessage());
  }

  @Test
  void whatTheFileNeeds() {
    assertProblem("", "must begin with .version");
    assertProblem(".target sm_70", ".version first");
    assertProblem(".version 7.0\n.entry k() { ret; }", ".target must come before");
    assertProblem(Kernels.HEAD, "has no .entry");
    assertProblem(Kernels.HEAD + ".entry k() { bar.sync 0; }", "runs off the end of entry k");
    assertProblem(Kernels.HEAD + ".entry k() { ret;", "never ends");
    assertProblem(Kernels.HEAD + ".func f() { ret; }", "calls are not emulated");
    assertProblem(Kernels.HEAD + "/* ", "this comment never ends");
    assertProblem(
        Kernels.HEAD + ".entry k() { .reg .pred %p; @%p bra L; ret; L: }",
        "no instruction follows");
  }

  private static void assertProblem(String source, String problem) {
    PtxException e = assertThrows(PtxException.class, () -> PtxModule.parse(source, "bad"));
    assertTrue(e.getMessage().contains(problem), e.getMessage());
  }
}
