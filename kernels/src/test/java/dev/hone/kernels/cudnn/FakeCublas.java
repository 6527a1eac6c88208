package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.EmulatorDriver;
import dev.hone.kernels.cuda.GpuStream;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;
import jcuda.jcublas.cublasHandle;

/** A cuBLAS that keeps the rules and multiplies column-major matrices as its manual defines it. */
final class FakeCublas implements CublasCalls {
  private static final int INVALID = 7;

  final FakeDescriptors handles = new FakeDescriptors();

  /** The math mode that was set last. */
  int mode = -1;

  private final FakeMemory memory;
  private final Map<Object, GpuStream> streams = new IdentityHashMap<>();
  private final Map<Object, Long> workspaces = new IdentityHashMap<>();

  FakeCublas(FakeMemory memory) {
    this.memory = memory;
  }

  @Override
  public int create(cublasHandle handle) {
    return handles.create(handle);
  }

  @Override
  public int destroy(cublasHandle handle) {
    return handles.destroy(handle);
  }

  /** Takes the workspace away, as the library does. */
  @Override
  public int setStream(cublasHandle handle, GpuStream stream) {
    handles.require(handle);
    streams.put(handle, stream);
    workspaces.remove(handle);
    return 0;
  }

  @Override
  public int setWorkspace(cublasHandle handle, long workspace, long bytes) {
    handles.require(handle);
    workspaces.put(handle, workspace);
    return workspace % 256 == 0 && bytes > 0 ? 0 : INVALID;
  }

  @Override
  public int setMathMode(cublasHandle handle, int mathMode) {
    handles.require(handle);
    mode = mathMode;
    return 0;
  }

  @Override
  public int sgemmStridedBatched(
      cublasHandle handle,
      int opA,
      int opB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      int leadingA,
      long strideA,
      long b,
      int leadingB,
      long strideB,
      float beta,
      long c,
      int leadingC,
      long strideC,
      int batch) {
    handles.require(handle);
    GpuStream stream = streams.get(handle);
    if (stream == null || !workspaces.containsKey(handle)) {
      throw new AssertionError("no stream, or no workspace after the stream");
    }
    if (leadingA < (opA == 0 ? m : k) || leadingB < (opB == 0 ? k : n) || leadingC < m) {
      return INVALID;
    }
    EmulatorDriver.enqueue(
        stream,
        () -> {
          for (int i = 0; i < batch; i++) {
            long at = a + i * strideA * Float.BYTES;
            long bt = b + i * strideB * Float.BYTES;
            float[] as = memory.floats(at, leadingA * (opA == 0 ? k : m));
            float[] bs = memory.floats(bt, leadingB * (opB == 0 ? n : k));
            float[] out = new float[m * n];
            for (int row = 0; row < m; row++) {
              for (int column = 0; column < n; column++) {
                double sum = 0;
                for (int j = 0; j < k; j++) {
                  float left = opA == 0 ? as[row + j * leadingA] : as[j + row * leadingA];
                  float right = opB == 0 ? bs[j + column * leadingB] : bs[column + j * leadingB];
                  sum += (double) left * right;
                }
                out[row + column * m] = (float) sum;
              }
            }
            memory.blend(
                c + i * strideC * Float.BYTES,
                alpha,
                Tensor.of(memory.oracle(), Shape.of(m * n), out),
                beta);
          }
        });
    return 0;
  }
}
