package dev.hone.kernels.ptx;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes the method of one region: registers become locals, control flow becomes jumps. */
final class RegionWriter {
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  private static final ClassDesc FAILURE = ClassDesc.of("java.lang.RuntimeException");

  private final Program program;
  private final Liveness liveness;
  private final Regions regions;
  private final int region;
  private final CodeBuilder code;
  private final BitSet instructions;
  private final Map<Integer, Label> labels = new HashMap<>();
  private final BitSet written = new BitSet();
  private final int fuel;
  private final RegionCells cells;
  private final MemoryWriter memory;

  RegionWriter(Program program, Liveness liveness, Regions regions, int region, CodeBuilder code) {
    this.program = program;
    this.liveness = liveness;
    this.regions = regions;
    this.region = region;
    this.code = code;
    this.instructions = regions.instructions(region);
    this.fuel = code.allocateLocal(TypeKind.INT);
    this.cells = new RegionCells(program, code);
    this.memory = new MemoryWriter(cells, code);
  }

  void write() {
    prologue();
    if (instructions.nextSetBit(0) != regions.start(region)) {
      code.goto_(label(regions.start(region))); // a loop reaches back before the start
    }
    for (int at = instructions.nextSetBit(0); at >= 0; at = instructions.nextSetBit(at + 1)) {
      code.labelBinding(label(at));
      int cut = regions.cutBefore(region, at);
      if (cut >= 0) {
        leave(cut, liveness.before(at));
      } else {
        instruction(program.code().get(at), at);
      }
    }
  }

  private Label label(int at) {
    return labels.computeIfAbsent(at, n -> code.newLabel());
  }

  // ---- Registers -------------------------------------------------------------------------------

  /** Loads what is live and used; the rest begins as 0 for the JVM's verifier. */
  private void prologue() {
    code.aload(Translator.FRAME_LOCAL).getfield(Translator.FRAME, "fuel", CD_int).istore(fuel);
    var used = new BitSet();
    for (int at = instructions.nextSetBit(0); at >= 0; at = instructions.nextSetBit(at + 1)) {
      if (regions.cutBefore(region, at) < 0) {
        Program.Code c = program.code().get(at);
        c.reads().forEach(used::set);
        if (!Regions.isSync(c)) {
          c.writes().forEach(used::set);
          c.writes().forEach(written::set);
        }
      }
    }
    BitSet live = liveness.before(regions.start(region));
    for (int c = used.nextSetBit(0); c >= 0; c = used.nextSetBit(c + 1)) {
      if (live.get(c)) {
        cells.fromFrame(cells.cell(c));
        code.storeLocal(cells.cell(c).bank().kind(), cells.local(c));
      } else {
        cells.zero(cells.cell(c).bank());
        code.storeLocal(cells.cell(c).bank().kind(), cells.local(c));
      }
    }
  }

  /** Saves what is wanted later and returns the sync point's number. */
  private void leave(int point, BitSet live) {
    for (int c = live.nextSetBit(0); c >= 0; c = live.nextSetBit(c + 1)) {
      if (written.get(c)) {
        Bank bank = cells.cell(c).bank();
        code.aload(Translator.FRAME_LOCAL)
            .getfield(Translator.FRAME, RegionCells.field(bank), bank.carrier().arrayType())
            .loadConstant(c)
            .loadLocal(bank.kind(), cells.local(c))
            .arrayStore(bank.kind());
      }
    }
    code.aload(Translator.FRAME_LOCAL).iload(fuel).putfield(Translator.FRAME, "fuel", CD_int);
    code.loadConstant(point).ireturn();
  }

  // ---- Instructions ----------------------------------------------------------------------------

  private void instruction(Program.Code c, int at) {
    if (c.micros().size() == 1 && c.micros().getFirst() instanceof Micro.Branch b) {
      branch(c, b, at);
      return;
    }
    Label skip = code.newLabel();
    if (c.guard() >= 0) {
      cells.push(c.guard());
      if (c.negated()) {
        code.ifne(skip);
      } else {
        code.ifeq(skip);
      }
    }
    if (Regions.isSync(c)) {
      BitSet wanted = (BitSet) liveness.before(Math.min(at + 1, program.code().size())).clone();
      c.writes().forEach(wanted::clear);
      c.reads().forEach(wanted::set);
      leave(regions.syncPoint(at), wanted);
    } else {
      c.micros().forEach(this::micro);
    }
    code.labelBinding(skip);
  }

  private void branch(Program.Code c, Micro.Branch b, int at) {
    Label past = code.newLabel();
    if (c.guard() >= 0) {
      cells.push(c.guard());
      if (c.negated()) {
        code.ifne(past);
      } else {
        code.ifeq(past);
      }
    }
    if (b.target() <= at) {
      Label go = code.newLabel();
      code.iinc(fuel, -1).iload(fuel).ifge(go);
      stop(true);
      code.labelBinding(go);
    }
    code.goto_(label(b.target()));
    code.labelBinding(past);
  }

  private void stop(boolean endless) {
    code.loadConstant(endless ? 1 : 0)
        .invokestatic(TranslatedMemory.DESC, "stopped", MethodTypeDesc.of(FAILURE, CD_int))
        .athrow();
  }

  private void micro(Micro m) {
    switch (m) {
      case Micro.Scalar s -> scalar(s);
      case Micro.Load l -> memory.load(l);
      case Micro.Store s -> memory.store(s);
      case Micro.Atomic a -> memory.atomic(a);
      case Micro.Exit e -> {
        if (e.trap()) {
          stop(false);
        } else {
          code.iconst_m1().ireturn();
        }
      }
      case Micro.Fence f -> {}
      case Micro.ActiveMask a ->
          throw new IllegalArgumentException(
              program.name()
                  + ": activemask depends on how lanes are scheduled and cannot be translated; use"
                  + " vote.sync.ballot, or the interpreter");
      case Micro.Branch b -> throw new IllegalStateException("not here: " + b);
      case Micro.Shuffle s -> throw new IllegalStateException("not here: " + s);
      case Micro.Vote v -> throw new IllegalStateException("not here: " + v);
      case Micro.Barrier b -> throw new IllegalStateException("not here: " + b);
      case Micro.WarpBarrier b -> throw new IllegalStateException("not here: " + b);
    }
  }

  private void scalar(Micro.Scalar s) {
    List<Bank> parameters = s.semantic().parameters();
    for (int n = 0; n < parameters.size(); n++) {
      cells.pushAs(s.sources().get(n), parameters.get(n));
    }
    switch (s.semantic().name()) {
      case "addI32" -> code.iadd();
      case "subI32" -> code.isub();
      case "mulLoI32" -> code.imul();
      case "andI32" -> code.iand();
      case "orI32" -> code.ior();
      case "xorI32" -> code.ixor();
      case "addI64" -> code.ladd();
      case "subI64" -> code.lsub();
      case "mulLoI64" -> code.lmul();
      case "addF32" -> code.fadd();
      case "subF32" -> code.fsub();
      case "mulF32" -> code.fmul();
      case "divF32" -> code.fdiv();
      case "fmaF32" ->
          code.invokestatic(MATH, "fma", MethodTypeDesc.of(CD_float, CD_float, CD_float, CD_float));
      case "movI16", "movI32", "movI64", "movF32", "movF64", "movPred" -> {}
      default ->
          code.invokestatic(s.semantic().ownerDesc(), s.semantic().name(), s.semantic().typeDesc());
    }
    Reinterpretation.emit(code, s.semantic().result(), cells.cell(s.d()).bank());
    cells.pop(s.d());
  }
}
