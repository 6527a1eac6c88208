package dev.hone.kernels.cuda;

import dev.hone.kernels.ptx.PtxModule;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.driver.JITOptions;

/** A GPU of NVIDIA's, by the CUDA driver. Thin: each method is the call it is named after. */
public final class CudaDriver implements GpuDriver {
  private static final int LOG_BYTES = 16 << 10;

  private final CUdevice device;
  private final CUcontext context;
  private final GpuProperties properties;
  private boolean closed;

  private CudaDriver(CUdevice device, CUcontext context, GpuProperties properties) {
    this.device = device;
    this.context = context;
    this.properties = properties;
  }

  /**
   * Opens the device {@code ordinal}.
   *
   * @throws GpuException with the reason and a way out, if there is none
   */
  public static CudaDriver open(int ordinal) {
    CudaProbe probe = CudaProbe.look();
    if (!probe.usable()) {
      throw new GpuException(probe.reason());
    }
    if (ordinal < 0 || ordinal >= probe.devices()) {
      throw new GpuException(
          "no device %d: this machine has %d, counted from 0".formatted(ordinal, probe.devices()));
    }
    JcudaNatives.load(List.of("jcuda.driver.JCudaDriver"));
    JCudaDriver.setExceptionsEnabled(false);
    CudaStatus.check(JCudaDriver.cuInit(0), "cuInit");
    var device = new CUdevice();
    CudaStatus.check(JCudaDriver.cuDeviceGet(device, ordinal), "cuDeviceGet");
    GpuProperties properties = propertiesOf(device, ordinal);
    var context = new CUcontext();
    CudaStatus.check(
        JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
    return new CudaDriver(device, context, properties);
  }

  private static GpuProperties propertiesOf(CUdevice device, int ordinal) {
    byte[] name = new byte[256];
    CudaStatus.check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    long[] bytes = {0};
    CudaStatus.check(JCudaDriver.cuDeviceTotalMem(bytes, device), "cuDeviceTotalMem");
    return new GpuProperties(
        untilZero(name),
        ordinal,
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
        attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
        bytes[0]);
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = {0};
    CudaStatus.check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value[0];
  }

  private static String untilZero(byte[] text) {
    int length = 0;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    return new String(text, 0, length, StandardCharsets.UTF_8);
  }

  /** Makes this device the calling thread's: the driver keeps one for each thread. */
  void use() {
    if (closed) {
      throw new IllegalStateException("cuda: used after it was closed");
    }
    CudaStatus.check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  /** Whether handles can still be given back; with the device, they are gone already. */
  boolean alive() {
    return !closed;
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public GpuProperties properties() {
    return properties;
  }

  @Override
  public long freeBytes() {
    use();
    long[] free = {0};
    long[] total = {0};
    CudaStatus.check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
    return free[0];
  }

  @Override
  public DeviceMemory allocate(long bytes) {
    use();
    var address = new CudaAddress();
    CudaStatus.check(
        JCudaDriver.cuMemAlloc(address, bytes), "cuMemAlloc of %d bytes".formatted(bytes));
    return new DeviceMemory(address.value(), bytes, this::free);
  }

  private void free(long address) {
    if (alive()) {
      use();
      CudaStatus.check(JCudaDriver.cuMemFree(new CudaAddress(address)), "cuMemFree");
    }
  }

  @Override
  public PinnedMemory allocatePinned(long bytes) {
    use();
    var host = new CudaAddress();
    CudaStatus.check(
        JCudaDriver.cuMemHostAlloc(host, bytes, 0), "cuMemHostAlloc of %d bytes".formatted(bytes));
    MemorySegment segment = MemorySegment.ofAddress(host.value()).reinterpret(bytes);
    return new PinnedMemory(segment, this::freePinned);
  }

  private void freePinned(MemorySegment segment) {
    if (alive()) {
      use();
      Pointer host = CudaAddress.host(segment);
      CudaStatus.check(JCudaDriver.cuMemFreeHost(host), "cuMemFreeHost");
    }
  }

  @Override
  public GpuModule load(String ptx, String name) {
    PtxModule parsed = PtxModule.parse(ptx, name);
    use();
    byte[] text = (ptx + "\0").getBytes(StandardCharsets.UTF_8);
    var options = new JITOptions();
    options.putBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER, new byte[LOG_BYTES]);
    options.putInt(CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, LOG_BYTES);
    var module = new CUmodule();
    int status = JCudaDriver.cuModuleLoadDataJIT(module, Pointer.to(text), options);
    if (status != 0) {
      String log = untilZero(options.getBytes(CUjit_option.CU_JIT_ERROR_LOG_BUFFER)).strip();
      CudaStatus.check(status, "%s: cuModuleLoadDataEx (%s)".formatted(name, log));
    }
    return new CudaModule(this, parsed, module);
  }

  @Override
  public GpuStream newStream() {
    use();
    var stream = new CUstream();
    CudaStatus.check(
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "cuStreamCreate");
    return new CudaStream(this, stream);
  }

  @Override
  public GpuEvent newEvent() {
    use();
    var event = new CUevent();
    CudaStatus.check(
        JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT), "cuEventCreate");
    return new CudaEvent(this, event);
  }

  /**
   * The stream as JCuda knows it, for libraries that put work on it.
   *
   * @throws IllegalArgumentException if it is not a stream of this kind of driver
   */
  public static CUstream handle(GpuStream stream) {
    if (stream instanceof CudaStream cuda) {
      return cuda.handle();
    }
    throw new IllegalArgumentException(
        "stream: cuBLAS and cuDNN need one of the CUDA driver, but this is a "
            + stream.getClass().getSimpleName());
  }

  /** A place on the device as JCuda knows it, for libraries that work on it. */
  public static Pointer pointer(long address) {
    return new CudaAddress(address);
  }

  @Override
  public void synchronize() {
    use();
    CudaStatus.check(JCudaDriver.cuCtxSynchronize(), "cuCtxSynchronize");
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      CudaStatus.check(JCudaDriver.cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease");
    }
  }
}
