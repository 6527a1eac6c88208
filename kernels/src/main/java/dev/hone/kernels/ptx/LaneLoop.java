package dev.hone.kernels.ptx;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Applies a semantic to the lanes of a warp: {@code for each lane i in on: d[i] = f(a[i], b[i],
 * ..)}.
 *
 * <p>The loop of each semantic is a class of its own, generated here. A loop that called the
 * semantic through an interface would serve all of them and be compiled for none; in its own class
 * the call is inlined and the loop over 32 lanes vectorised.
 */
interface LaneLoop {
  /**
   * @param cells an array of 32 values for each cell, of its bank's type
   * @param masks of predicate cells, a bit for each lane
   * @param on the lanes that take part
   */
  void run(Object[] cells, int[] masks, int d, int a, int b, int c, int e, int on);

  /** The loop for a semantic between cells of these banks; bits are reinterpreted where needed. */
  static LaneLoop of(Semantic semantic, Bank into, List<Bank> from) {
    return Generator.LOOPS.computeIfAbsent(
        new Generator.Key(semantic.name(), into, from),
        k -> new Generator(semantic, into, from).loop());
  }

  /** Writes the class of one loop. */
  final class Generator {
    /** What a loop's code depends on. */
    record Key(String semantic, Bank into, List<Bank> from) {}

    private static final Map<Key, LaneLoop> LOOPS = new ConcurrentHashMap<>();

    private static final ClassDesc THIS = ClassDesc.of("dev.hone.kernels.ptx.GeneratedLaneLoop");
    private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
    private static final int WIDTH = 32;

    // Locals of run: this, cells, masks, d, a, b, c, e, on; then ours.
    private static final int CELLS = 1;
    private static final int MASKS = 2;
    private static final int D = 3;
    private static final int ON = 8;
    private static final int LANE = 9;
    private static final int LEFT = 10;
    private static final int RESULT = 11;
    private static final int SOURCES = 12;

    private final Semantic semantic;
    private final Bank into;
    private final List<Bank> from;

    Generator(Semantic semantic, Bank into, List<Bank> from) {
      this.semantic = semantic;
      this.into = into;
      this.from = from;
    }

    private LaneLoop loop() {
      byte[] bytes = ClassFile.of().build(THIS, this::define);
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      try {
        return (LaneLoop)
            lookup
                .defineHiddenClass(bytes, true)
                .lookupClass()
                .getDeclaredConstructor()
                .newInstance();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("the loop of " + semantic.name() + " does not load", e);
      }
    }

    private void define(ClassBuilder c) {
      c.withFlags(ClassFile.ACC_FINAL);
      c.withInterfaceSymbols(ClassDesc.ofDescriptor(LaneLoop.class.descriptorString()));
      c.withMethodBody(
          INIT_NAME,
          MTD_void,
          0,
          code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
      ClassDesc[] ints = new ClassDesc[8];
      java.util.Arrays.fill(ints, CD_int);
      ints[0] = CD_Object.arrayType();
      ints[1] = CD_int.arrayType();
      c.withMethodBody("run", MethodTypeDesc.of(CD_void, ints), ClassFile.ACC_PUBLIC, this::body);
    }

    private void body(CodeBuilder code) {
      code.iconst_0().istore(RESULT);
      for (int n = 0; n < from.size(); n++) {
        array(code, D + 1 + n, from.get(n), SOURCES + n);
      }
      int target = SOURCES + from.size();
      array(code, D, into, target);
      Label some = code.newLabel();
      Label done = code.newLabel();
      code.iload(ON).iconst_m1().if_icmpne(some);
      all(code, target);
      code.goto_(done);
      code.labelBinding(some);
      each(code, target);
      code.labelBinding(done);
      if (into == Bank.PREDICATE) {
        code.aload(MASKS).iload(D);
        code.aload(MASKS).iload(D).iaload();
        code.iload(ON).iconst_m1().ixor().iand().iload(RESULT).ior().iastore();
      }
      code.return_();
    }

    /** Loads a cell's array into local {@code at}; of a predicate its mask. */
    private static void array(CodeBuilder code, int cell, Bank bank, int at) {
      if (bank == Bank.PREDICATE) {
        code.aload(MASKS).iload(cell).iaload().istore(at);
      } else {
        code.aload(CELLS).iload(cell).aaload();
        code.checkcast(bank.carrier().arrayType()).astore(at);
      }
    }

    private void all(CodeBuilder code, int target) {
      Label top = code.newLabel();
      Label end = code.newLabel();
      code.iconst_0().istore(LANE);
      code.labelBinding(top);
      code.iload(LANE).bipush(WIDTH).if_icmpge(end);
      lane(code, target);
      code.iinc(LANE, 1).goto_(top);
      code.labelBinding(end);
    }

    private void each(CodeBuilder code, int target) {
      Label top = code.newLabel();
      Label end = code.newLabel();
      code.iload(ON).istore(LEFT);
      code.labelBinding(top);
      code.iload(LEFT).ifeq(end);
      code.iload(LEFT)
          .invokestatic(INTEGER, "numberOfTrailingZeros", MethodTypeDesc.of(CD_int, CD_int))
          .istore(LANE);
      code.iload(LEFT).dup().iconst_1().isub().iand().istore(LEFT);
      lane(code, target);
      code.goto_(top);
      code.labelBinding(end);
    }

    private void lane(CodeBuilder code, int target) {
      if (into != Bank.PREDICATE) {
        code.aload(target).iload(LANE);
      }
      for (int n = 0; n < from.size(); n++) {
        Bank bank = from.get(n);
        if (bank == Bank.PREDICATE) {
          code.iload(SOURCES + n).iload(LANE).iushr().iconst_1().iand();
        } else {
          code.aload(SOURCES + n).iload(LANE).arrayLoad(bank.kind());
        }
        Reinterpretation.emit(code, bank, semantic.parameters().get(n));
      }
      code.invokestatic(semantic.ownerDesc(), semantic.name(), semantic.typeDesc());
      Reinterpretation.emit(code, semantic.result(), into);
      if (into == Bank.PREDICATE) {
        code.iload(LANE).ishl().iload(RESULT).ior().istore(RESULT);
      } else {
        code.arrayStore(into.kind());
      }
    }
  }
}
