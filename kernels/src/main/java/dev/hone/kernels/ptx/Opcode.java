package dev.hone.kernels.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The opcodes, and the one table of what may be written: it drives the parser, the verifier and
 * what both engines run.
 *
 * <p>A row is {@code opcode modifiers | operands | FLOPs per lane}. A modifier with {@code ?} may
 * be left out, {@code /} separates alternatives; the first modifier made of types is T, the second
 * S. Operands: {@code =} is written to, {@code T} and {@code S} are the row's types, {@code W} is
 * twice as wide as T, {@code M} is an address in brackets, {@code #} an integer constant, {@code L}
 * a label, {@code {T}} may be a vector, {@code |x} may follow as a second result, {@code ?} may be
 * left out.
 */
enum Opcode {
  ADD,
  SUB,
  MUL,
  MAD,
  FMA,
  DIV,
  REM,
  ABS,
  NEG,
  MIN,
  MAX,
  SQRT,
  RSQRT,
  RCP,
  EX2,
  LG2,
  SIN,
  COS,
  TANH,
  AND,
  OR,
  XOR,
  NOT,
  CNOT,
  SHL,
  SHR,
  SHF,
  BFE,
  BFI,
  BFIND,
  BREV,
  POPC,
  CLZ,
  PRMT,
  LOP3,
  SAD,
  SETP,
  SET,
  SELP,
  SLCT,
  TESTP,
  COPYSIGN,
  MOV,
  CVT,
  CVTA,
  LD,
  ST,
  ATOM,
  RED,
  SHFL,
  VOTE,
  ACTIVEMASK,
  BAR,
  BARRIER,
  MEMBAR,
  FENCE,
  BRA,
  RET,
  EXIT,
  TRAP;

  private static final String COMPARE = ".eq/.ne/.lt/.le/.gt/.ge";
  private static final String COMPARE_UNSIGNED = COMPARE + "/.lo/.ls/.hi/.hs";
  private static final String COMPARE_FLOAT = COMPARE + "/.equ/.neu/.ltu/.leu/.gtu/.geu/.num/.nan";
  private static final String INTEGERS = ".s16/.u16/.s32/.u32/.s64/.u64";
  private static final String ANY = ".b16/.b32/.b64/.s16/.u16/.s32/.u32/.s64/.u64/.f32/.f64";
  private static final String STORED =
      ".b8/.b16/.b32/.b64/.s8/.u8/.s16/.u16/.s32/.u32/.s64/.u64/.f32/.f64";
  private static final String ROUND = ".rn/.rz/.rm/.rp";
  private static final String TO_WHOLE = ".rni/.rzi/.rmi/.rpi";
  private static final String CVT_INTEGERS = ".s8/.u8/.s16/.u16/.s32/.u32/.s64/.u64";

  private static final String TABLE =
      """
      add .rn? .ftz? .sat? .f32                 | =T T T      | 1
      add .rn? .f64                             | =T T T      | 1
      add .sat .s32                             | =T T T
      add INTEGERS                              | =T T T
      sub .rn? .ftz? .sat? .f32                 | =T T T      | 1
      sub .rn? .f64                             | =T T T      | 1
      sub .sat .s32                             | =T T T
      sub INTEGERS                              | =T T T
      mul .rn? .ftz? .sat? .f32                 | =T T T      | 1
      mul .rn? .f64                             | =T T T      | 1
      mul .lo/.hi INTEGERS                      | =T T T
      mul .wide .s16/.u16/.s32/.u32             | =W T T
      mad .rn .ftz? .sat? .f32                  | =T T T T    | 2
      mad .rn .f64                              | =T T T T    | 2
      mad .lo/.hi INTEGERS                      | =T T T T
      mad .wide .s16/.u16/.s32/.u32             | =W T T W
      fma .rn .ftz? .sat? .f32                  | =T T T T    | 2
      fma .rn .f64                              | =T T T T    | 2
      div .rn/.approx/.full .ftz? .f32          | =T T T      | 1
      div .rn .f64                              | =T T T      | 1
      div INTEGERS                              | =T T T
      rem INTEGERS                              | =T T T
      abs .ftz? .f32                            | =T T
      abs .f64/.s16/.s32/.s64                   | =T T
      neg .ftz? .f32                            | =T T
      neg .f64/.s16/.s32/.s64                   | =T T
      min .ftz? .f32                            | =T T T      | 1
      min .f64                                  | =T T T      | 1
      min INTEGERS                              | =T T T
      max .ftz? .f32                            | =T T T      | 1
      max .f64                                  | =T T T      | 1
      max INTEGERS                              | =T T T
      sqrt .rn/.approx .ftz? .f32               | =T T        | 1
      sqrt .rn .f64                             | =T T        | 1
      rsqrt .approx .ftz? .f32                  | =T T        | 1
      rcp .rn/.approx .ftz? .f32                | =T T        | 1
      rcp .rn .f64                              | =T T        | 1
      ex2 .approx .ftz? .f32                    | =T T        | 1
      lg2 .approx .ftz? .f32                    | =T T        | 1
      sin .approx .ftz? .f32                    | =T T        | 1
      cos .approx .ftz? .f32                    | =T T        | 1
      tanh .approx .f32                         | =T T        | 1
      and .pred/.b16/.b32/.b64                  | =T T T
      or .pred/.b16/.b32/.b64                   | =T T T
      xor .pred/.b16/.b32/.b64                  | =T T T
      not .pred/.b16/.b32/.b64                  | =T T
      cnot .b16/.b32/.b64                       | =T T
      shl .b16/.b32/.b64                        | =T T u32
      shr .b16/.b32/.b64                        | =T T u32
      shr INTEGERS                              | =T T u32
      shf .l/.r .clamp/.wrap .b32               | =T T T u32
      bfe .u32/.s32/.u64/.s64                   | =T T u32 u32
      bfi .b32/.b64                             | =T T T u32 u32
      bfind .shiftamt? .u32/.s32/.u64/.s64      | =u32 T
      brev .b32/.b64                            | =T T
      popc .b32/.b64                            | =u32 T
      clz .b32/.b64                             | =u32 T
      prmt .b32                                 | =T T T T
      lop3 .b32                                 | =T T T T #
      sad INTEGERS                              | =T T T T
      setp .eq/.ne .b16/.b32/.b64               | =pred|pred T T
      setp COMPARE .s16/.s32/.s64               | =pred|pred T T
      setp UNSIGNEDS .u16/.u32/.u64             | =pred|pred T T
      setp FLOATS .ftz? .f32                    | =pred|pred T T
      setp FLOATS .f64                          | =pred|pred T T
      setp .eq/.ne .and/.or/.xor .b16/.b32/.b64 | =pred|pred T T pred
      setp COMPARE .and/.or/.xor .s16/.s32/.s64 | =pred|pred T T pred
      setp UNSIGNEDS .and/.or/.xor .u16/.u32/.u64 | =pred|pred T T pred
      setp FLOATS .and/.or/.xor .ftz? .f32      | =pred|pred T T pred
      setp FLOATS .and/.or/.xor .f64            | =pred|pred T T pred
      set .eq/.ne .u32/.s32/.f32 .b16/.b32/.b64 | =T S S
      set COMPARE .u32/.s32/.f32 .s16/.s32/.s64 | =T S S
      set UNSIGNEDS .u32/.s32/.f32 .u16/.u32/.u64 | =T S S
      set FLOATS .ftz? .u32/.s32/.f32 .f32      | =T S S
      set FLOATS .u32/.s32/.f32 .f64            | =T S S
      selp ANY                                  | =T T T pred
      slct ANY .s32                             | =T T T S
      slct .ftz? ANY .f32                       | =T T T S
      testp .finite/.infinite/.number/.notanumber/.normal/.subnormal .f32/.f64 | =pred T
      copysign .f32/.f64                        | =T T T
      mov .pred                                 | =T T
      mov ANY                                   | ={T} {T}
      cvt .sat? CVTINT CVTINT                   | =T S
      cvt ROUND .f32/.f64 CVTINT                | =T S
      cvt TOWHOLE .ftz? .sat? CVTINT .f32       | =T S
      cvt TOWHOLE .sat? CVTINT .f64             | =T S
      cvt TOWHOLE? .ftz? .sat? .f32 .f32        | =T S
      cvt TOWHOLE? .f64 .f64                    | =T S
      cvt .ftz? .f64 .f32                       | =T S
      cvt ROUND .ftz? .sat? .f32 .f64           | =T S
      cvt .ftz? .f32 .f16                       | =T S
      cvt .rn .ftz? .f16 .f32                   | =T S
      cvta .to? .global .u64                    | =T T
      ld .global .ca/.cg/.cs/.lu/.cv? .v2/.v4? STORED | ={T} M
      ld .global .nc .ca/.cg/.cs? .v2/.v4? STORED | ={T} M
      ld .shared/.const .v2/.v4? STORED         | ={T} M
      ld .param STORED                          | =T M
      st .global .wb/.cg/.cs/.wt? .v2/.v4? STORED | M {T}
      st .shared .v2/.v4? STORED                | M {T}
      atom .global/.shared .add .u32/.s32/.u64/.f32 | =T M T
      atom .global/.shared .min/.max .u32/.s32/.u64/.s64 | =T M T
      atom .global/.shared .and/.or/.xor .b32/.b64 | =T M T
      atom .global/.shared .exch .b32/.b64      | =T M T
      atom .global/.shared .cas .b32/.b64       | =T M T T
      atom .global/.shared .inc/.dec .u32       | =T M T
      red .global/.shared .add .u32/.s32/.u64/.f32 | M T
      red .global/.shared .min/.max .u32/.s32/.u64/.s64 | M T
      red .global/.shared .and/.or/.xor .b32/.b64 | M T
      red .global/.shared .inc/.dec .u32        | M T
      shfl .sync .up/.down/.bfly/.idx .b32      | =T|pred T u32 u32 u32
      vote .sync .all/.any/.uni .pred           | =T T u32
      vote .sync .ballot .b32                   | =T pred u32
      activemask .b32                           | =T
      bar .sync                                 | #
      bar .warp .sync                           | u32
      barrier .sync .aligned?                   | #
      membar .cta/.gl/.sys                      |
      fence .sc/.acq_rel .cta/.gpu/.sys         |
      bra .uni?                                 | L
      ret .uni?                                 |
      exit                                      |
      trap                                      |
      """
          .replace("UNSIGNEDS", COMPARE_UNSIGNED)
          .replace("FLOATS", COMPARE_FLOAT)
          .replace("COMPARE", COMPARE)
          .replace("CVTINT", CVT_INTEGERS)
          .replace("INTEGERS", INTEGERS)
          .replace("STORED", STORED)
          .replace("TOWHOLE", TO_WHOLE)
          .replace("ROUND", ROUND)
          .replace("ANY", ANY);

  private static final Map<Opcode, List<Form>> FORMS = read();

  private static Map<Opcode, List<Form>> read() {
    var forms = new EnumMap<Opcode, List<Form>>(Opcode.class);
    for (String row : TABLE.lines().toList()) {
      Form form = Form.read(row);
      forms.computeIfAbsent(form.opcode(), o -> new ArrayList<>()).add(form);
    }
    return forms;
  }

  /** As written in a source. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the thread ends here. */
  boolean ends() {
    return this == RET || this == EXIT || this == TRAP;
  }

  /** The rows of the table. */
  List<Form> forms() {
    return FORMS.getOrDefault(this, List.of());
  }

  static @Nullable Opcode named(String text) {
    return Arrays.stream(values()).filter(o -> o.text().equals(text)).findFirst().orElse(null);
  }
}
