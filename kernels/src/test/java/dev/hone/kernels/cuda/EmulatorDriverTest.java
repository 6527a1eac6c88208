package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.kernels.ptx.Grid;
import dev.hone.kernels.ptx.KernelArgument;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmulatorDriverTest {
  private static final int N = 50;
  private static final int SEEDS = 20;

  private static float[] ramp() {
    float[] a = new float[N];
    for (int i = 0; i < N; i++) {
      a[i] = i + 1;
    }
    return a;
  }

  private static float[] constant(float value) {
    float[] a = new float[N];
    Arrays.fill(a, value);
    return a;
  }

  private static String refusal(Class<? extends Throwable> type, Executable call) {
    return String.valueOf(assertThrows(type, call).getMessage());
  }

  /** A driver, two streams and three buffers of N floats. */
  private static final class Bench implements AutoCloseable {
    final EmulatorDriver driver;
    final GpuStream one;
    final GpuStream two;
    final DeviceMemory x;
    final DeviceMemory y;
    final DeviceMemory z;
    final PinnedStaging staging;

    Bench(int seed) {
      driver = EmulatorDriver.strict(seed);
      one = driver.newStream();
      two = driver.newStream();
      x = driver.allocate(N * Float.BYTES);
      y = driver.allocate(N * Float.BYTES);
      z = driver.allocate(N * Float.BYTES);
      staging = new PinnedStaging(driver);
    }

    float[] read(GpuStream stream, DeviceMemory from) {
      float[] values = new float[N];
      staging.download(stream, values, from);
      return values;
    }

    void fill(GpuStream stream, DeviceMemory to, float value) {
      stream.fill(to, Float.floatToRawIntBits(value));
    }

    @Override
    public void close() {
      driver.close();
    }
  }

  @Test
  void aKernelComputesWhatItsArgumentsSay() {
    try (var b = new Bench(1)) {
      b.staging.upload(b.one, b.x, ramp());
      b.fill(b.one, b.y, 0.5f);
      AddKernel.on(b.driver).launch(b.one, b.y, b.x, 2);
      float[] expected = ramp();
      for (int i = 0; i < N; i++) {
        expected[i] = 2 * expected[i] + 0.5f;
      }
      assertArrayEquals(expected, b.read(b.one, b.y));
    }
  }

  /** In how many of the seeds {@code good} holds. */
  private static long count(IntPredicate good) {
    return IntStream.range(0, SEEDS).filter(good).count();
  }

  /** Two writes on one stream, read by another that waits for an event, or forgot to. */
  private static boolean readsTheLastWrite(int seed, boolean waits) {
    try (var b = new Bench(seed);
        GpuEvent written = b.driver.newEvent()) {
      b.fill(b.one, b.x, 1);
      b.one.synchronize();
      b.fill(b.one, b.x, 2);
      b.one.record(written);
      if (waits) {
        b.two.waitFor(written);
      }
      b.two.copy(b.y, b.x);
      return Arrays.equals(b.read(b.two, b.y), constant(2));
    }
  }

  @Test
  void aMissingWaitShows() {
    assertEquals(SEEDS, count(seed -> readsTheLastWrite(seed, true)));
    long lucky = count(seed -> readsTheLastWrite(seed, false));
    assertTrue(lucky > 0 && lucky < SEEDS, "right in " + lucky + " of " + SEEDS);
  }

  @Test
  void theSameSeedGivesTheSameOrder() {
    for (int seed = 0; seed < SEEDS; seed++) {
      assertEquals(readsTheLastWrite(seed, false), readsTheLastWrite(seed, false), "seed " + seed);
    }
  }

  /** Recording an event anew does not move what somebody already waits for. */
  @Test
  void waitsAreForTheRecordingOfTheirTime() {
    for (int seed = 0; seed < SEEDS; seed++) {
      try (var b = new Bench(seed);
          GpuEvent event = b.driver.newEvent()) {
        b.fill(b.one, b.x, 1);
        b.one.record(event);
        b.two.waitFor(event);
        b.two.copy(b.y, b.x);
        b.two.record(event);
        b.one.waitFor(event);
        b.fill(b.one, b.x, 3);
        b.driver.synchronize();
        assertArrayEquals(constant(1), b.read(b.two, b.y), "seed " + seed);
      }
    }
  }

  @Test
  void pinnedMemoryThatIsChangedTooEarlyShows() {
    try (var b = new Bench(3);
        PinnedMemory host = b.driver.allocatePinned(N * Float.BYTES)) {
      host.segment().fill((byte) 0);
      b.one.copyIn(b.x, host);
      host.segment().fill((byte) 0x3f);
      assertFalse(Arrays.equals(constant(0), b.read(b.one, b.x)));
    }
  }

  @Test
  void stagedArraysMayBeChangedAtOnce() {
    try (var b = new Bench(3)) {
      float[] values = ramp();
      b.staging.upload(b.one, b.x, values);
      Arrays.fill(values, -1);
      b.staging.upload(b.one, b.y, values);
      assertArrayEquals(ramp(), b.read(b.one, b.x));
      assertArrayEquals(constant(-1), b.read(b.one, b.y));
    }
  }

  @Test
  void largeArraysAreStagedInPieces() {
    try (EmulatorDriver driver = EmulatorDriver.strict(1);
        GpuStream stream = driver.newStream();
        var staging = new PinnedStaging(driver)) {
      int[] values = new int[(5 << 20) / Integer.BYTES];
      Arrays.setAll(values, i -> i);
      DeviceMemory memory = driver.allocate(5 << 20);
      staging.upload(stream, memory, values);
      int[] back = new int[values.length];
      staging.download(stream, back, memory);
      assertArrayEquals(values, back);
    }
  }

  @Test
  void uninitialisedMemoryIsNotRead() {
    try (var b = new Bench(1)) {
      b.fill(b.one, b.y, 0);
      AddKernel.on(b.driver).launch(b.one, b.y, b.x, 1);
      String message = refusal(GpuException.class, b.one::synchronize);
      assertTrue(message.startsWith("add, launched at "), message);
      assertTrue(message.contains("EmulatorDriverTest.uninitialisedMemoryIsNotRead"), message);
      assertTrue(message.contains("add.ptx:"), message);
      assertTrue(
          refusal(GpuException.class, b.two::synchronize).startsWith("the device faulted before"));
    }
  }

  @Test
  void useAfterFreeIsFound() {
    try (var b = new Bench(1)) {
      DeviceMemory slice = b.x.slice(4, 8);
      b.fill(b.one, b.y, 0);
      b.fill(b.one, b.x, 0);
      b.one.synchronize();
      AddKernel.on(b.driver).launch(b.one, b.y, b.x, 1);
      b.x.close();
      b.x.close();
      assertEquals(
          "device memory of 200 bytes: used after it was closed",
          refusal(IllegalStateException.class, b.x::argument));
      assertEquals(
          "device memory of 200 bytes: used after it was closed",
          refusal(IllegalStateException.class, () -> b.fill(b.one, slice, 1)));
      assertTrue(
          refusal(GpuException.class, b.one::synchronize).startsWith("add, launched at "),
          "the launch that still waited");
    }
  }

  @Test
  void boundsAndSizesAreHeld() {
    try (var b = new Bench(1)) {
      assertEquals(
          "device memory: no slice of 8 bytes at 196 in 200 bytes",
          refusal(IndexOutOfBoundsException.class, () -> b.x.slice(196, 8)));
      assertEquals(
          "copy: 200 bytes into a place of 100; slice the larger one",
          refusal(IllegalArgumentException.class, () -> b.one.copy(b.x.slice(0, 100), b.y)));
      String overlap =
          refusal(
              IllegalArgumentException.class,
              () -> b.one.copy(b.x.slice(0, 100), b.x.slice(96, 100)));
      assertTrue(overlap.contains("overlap"), overlap);
      String array =
          refusal(
              IllegalArgumentException.class,
              () -> b.one.copyIn(b.x, java.lang.foreign.MemorySegment.ofArray(ramp())));
      assertTrue(array.contains("must be pinned"), array);
      assertTrue(
          refusal(GpuException.class, () -> b.driver.allocate(1L << 40)).contains("left of"));
    }
  }

  @Test
  void argumentsAreHeldAgainstTheParameters() {
    try (var b = new Bench(1)) {
      GpuKernel add = AddKernel.on(b.driver).kernel();
      KernelArgument a = new KernelArgument.Float(1);
      KernelArgument n = new KernelArgument.Int(N);
      KernelArgument x = b.x.argument();
      var refused = new ArrayList<String>();
      for (List<KernelArgument> wrong :
          List.of(
              List.of(x, x, a),
              List.of(x, x, n, a),
              List.of(x, n, a, n),
              List.<KernelArgument>of(x, new KernelArgument.Long(3), a, n))) {
        refused.add(
            refusal(
                IllegalArgumentException.class, () -> b.one.launch(add, Grid.of(2, 32), 0, wrong)));
      }
      assertEquals("add: takes 4 arguments (y, x, a, n), but got 3", refused.get(0));
      assertTrue(
          refused.get(1).startsWith("add: parameter 2, a, is .f32, but got "), refused::toString);
      assertTrue(refused.get(2).startsWith("add: parameter 1, x, is .u64, an address, but got "));
      assertTrue(refused.get(3).startsWith("add: parameter 1, x, is .u64, an address, but got "));
      String shared =
          refusal(
              IllegalArgumentException.class,
              () -> b.one.launch(add, Grid.of(2, 32), 64 << 10, List.of(x, x, a, n)));
      assertTrue(shared.contains("at most 49152 bytes of shared memory"), shared);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aGraphLaunchedSeveralTimesIsAsManySeparateLaunches(int times) {
    try (var b = new Bench(times)) {
      AddKernel add = AddKernel.on(b.driver);
      float[] separate;
      b.staging.upload(b.one, b.x, ramp());
      b.fill(b.one, b.y, 1);
      for (int t = 0; t < times; t++) {
        add.launch(b.one, b.y, b.x, 0.5f);
        add.launch(b.one, b.x, b.y, -0.25f);
      }
      separate = b.read(b.one, b.x);
      b.staging.upload(b.one, b.x, ramp());
      b.fill(b.one, b.y, 1);
      try (GpuGraph graph =
          b.one.capture(() -> {
            add.launch(b.one, b.y, b.x, 0.5f);
            add.launch(b.one, b.x, b.y, -0.25f);
          })) {
        assertEquals(2, graph.nodes());
        assertArrayEquals(constant(1), b.read(b.one, b.y), "capturing must not run");
        for (int t = 0; t < times; t++) {
          b.one.launch(graph);
        }
        assertArrayEquals(separate, b.read(b.one, b.x));
      }
    }
  }

  /** One stream forks to another and joins it; without the wait in between the order is free. */
  private static boolean forkIsOrdered(int seed, boolean waits) {
    try (var b = new Bench(seed);
        GpuEvent forked = b.driver.newEvent();
        GpuEvent filled = b.driver.newEvent();
        GpuEvent joined = b.driver.newEvent()) {
      b.fill(b.one, b.x, 1);
      b.fill(b.one, b.y, 1);
      GpuGraph graph =
          b.one.capture(() -> {
            b.one.record(forked);
            b.two.waitFor(forked);
            b.fill(b.one, b.x, 2);
            b.one.record(filled);
            if (waits) {
              b.two.waitFor(filled);
            }
            b.two.copy(b.y, b.x);
            b.two.record(joined);
            b.one.waitFor(joined);
          });
      assertFalse(b.two.isCapturing());
      b.one.launch(graph);
      return Arrays.equals(b.read(b.one, b.y), constant(2));
    }
  }

  @Test
  void capturedForksKeepTheirOrderAndNoMore() {
    assertEquals(SEEDS, count(seed -> forkIsOrdered(seed, true)));
    long lucky = count(seed -> forkIsOrdered(seed, false));
    assertTrue(lucky > 0 && lucky < SEEDS, "right in " + lucky + " of " + SEEDS);
  }

  @Test
  void whatACaptureForbids() {
    try (var b = new Bench(1);
        GpuEvent fork = b.driver.newEvent();
        GpuEvent before = b.driver.newEvent()) {
      b.one.record(before);
      assertEquals(
          "synchronize: this stream captures, so nothing runs; synchronise after the capture",
          refusal(IllegalStateException.class, () -> b.one.capture(() -> b.one.synchronize())));
      assertTrue(
          refusal(GpuException.class, () -> b.one.capture(() -> b.driver.allocate(4)))
              .startsWith("allocate: not allowed while a stream captures"));
      assertTrue(
          refusal(IllegalStateException.class, () -> b.one.capture(() -> b.one.waitFor(before)))
              .contains("belongs to another capture"));
      assertTrue(
          refusal(
                  GpuException.class,
                  () ->
                      b.one.capture(() -> {
                        b.one.record(fork);
                        b.two.waitFor(fork);
                        b.fill(b.two, b.x, 1);
                      }))
              .contains("never waited for"));
      assertTrue(
          refusal(
                  IllegalStateException.class,
                  () -> b.one.capture(() -> b.staging.upload(b.one, b.x, ramp())))
              .startsWith("upload: a chunk is used again"));
      assertFalse(b.one.isCapturing());
      b.fill(b.one, b.x, 7);
      assertArrayEquals(constant(7), b.read(b.one, b.x), "the stream works as before");
    }
  }

  @Test
  void closedAndUnrecordedHandlesAreRefused() {
    try (var b = new Bench(1)) {
      GpuEvent event = b.driver.newEvent();
      assertTrue(
          refusal(IllegalStateException.class, () -> b.one.waitFor(event))
              .contains("never recorded"));
      b.two.close();
      b.two.close();
      assertEquals(
          "stream: used after it was closed",
          refusal(IllegalStateException.class, () -> b.two.record(event)));
      GpuGraph graph = b.one.capture(() -> b.fill(b.one, b.x, 1));
      graph.close();
      assertEquals(
          "graph: used after it was closed",
          refusal(IllegalStateException.class, () -> b.one.launch(graph)));
      GpuModule module = b.driver.load(AddKernel.PTX, "add");
      GpuKernel add = module.kernel("add");
      module.close();
      assertEquals(
          "module: used after it was closed",
          refusal(
              IllegalStateException.class, () -> b.one.launch(add, Grid.of(1, 1), 0, List.of())));
    }
  }

  @Test
  void eventsTellWhenTheyAreDoneAndHowLongItTook() {
    try (var b = new Bench(1);
        GpuEvent start = b.driver.newEvent();
        GpuEvent end = b.driver.newEvent()) {
      b.one.record(start);
      b.fill(b.one, b.x, 1);
      b.one.record(end);
      int asked = 0;
      while (!end.isDone()) {
        asked++;
      }
      assertTrue(asked > 0, "lazy streams have not run before anybody asks");
      assertTrue(end.millisSince(start) >= 0);
    }
  }
}
