package dev.hone.kernels.ptx;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;

/** Turns a program into a class with one method for each region. */
final class Translator {
  static final ClassDesc FRAME = ClassDesc.ofDescriptor(ThreadFrame.class.descriptorString());

  /** The local that holds the frame in a region's method. */
  static final int FRAME_LOCAL = 0;

  private static final ClassDesc THIS = ClassDesc.of("dev.hone.kernels.ptx.GeneratedKernel");
  private static final MethodTypeDesc REGION = MethodTypeDesc.of(CD_int, FRAME);

  /** HotSpot leaves methods of more bytes to its interpreter. */
  private static final int COMPILED = 8000;

  private final Program program;
  private final Liveness liveness;

  /** The class and where its regions end. */
  record Translation(TranslatedKernel kernel, Regions regions) {}

  Translator(Program program) {
    this.program = program;
    this.liveness = new Liveness(program.code());
  }

  Translation translate() {
    int longest = Integer.MAX_VALUE;
    while (true) {
      var regions = new Regions(program.code(), longest);
      byte[] bytes = ClassFile.of().build(THIS, c -> define(c, regions));
      int shortest = 16;
      if (largest(bytes) <= COMPILED || longest <= shortest) {
        return new Translation(load(bytes), regions);
      }
      longest = Math.max(shortest, Math.min(longest / 2, 512));
    }
  }

  private static int largest(byte[] bytes) {
    ClassModel model = ClassFile.of().parse(bytes);
    return model.methods().stream()
        .flatMap(m -> m.code().stream())
        .mapToInt(c -> ((CodeAttribute) c).codeLength())
        .max()
        .orElse(0);
  }

  private TranslatedKernel load(byte[] bytes) {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      return (TranslatedKernel)
          lookup
              .defineHiddenClass(bytes, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the translation of " + program.name() + " does not load", e);
    }
  }

  private void define(ClassBuilder c, Regions regions) {
    c.withFlags(ClassFile.ACC_FINAL);
    c.withInterfaceSymbols(ClassDesc.ofDescriptor(TranslatedKernel.class.descriptorString()));
    c.withMethodBody(
        INIT_NAME,
        MTD_void,
        0,
        code -> code.aload(0).invokespecial(CD_Object, INIT_NAME, MTD_void).return_());
    c.withMethodBody(
        "run",
        MethodTypeDesc.of(CD_int, FRAME, CD_int),
        ClassFile.ACC_PUBLIC,
        code -> dispatch(code, regions.count()));
    for (int region = 0; region < regions.count(); region++) {
      int r = region;
      c.withMethodBody(
          "region" + r,
          REGION,
          ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE,
          code -> new RegionWriter(program, liveness, regions, r, code).write());
    }
  }

  private static void dispatch(CodeBuilder code, int count) {
    List<SwitchCase> cases = new ArrayList<>();
    Label none = code.newLabel();
    for (int r = 0; r < count; r++) {
      cases.add(SwitchCase.of(r, code.newLabel()));
    }
    code.iload(2).tableswitch(0, count - 1, none, cases);
    for (int r = 0; r < count; r++) {
      code.labelBinding(cases.get(r).target());
      code.aload(1).invokestatic(THIS, "region" + r, REGION).ireturn();
    }
    code.labelBinding(none);
    code.iconst_m1().ireturn();
  }
}
