package dev.hone.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachingAllocatorTest {
  private final EmulatorDriver driver = EmulatorDriver.strict(5);
  private final GpuStream stream = driver.newStream();
  private final GpuStream other = driver.newStream();
  private final CachingAllocator allocator = new CachingAllocator(driver, false, true);

  @AfterEach
  void close() {
    driver.close();
  }

  @Test
  void aStepThatRepeatsAsksTheDriverOnce() {
    for (int step = 0; step < 3; step++) {
      try (DeviceMemory a = allocator.allocate(1000, stream);
          DeviceMemory b = allocator.allocate(1000, stream)) {
        assertNotEquals(a.address(), b.address());
      }
    }
    assertEquals(2, allocator.allocations());
    assertEquals(0, allocator.heldBytes());
    assertEquals(2048, allocator.freeBytes());
  }

  @Test
  void blocksStayWithTheirStream() {
    long first;
    try (DeviceMemory a = allocator.allocate(64, stream)) {
      first = a.address();
    }
    try (DeviceMemory b = allocator.allocate(64, other);
        DeviceMemory c = allocator.allocate(64, stream)) {
      assertNotEquals(first, b.address());
      assertEquals(first, c.address());
    }
  }

  /** Giving a block back twice would hand it out twice, to two owners that overwrite each other. */
  @Test
  void aSecondCloseDoesNothing() {
    DeviceMemory a = allocator.allocate(64, stream);
    a.close();
    a.close();
    DeviceMemory b = allocator.allocate(64, stream);
    DeviceMemory c = allocator.allocate(64, stream);
    assertNotEquals(b.address(), c.address());
    assertThrows(IllegalStateException.class, a::address);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 512",
    "512, 512",
    "513, 1024",
    "1048576, 1048576",
    "1048577, 1179648",
    "3000000, 3145728"
  })
  void sizesAreRoundedUpByAnEighthAtMost(long asked, long block) {
    allocator.allocate(asked, stream).close();
    assertEquals(block, allocator.freeBytes());
  }

  @Test
  void leaksNameWhereTheyWereAllocated() {
    DeviceMemory small = allocator.allocate(100, stream);
    DeviceMemory large = leaked();
    List<CachingAllocator.Leak> leaks = allocator.leaks();
    assertEquals(List.of(2000L, 100L), leaks.stream().map(CachingAllocator.Leak::bytes).toList());
    String site = leaks.getFirst().site();
    assertTrue(site.matches(".*CachingAllocatorTest\\.leaked\\(.*java:\\d+\\) < .*"), site);
    assertTrue(allocator.report().contains("1 buffers, 2000 bytes: " + site), allocator::report);
    small.close();
    large.close();
    assertEquals("nothing", allocator.report());
  }

  private DeviceMemory leaked() {
    return allocator.allocate(2000, stream);
  }

  @Test
  void whatNobodyCanReachIsTakenBack() throws InterruptedException {
    loseOne();
    for (int i = 0; i < 50 && allocator.heldBytes() > 0; i++) {
      System.gc();
      Thread.sleep(10);
      allocator.allocate(8, other).close();
    }
    assertEquals(0, allocator.heldBytes());
  }

  private void loseOne() {
    assertEquals(64, allocator.allocate(64, stream).bytes());
  }

  @Test
  void poisonIsHandedOut() {
    var poisoned = new CachingAllocator(driver, true, false);
    try (DeviceMemory a = poisoned.allocate(8, stream);
        PinnedMemory host = driver.allocatePinned(8)) {
      stream.copyOut(host, a);
      stream.synchronize();
      assertEquals(CachingAllocator.POISON, host.segment().get(ValueLayout.JAVA_INT, 4));
    }
  }

  /** Its own stream must not write into a block that another stream still reads. */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aBlockThatAnotherStreamUsedIsWaitedFor(boolean said) {
    var wrong = new ArrayList<Integer>();
    for (int seed = 0; seed < 20; seed++) {
      if (!readsBeforeReuse(seed, said)) {
        wrong.add(seed);
      }
    }
    assertEquals(said, wrong.isEmpty(), wrong::toString);
  }

  private static boolean readsBeforeReuse(int seed, boolean said) {
    try (EmulatorDriver driver = EmulatorDriver.strict(seed);
        var allocator = new CachingAllocator(driver, false, false);
        GpuStream own = driver.newStream();
        GpuStream reader = driver.newStream();
        GpuEvent written = driver.newEvent();
        PinnedMemory host = driver.allocatePinned(8);
        DeviceMemory kept = driver.allocate(8)) {
      try (DeviceMemory a = allocator.allocate(8, own)) {
        own.fill(a, 1);
        own.record(written);
        reader.waitFor(written);
        reader.copy(kept, a);
        if (said) {
          allocator.usedOn(a.slice(4, 4), reader);
        }
      }
      try (DeviceMemory b = allocator.allocate(8, own)) {
        own.fill(b, 2);
      }
      reader.copyOut(host, kept);
      driver.synchronize();
      return host.segment().get(ValueLayout.JAVA_INT, 0) == 1;
    }
  }

  @Test
  void fullMemorySaysWhoHoldsIt() {
    DeviceMemory most = allocator.allocate(3L << 20, stream);
    String message =
        String.valueOf(
            assertThrows(GpuException.class, () -> allocator.allocate(1L << 40, stream))
                .getMessage());
    assertTrue(message.contains("1 buffers, 3145728 bytes: "), message);
    assertTrue(message.contains("CachingAllocatorTest.fullMemorySaysWhoHoldsIt"), message);
    most.close();
  }

  /** What is kept for reuse is given up before memory is said to be full. */
  @Test
  void cachedBlocksAreNoReasonToRunOut() {
    long free = driver.freeBytes();
    var small = new EmulatorDriver(driver.emulatorOptions(), 1, 1 << 20);
    try (var tight = new CachingAllocator(small, false, false);
        GpuStream s = small.newStream()) {
      tight.allocate(600 << 10, s).close();
      tight.allocate(700 << 10, s).close();
      assertEquals(700 << 10, tight.freeBytes());
    }
    assertEquals(free, driver.freeBytes());
  }

  @Test
  void aGraphKeepsWhatItWorksOn() {
    var results = new DeviceMemory[1];
    allocator.allocate(8, stream).close();
    DeviceMemory result = allocator.allocate(2000, stream);
    long scratch;
    GpuGraph graph =
        allocator.capture(
            stream,
            () -> {
              DeviceMemory a = allocator.allocate(8, stream);
              stream.fill(a, 3);
              stream.copy(result.slice(0, 8), a);
              results[0] = a;
              a.close();
              try (DeviceMemory again = allocator.allocate(8, stream)) {
                stream.fill(again, 4);
                stream.copy(result.slice(8, 8), again);
              }
            });
    assertEquals(1, allocator.allocations() - 1, "the second is the first's block");
    try (DeviceMemory b = allocator.allocate(8, stream)) {
      scratch = b.address();
      stream.fill(b, 9);
      stream.launch(graph);
      assertArrayEquals(new int[] {9, 9}, read(b), "the graph must not write over it");
      assertArrayEquals(new int[] {3, 3, 4, 4}, read(result.slice(0, 16)));
    }
    graph.close();
    try (DeviceMemory c = allocator.allocate(8, stream);
        DeviceMemory d = allocator.allocate(8, stream)) {
      assertNotEquals(c.address(), d.address());
      assertTrue(c.address() == scratch || d.address() == scratch);
    }
    assertEquals(3, allocator.allocations(), "the graph's block is free again");
  }

  private int[] read(DeviceMemory from) {
    int[] values = new int[(int) (from.bytes() / Integer.BYTES)];
    try (var staging = new PinnedStaging(driver)) {
      staging.download(stream, values, from);
    }
    return values;
  }

  @Test
  void aCaptureThatNeedsNewMemorySaysWhatToDo() {
    String message =
        String.valueOf(
            assertThrows(
                    IllegalStateException.class,
                    () -> allocator.capture(stream, () -> allocator.allocate(8, stream).close()))
                .getMessage());
    assertTrue(message.contains("run the same work once before"), message);
  }
}
