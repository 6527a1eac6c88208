package dev.hone.kernels.cudnn;

import dev.hone.kernels.cuda.CachingAllocator;
import dev.hone.kernels.cuda.DeviceMemory;
import dev.hone.kernels.cuda.DnnProvider.ConvolutionShapes;
import dev.hone.kernels.cuda.DnnProvider.Pool;
import dev.hone.kernels.cuda.EmulatorDriver;
import dev.hone.kernels.cuda.GpuStream;
import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.tensor.Convolution;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.backend.MathMode;
import java.io.PrintStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs our provider on the real cuDNN, in a JVM of its own. Without a device cuDNN makes no handle,
 * so its calls get a null one: descriptors and sizes are checked for real, and of each call that
 * would run something cuDNN's log tells the arguments before it is refused.
 */
final class CudnnRealMain {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private CudnnRealMain() {}

  public static void main(String[] args) {
    var real = new JcudnnCalls();
    OUT.println("version " + real.getVersion());
    CudnnCalls cudnn =
        (CudnnCalls)
            Proxy.newProxyInstance(
                CudnnRealMain.class.getClassLoader(),
                new Class<?>[] {CudnnCalls.class},
                new WithoutDevice(real));
    try (var driver = new EmulatorDriver(EmulatorOptions.fast(), 1);
        GpuStream stream = driver.newStream()) {
      var allocator = new CachingAllocator(driver);
      var cublas = new FakeCublas(FakeMemory.of(driver));
      try (var provider = new CudnnProvider(cudnn, cublas, allocator, MathMode.FMA)) {
        outputs(new Descriptors(real));
        work(provider, stream, allocator, args[0]);
      }
    }
  }

  /** Sizes as cuDNN computes them, of even and odd shapes; the plan compares them with ours. */
  private static void outputs(Descriptors make) {
    for (int[] s :
        new int[][] {
          {1, 1, 1, 1, 1, 1, 1, 0, 1},
          {128, 16, 32, 32, 32, 3, 2, 1, 1},
          {7, 5, 13, 9, 3, 5, 3, 2, 1},
          {2, 3, 17, 19, 4, 3, 1, 2, 2}
        }) {
      var shapes =
          new ConvolutionShapes(
              Shape.of(s[0], s[1], s[2], s[3]),
              Shape.of(s[4], s[1], s[5], s[5]),
              new Convolution(s[6], s[7], s[8]));
      int[] dims = new int[4];
      try (var x = make.tensor(shapes.x());
          var w = make.filter(shapes.w());
          var c = make.convolution(shapes.geometry(), MathMode.FMA)) {
        make.check(
            make.cudnn().getConvolution2dForwardOutputDim(c.raw(), x.raw(), w.raw(), dims),
            "get the output of " + shapes);
      }
      OUT.println("output " + Shape.of(dims).equals(shapes.y()) + " " + Shape.of(dims));
    }
  }

  /** A buffer for each argument, so that none can be taken for another. */
  private static DeviceMemory named(String name, CachingAllocator allocator, GpuStream stream) {
    DeviceMemory memory = allocator.allocate(4096, stream);
    OUT.println("address %s 0x%x".formatted(name, memory.address()));
    return memory;
  }

  private static void work(
      CudnnProvider p, GpuStream stream, CachingAllocator allocator, String last) {
    var shapes =
        new ConvolutionShapes(Shape.of(2, 3, 7, 6), Shape.of(5, 3, 3, 3), new Convolution(2, 1));
    DeviceMemory x = named("x", allocator, stream);
    DeviceMemory w = named("w", allocator, stream);
    DeviceMemory y = named("y", allocator, stream);
    DeviceMemory dx = named("dx", allocator, stream);
    DeviceMemory dw = named("dw", allocator, stream);
    DeviceMemory dy = named("dy", allocator, stream);
    p.convolution(stream, shapes, x, w, y, false);
    p.convolutionInputGradient(stream, shapes, dy, w, dx, true);
    p.convolutionWeightGradient(stream, shapes, dy, x, dw, false);
    Shape image = shapes.x();
    var window = new Pooling(3, 2, 1);
    p.pool(stream, Pool.MAX, window, image, x, y);
    p.poolGradient(stream, Pool.AVERAGE, window, image, dy, y, x, dx);
    DeviceMemory gamma = named("gamma", allocator, stream);
    DeviceMemory beta = named("beta", allocator, stream);
    DeviceMemory mean = named("mean", allocator, stream);
    DeviceMemory spread = named("spread", allocator, stream);
    DeviceMemory dgamma = named("dgamma", allocator, stream);
    DeviceMemory dbeta = named("dbeta", allocator, stream);
    p.batchNormTraining(stream, image, 1e-5, x, gamma, beta, y, mean, spread);
    OUT.println("done");
    // Last and alone: with a null handle cuDNN 9.5 ends the process, once it has told the
    // arguments.
    if (last.equals("gradient")) {
      p.batchNormGradient(stream, image, 1e-5, dy, x, gamma, mean, spread, dx, dgamma, dbeta);
    } else {
      p.batchNormInference(stream, image, 1e-5, x, gamma, beta, mean, spread, y);
    }
  }

  /** What needs a device is answered here; what is refused for want of one goes on. */
  private record WithoutDevice(CudnnCalls real) implements InvocationHandler {
    private static final int CHOSEN = 1;
    private static final int FMA = 3;

    @Override
    @SuppressWarnings("unchecked")
    public Object invoke(Object proxy, Method method, Object[] args) throws Throwable {
      String name = method.getName();
      if (name.equals("create") || name.equals("destroy") || name.equals("setStream")) {
        return 0;
      }
      if (name.startsWith("getConvolution") && name.endsWith("Algorithm")) {
        ((List<Algorithm>) args[args.length - 1]).add(new Algorithm(CHOSEN, 0, true, FMA, 0));
        return 0;
      }
      if (name.endsWith("WorkspaceSize")) {
        ((long[]) args[args.length - 1])[0] = 1024;
        return 0;
      }
      Object answer;
      try {
        answer = method.invoke(real, args);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
      if (args != null && args[0] instanceof jcuda.jcudnn.cudnnHandle) {
        OUT.println(name + " " + real.getErrorString((int) answer));
        return 0;
      }
      return answer;
    }
  }
}
