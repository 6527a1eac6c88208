package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.cuda.DnnProvider.Pool;
import dev.hone.kernels.cuda.DnnProvider.ProductShapes;
import dev.hone.kernels.cuda.FusedDnnProvider.Epilogue;
import dev.hone.kernels.cuda.FusedDnnProvider.GradientEpilogue;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ops that a {@link DnnProvider} computes. It takes only row-major operands that are not empty;
 * what is missing to the backend's contract is done here: copies of views, nothing at all, and what
 * follows a convolution.
 */
final class DnnOps {
  private final CudaBackend backend;
  private final DnnProvider dnn;
  private final PoolingKernels pooling;

  DnnOps(CudaBackend backend, DnnProvider dnn) {
    this.backend = backend;
    this.dnn = dnn;
    this.pooling = new PoolingKernels(backend.device().driver(), backend.device().allocator());
  }

  // ---- products ----

  /** One of a product's matrices as the provider wants it. */
  private record Matrices(Tensor values, boolean transposed, boolean shared) {}

  Tensor matmul(Tensor a, Tensor b, Shape out) {
    Arena arena = Tensor.arenaOf(a, b);
    int m = out.dim(-2);
    int n = out.dim(-1);
    int k = a.shape().dim(-1);
    if (out.size() == 0 || k == 0) {
      return backend.full(out, DType.FLOAT32, 0, arena);
    }
    Tensor y = backend.empty(out, DType.FLOAT32, arena);
    try (Arena temporary = new Arena()) {
      Shape lead = leading(out);
      Matrices left = matrices(a.in(temporary), lead);
      Matrices right = matrices(b.in(temporary), lead);
      // Where all products share b, their rows are rows of one product.
      boolean fold = right.shared() && !left.shared() && !left.transposed();
      ProductShapes shapes =
          fold
              ? new ProductShapes(1, lead.size() * m, n, k, false, right.transposed(), false, false)
              : new ProductShapes(
                  lead.size(),
                  m,
                  n,
                  k,
                  left.transposed(),
                  right.transposed(),
                  left.shared() && lead.size() > 1,
                  right.shared() && lead.size() > 1);
      DeviceMemory aw = CudaBackend.words(left.values());
      DeviceMemory bw = CudaBackend.words(right.values());
      backend.device().put(s -> dnn.matmul(s, shapes, aw, bw, CudaBackend.words(y), false));
    }
    return y;
  }

  private static Shape leading(Shape s) {
    return Shape.of(Arrays.copyOf(s.dims(), s.rank() - 2));
  }

  /** x as it is where the provider can read it so, else expanded to {@code lead} and copied. */
  private static Matrices matrices(Tensor x, Shape lead) {
    boolean shared = leading(x.shape()).size() == 1 && lead.size() > 1;
    Tensor all = x;
    if (!shared && !leading(x.shape()).equals(lead)) {
      Shape expanded = lead.inserting(-1, x.shape().dim(-2)).inserting(-1, x.shape().dim(-1));
      all = x.expand(expanded);
    }
    if (!CudaBackend.layout(all).isContiguous()
        && CudaBackend.layout(all.transpose()).isContiguous()) {
      return new Matrices(all.transpose(), true, shared);
    }
    return new Matrices(all.contiguous(), false, shared);
  }

  // ---- convolution ----

  Tensor convolution(
      Tensor x,
      Tensor w,
      @Nullable Tensor bias,
      @Nullable Tensor residual,
      boolean relu,
      Convolution c) {
    Arena arena = Tensor.arenaOf(x, w, bias, residual);
    var shapes = new ConvolutionShapes(x.shape(), w.shape(), c);
    Tensor y = emptyOrZeros(shapes.y(), x.shape().size() == 0 || w.shape().size() == 0, arena);
    if (y.shape().size() == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      Tensor b = bias == null ? null : bias.in(temporary).contiguous();
      Tensor r = residual == null ? null : residual.in(temporary).contiguous();
      boolean nothing = x.shape().size() == 0 || w.shape().size() == 0;
      if (!nothing && dnn instanceof FusedDnnProvider fused) {
        DeviceMemory xw = rowMajor(x, temporary);
        DeviceMemory ww = rowMajor(w, temporary);
        var epilogue = new Epilogue(wordsOrNull(b), wordsOrNull(r), relu);
        backend
            .device()
            .put(s -> fused.convolution(s, shapes, xw, ww, CudaBackend.words(y), epilogue));
        return y;
      }
      if (!nothing) {
        DeviceMemory xw = rowMajor(x, temporary);
        DeviceMemory ww = rowMajor(w, temporary);
        backend.device().put(s -> dnn.convolution(s, shapes, xw, ww, CudaBackend.words(y), false));
      }
      if (b != null || r != null || relu) {
        finish(y, b, r, relu);
      }
    }
    return y;
  }

  private static @Nullable DeviceMemory wordsOrNull(@Nullable Tensor x) {
    return x == null ? null : CudaBackend.words(x);
  }

  /** y = act(y + bias + residual), in place. */
  private void finish(Tensor y, @Nullable Tensor bias, @Nullable Tensor residual, boolean relu) {
    Shape s = y.shape();
    Arguments arguments =
        new Arguments()
            .tensor(y)
            .tensor(bias)
            .tensor(residual)
            .u32(s.size(), s.dim(1), s.dim(2) * s.dim(3), relu ? 1 : 0);
    backend.device().launch("finish", "finish", s.size(), arguments);
  }

  private Tensor emptyOrZeros(Shape shape, boolean zeros, @Nullable Arena arena) {
    return zeros
        ? backend.full(shape, DType.FLOAT32, 0, arena)
        : backend.empty(shape, DType.FLOAT32, arena);
  }

  private static DeviceMemory rowMajor(Tensor x, Arena temporary) {
    return CudaBackend.words(x.in(temporary).contiguous());
  }

  Tensor convolutionInputGradient(
      Tensor dy,
      Tensor w,
      Shape x,
      Convolution c,
      @Nullable Tensor added,
      @Nullable Tensor positive) {
    Arena arena = Tensor.arenaOf(dy, w, added, positive);
    boolean nothing = dy.shape().size() == 0 || w.shape().size() == 0;
    Tensor dx = emptyOrZeros(x, nothing, arena);
    if (x.size() == 0) {
      return dx;
    }
    if (!nothing && dnn instanceof FusedDnnProvider fused) {
      inputGradient(fused, new ConvolutionShapes(x, w.shape(), c), dy, w, added, positive, dx);
      return dx;
    }
    try (Arena temporary = new Arena()) {
      if (added != null) {
        backend.assign(dx, added);
      }
      if (!nothing) {
        var shapes = new ConvolutionShapes(x, w.shape(), c);
        DeviceMemory dyw = rowMajor(dy, temporary);
        DeviceMemory ww = rowMajor(w, temporary);
        DeviceMemory dxw = CudaBackend.words(dx);
        boolean accumulate = added != null;
        backend
            .device()
            .put(s -> dnn.convolutionInputGradient(s, shapes, dyw, ww, dxw, accumulate));
      }
      if (positive != null) {
        Arguments arguments =
            new Arguments().tensor(dx).tensor(positive.in(temporary).contiguous()).u32(x.size());
        backend.device().launch("finish", "mask", x.size(), arguments);
      }
    }
    return dx;
  }

  private void inputGradient(
      FusedDnnProvider fused,
      ConvolutionShapes shapes,
      Tensor dy,
      Tensor w,
      @Nullable Tensor added,
      @Nullable Tensor positive,
      Tensor dx) {
    try (Arena temporary = new Arena()) {
      DeviceMemory dyw = rowMajor(dy, temporary);
      DeviceMemory ww = rowMajor(w, temporary);
      var epilogue =
          new GradientEpilogue(
              added == null ? null : rowMajor(added, temporary),
              positive == null ? null : rowMajor(positive, temporary));
      backend
          .device()
          .put(s ->
              fused.convolutionInputGradient(s, shapes, dyw, ww, CudaBackend.words(dx), epilogue));
    }
  }

  Tensor convolutionWeightGradient(Tensor dy, Tensor x, Shape w, Convolution c) {
    boolean nothing = dy.shape().size() == 0 || x.shape().size() == 0;
    Tensor dw = emptyOrZeros(w, nothing, Tensor.arenaOf(dy, x));
    if (w.size() == 0 || nothing) {
      return dw;
    }
    try (Arena temporary = new Arena()) {
      var shapes = new ConvolutionShapes(x.shape(), w, c);
      DeviceMemory dyw = rowMajor(dy, temporary);
      DeviceMemory xw = rowMajor(x, temporary);
      backend
          .device()
          .put(
              s -> dnn.convolutionWeightGradient(s, shapes, dyw, xw, CudaBackend.words(dw), false));
    }
    return dw;
  }

  // ---- pooling: by our own kernels, which say what becomes of ties ----

  Tensor pool(Pool kind, Tensor x, Pooling p) {
    Shape out = p.output(x.shape());
    Tensor y = backend.empty(out, DType.FLOAT32, x.arena());
    if (out.size() == 0) {
      return y;
    }
    try (Arena temporary = new Arena()) {
      DeviceMemory xw = rowMajor(x, temporary);
      backend.device().put(s -> pooling.pool(s, kind, p, x.shape(), xw, CudaBackend.words(y)));
    }
    return y;
  }

  Tensor averagePoolGradient(Tensor dy, Shape x, Pooling p) {
    Tensor dx = emptyOrZeros(x, dy.shape().size() == 0, dy.arena());
    if (dy.shape().size() == 0) {
      return dx;
    }
    try (Arena temporary = new Arena()) {
      DeviceMemory dyw = rowMajor(dy, temporary);
      DeviceMemory dxw = CudaBackend.words(dx);
      // An average's gradient does not look at x.
      backend.device().put(s -> pooling.gradient(s, Pool.AVERAGE, p, x, dyw, dyw, dxw));
    }
    return dx;
  }

  Tensor maxPoolGradient(Tensor dy, Tensor x, Pooling p) {
    Tensor dx = emptyOrZeros(x.shape(), dy.shape().size() == 0, Tensor.arenaOf(dy, x));
    if (dy.shape().size() == 0) {
      return dx;
    }
    try (Arena temporary = new Arena()) {
      DeviceMemory xw = rowMajor(x, temporary);
      DeviceMemory dyw = rowMajor(dy, temporary);
      DeviceMemory dxw = CudaBackend.words(dx);
      backend.device().put(s -> pooling.gradient(s, Pool.MAX, p, x.shape(), dyw, xw, dxw));
    }
    return dx;
  }
}
