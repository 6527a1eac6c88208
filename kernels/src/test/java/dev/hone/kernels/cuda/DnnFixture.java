package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hone.kernels.ptx.EmulatorOptions;
import dev.hone.kernels.ptx.Schedule;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** An emulated device, and the oracle beside it. */
final class DnnFixture implements AutoCloseable {
  final EmulatorDriver driver;
  final DirectStream stream;
  final CachingAllocator allocator;
  final Backend oracle = ReferenceBackend.float64();
  private final List<DeviceMemory> held = new ArrayList<>();

  DnnFixture(EmulatorOptions options) {
    driver = new EmulatorDriver(options, 5);
    stream = new DirectStream(driver);
    allocator = new CachingAllocator(driver, false, true);
  }

  /** Every order in which warps may run, with all sanitizers. */
  static Stream<EmulatorOptions> schedules() {
    EmulatorOptions checked = EmulatorOptions.checked();
    return Stream.of(
        checked,
        checked.withSchedule(Schedule.REVERSE),
        checked.withSchedule(Schedule.random(1)),
        checked.withSchedule(Schedule.random(2)));
  }

  /** Numbers of both signs, no two of them alike. */
  Tensor numbers(Shape shape, int seed) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i * 0.7 + seed);
    }
    return Tensor.of(oracle, shape, values);
  }

  DeviceMemory upload(Tensor t) {
    DeviceMemory to = empty(t.shape());
    driver.emulator().copyIn(to.address(), MemorySegment.ofArray(floats(t)));
    return to;
  }

  private static float[] floats(Tensor t) {
    double[] values = t.toDoubles();
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values[i];
    }
    return out;
  }

  /** Memory that nothing wrote yet: reading it is a fault. */
  DeviceMemory empty(Shape shape) {
    DeviceMemory memory = allocator.allocate((long) shape.size() * Float.BYTES, stream);
    held.add(memory);
    return memory;
  }

  /** What {@code from} holds, as the oracle's. */
  Tensor read(DeviceMemory from, Shape shape) {
    return Tensor.of(oracle, shape, download(from));
  }

  float[] download(DeviceMemory from) {
    return driver.emulator().floats(from.address(), (int) (from.bytes() / Float.BYTES));
  }

  /** Each element to within {@code tolerance} of the largest. */
  void assertHolds(Tensor expected, DeviceMemory actual, double tolerance, String what) {
    double[] want = expected.toDoubles();
    float[] got = download(actual);
    double largest = 1e-30;
    for (double v : want) {
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < want.length; i++) {
      assertEquals(want[i], got[i], tolerance * largest, what + " at " + i);
    }
  }

  /** Takes the lines that ran on this device out of {@code missed}. */
  void cover(GpuModule module, Map<Integer, String> missed) {
    driver.emulator().coverage(module.ptx()).forEach(missed::remove);
  }

  /** Every line of a family that holds an instruction. */
  static Map<Integer, String> lines(String family) {
    var module = dev.hone.kernels.ptx.PtxModule.parse(PtxFamily.source(family), family);
    var lines = new TreeMap<Integer, String>();
    module
        .entries()
        .forEach(e -> new TreeSet<>(e.lines()).forEach(n -> lines.put(n, module.line(n))));
    return lines;
  }

  /** Gives the tensors back; whatever is left then leaked from a launcher. */
  @Override
  public void close() {
    held.forEach(DeviceMemory::close);
    assertEquals(List.of(), allocator.leaks());
    allocator.close();
    driver.close();
  }
}
