package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.StridedLoop.Operand;
import dev.hone.tensor.DType;
import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Binary;
import dev.hone.tensor.backend.Unary;

/** Launches the kernels of elementwise.ptx. */
final class ElementwiseKernels {
  private static final String FAMILY = "elementwise";
  private static final int CLAMP = 10;
  private static final int TO_INT = 11;
  private static final int TO_FLOAT = 12;
  private static final int ON_INTEGERS = 16;

  private final CudaBackend backend;

  ElementwiseKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** The numbers that elementwise.ptx gives the functions. */
  private static int code(Unary f) {
    return switch (f) {
      case NEGATE -> 0;
      case EXP -> 1;
      case LOG -> 2;
      case SQRT -> 3;
      case RECIPROCAL -> 4;
      case TANH -> 5;
      case SIGMOID -> 6;
      case RELU -> 7;
      case ABS -> 8;
      case SIGN -> 9;
    };
  }

  private static int code(Binary f) {
    return switch (f) {
      case PLUS -> 0;
      case MINUS -> 1;
      case TIMES -> 2;
      case DIVIDED_BY -> 3;
      case POW -> 4;
      case MINIMUM -> 5;
      case MAXIMUM -> 6;
      case LESS -> 7;
      case LESS_EQUAL -> 8;
      case GREATER -> 9;
      case GREATER_EQUAL -> 10;
      case EQUAL -> 11;
      case NOT_EQUAL -> 12;
      case WHERE_POSITIVE -> 13;
    };
  }

  Tensor unary(Unary f, Tensor x) {
    return unary(code(f), x, DType.FLOAT32, 0, 0);
  }

  Tensor clamp(Tensor x, float low, float high) {
    return unary(CLAMP, x, DType.FLOAT32, low, high);
  }

  /** float32 to int32 or back. */
  Tensor cast(Tensor x, DType to) {
    return unary(to == DType.INT32 ? TO_INT : TO_FLOAT, x, to, 0, 0);
  }

  private Tensor unary(int code, Tensor x, DType type, float low, float high) {
    Tensor y = backend.empty(x.shape(), type, x.arena());
    Operand row = Operand.rowMajor(x.shape());
    for (StridedLoop loop : StridedLoop.over(x.shape(), row, Operand.of(CudaBackend.layout(x)))) {
      Arguments arguments =
          new Arguments()
              .address(CudaBackend.memory(y), loop.offset(0))
              .address(CudaBackend.memory(x), loop.offset(1))
              .u32(loop.elements(), code)
              .f32(low, high);
      loop.strides(loop.extents(arguments), 1);
      backend.device().launch(FAMILY, "unary", loop.elements(), arguments);
    }
    return y;
  }

  /** f of a and b, which broadcast to {@code out}. Quotients and powers of int32 are not here. */
  Tensor binary(Binary f, Tensor a, Tensor b, Shape out) {
    Tensor y = backend.empty(out, a.dtype(), Tensor.arenaOf(a, b));
    int code = code(f) + (a.dtype() == DType.INT32 ? ON_INTEGERS : 0);
    for (StridedLoop loop :
        StridedLoop.over(out, Operand.rowMajor(out), operand(a, out), operand(b, out))) {
      Arguments arguments =
          new Arguments()
              .address(CudaBackend.memory(y), loop.offset(0))
              .address(CudaBackend.memory(a), loop.offset(1))
              .address(CudaBackend.memory(b), loop.offset(2))
              .u32(loop.elements(), code);
      loop.strides(loop.strides(loop.extents(arguments), 1), 2);
      backend.device().launch(FAMILY, "binary", loop.elements(), arguments);
    }
    return y;
  }

  private static Operand operand(Tensor x, Shape out) {
    Layout.Strided layout = CudaBackend.layout(x);
    return Operand.of(layout, out);
  }

  /** a where c is not 0, else b. */
  Tensor where(Tensor c, Tensor a, Tensor b, Shape out) {
    Tensor y = backend.empty(out, a.dtype(), Tensor.arenaOf(c, a, b));
    int mask = c.dtype() == DType.FLOAT32 ? Integer.MAX_VALUE : -1;
    for (StridedLoop loop :
        StridedLoop.over(
            out, Operand.rowMajor(out), operand(c, out), operand(a, out), operand(b, out))) {
      Arguments arguments =
          new Arguments()
              .address(CudaBackend.memory(y), loop.offset(0))
              .address(CudaBackend.memory(c), loop.offset(1))
              .address(CudaBackend.memory(a), loop.offset(2))
              .address(CudaBackend.memory(b), loop.offset(3))
              .u32(loop.elements(), mask);
      loop.strides(loop.strides(loop.strides(loop.extents(arguments), 1), 2), 3);
      backend.device().launch(FAMILY, "choose", loop.elements(), arguments);
    }
    return y;
  }
}
