package dev.hone.kernels.cuda;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps device memory that was given back, by stream and size, and hands it out again: the driver's
 * own allocation is slow, waits for the device and is forbidden while a stream captures. It needs
 * no waiting, since whoever gets a block puts its work on the same stream behind that of the one
 * before.
 *
 * <p>With tracing on (assertions, or {@code -Dhone.gpu.trace=true}) each allocation remembers its
 * callers, so that {@link #leaks} can name them; and with poison on, what is handed out holds NaN.
 * Memory that nobody can reach any more is taken back when the next is asked for, and reported.
 * Thread-safe.
 */
public final class CachingAllocator implements AutoCloseable {
  /** A quiet NaN that no arithmetic makes: recognisable in a dump. */
  static final int POISON = 0x7fff_dead;

  private static final System.Logger LOG = System.getLogger(CachingAllocator.class.getName());
  private static final long GRANULE = 512;

  private final GpuDriver driver;
  private final boolean poison;
  private final boolean trace;
  private final Map<Bin, ArrayDeque<Block>> free = new HashMap<>();
  private final Map<GpuStream, CapturedMemory> capturing = new HashMap<>();
  private final Set<Block> held = new HashSet<>();
  private final ReferenceQueue<DeviceMemory> unreachable = new ReferenceQueue<>();
  private final Set<Lost> watched = new HashSet<>();
  private long allocations;
  private boolean closed;

  /** Blocks of one size that one stream works on. */
  private record Bin(GpuStream stream, long bytes) {}

  /** A block of the driver's, free or handed out. */
  private static final class Block {
    final DeviceMemory memory;
    final GpuStream stream;
    final Set<GpuStream> otherUsers = new HashSet<>();
    AllocationSite site = AllocationSite.UNTRACKED;
    long asked;
    @Nullable CapturedMemory graph;

    Block(DeviceMemory memory, GpuStream stream) {
      this.memory = memory;
      this.stream = stream;
    }
  }

  /** Tells when a handle became unreachable, perhaps without having been closed. */
  private static final class Lost extends PhantomReference<DeviceMemory> {
    final Block block;

    Lost(DeviceMemory handle, ReferenceQueue<DeviceMemory> queue, Block block) {
      super(handle, queue);
      this.block = block;
    }
  }

  /**
   * Memory that was not given back.
   *
   * @param bytes as asked for
   * @param site the callers that asked for it
   */
  public record Leak(long bytes, String site) {}

  /** With tracing and poison where assertions are on or {@code -Dhone.gpu.trace=true}. */
  public CachingAllocator(GpuDriver driver) {
    this(driver, tracing(), tracing());
  }

  CachingAllocator(GpuDriver driver, boolean poison, boolean trace) {
    this.driver = driver;
    this.poison = poison;
    this.trace = trace;
  }

  private static boolean tracing() {
    return CachingAllocator.class.desiredAssertionStatus() || Boolean.getBoolean("hone.gpu.trace");
  }

  /**
   * Memory for work on {@code stream}, its contents unspecified. Closing it makes it available to
   * later work on the same stream.
   *
   * @param bytes 1 or more
   * @throws GpuException naming who holds what, if the device has not that much
   */
  public synchronized DeviceMemory allocate(long bytes, GpuStream stream) {
    requireOpen();
    reclaimLost();
    Block block = take(new Bin(stream, rounded(bytes)));
    block.asked = bytes;
    block.site = trace ? AllocationSite.here() : AllocationSite.UNTRACKED;
    held.add(block);
    var lost = new Lost[1];
    var handle =
        new DeviceMemory(block.memory.address(), bytes, ignored -> release(block, lost[0]));
    lost[0] = new Lost(handle, unreachable, block);
    watched.add(lost[0]);
    if (poison) {
      stream.fill(block.memory, POISON);
    }
    return handle;
  }

  /**
   * Says that work on {@code other} uses {@code memory}, which was allocated for another stream:
   * when it is closed, its own stream waits for that work before the block is used anew.
   */
  public synchronized void usedOn(DeviceMemory memory, GpuStream other) {
    long address = memory.address();
    for (Block block : held) {
      long offset = address - block.memory.address();
      if (offset >= 0 && offset < block.memory.bytes()) {
        if (other != block.stream) {
          block.otherUsers.add(other);
        }
        return;
      }
    }
    throw new IllegalArgumentException("usedOn: not of this allocator: " + memory);
  }

  /**
   * Captures {@code work} on {@code stream}. The graph's addresses are fixed, so all memory that
   * {@code work} takes for {@code stream} stays the graph's, to be used again within it, until the
   * graph is closed. Run {@code work} once before, so that there is memory to take: the driver
   * gives none during a capture.
   */
  public GpuGraph capture(GpuStream stream, Runnable work) {
    var memory = new CapturedMemory();
    synchronized (this) {
      requireOpen();
      capturing.put(stream, memory);
    }
    GpuGraph graph;
    try {
      graph = stream.capture(work);
    } catch (RuntimeException | Error e) {
      end(stream, memory);
      giveBack(memory);
      throw e;
    }
    end(stream, memory);
    graph.onClose(() -> giveBack(memory));
    return graph;
  }

  private synchronized void end(GpuStream stream, CapturedMemory memory) {
    capturing.remove(stream, memory);
  }

  private synchronized void giveBack(CapturedMemory memory) {
    memory.closed = true;
    memory.free.forEach((bin, blocks) -> blocks.forEach(block -> keep(free, bin, block)));
    memory.free.clear();
  }

  /** What a graph works on; blocks in {@code free} are only for later work in the same capture. */
  private static final class CapturedMemory {
    final Map<Bin, ArrayDeque<Block>> free = new HashMap<>();
    boolean closed;
  }

  private Block take(Bin bin) {
    CapturedMemory graph = capturing.get(bin.stream());
    Block block = graph == null ? null : poll(graph.free, bin);
    if (block == null) {
      block = poll(free, bin);
    }
    if (block == null) {
      block = new Block(fromDriver(bin), bin.stream());
    }
    block.graph = graph;
    return block;
  }

  private static @Nullable Block poll(Map<Bin, ArrayDeque<Block>> from, Bin bin) {
    ArrayDeque<Block> blocks = from.get(bin);
    return blocks == null ? null : blocks.pollLast();
  }

  private static void keep(Map<Bin, ArrayDeque<Block>> in, Bin bin, Block block) {
    block.graph = null;
    in.computeIfAbsent(bin, ignored -> new ArrayDeque<>()).addLast(block);
  }

  private DeviceMemory fromDriver(Bin bin) {
    if (bin.stream().isCapturing()) {
      throw new CaptureException(
          "allocate: nothing of %d bytes is free, and a capture cannot ask the driver for more;"
                  .formatted(bin.bytes())
              + " run the same work once before capturing it");
    }
    allocations++;
    try {
      return driver.allocate(bin.bytes());
    } catch (GpuException _) {
      releaseCached();
    }
    try {
      return driver.allocate(bin.bytes());
    } catch (GpuException e) {
      throw new GpuException(
          "no %d bytes left on %s, even without what was kept for reuse; in use:%n%s"
              .formatted(bin.bytes(), driver.properties().name(), report()),
          e);
    }
  }

  /** Gives what is free back to the driver, after all work that may still use it. */
  public synchronized void releaseCached() {
    driver.synchronize();
    free.values().forEach(blocks -> blocks.forEach(block -> block.memory.close()));
    free.clear();
  }

  private synchronized void release(Block block, Lost lost) {
    watched.remove(lost);
    lost.clear();
    recycle(block);
  }

  private void recycle(Block block) {
    if (!held.remove(block)) {
      return;
    }
    if (closed) {
      block.memory.close();
      return;
    }
    for (GpuStream other : block.otherUsers) {
      try (GpuEvent used = driver.newEvent()) {
        other.record(used);
        block.stream.waitFor(used);
      }
    }
    block.otherUsers.clear();
    CapturedMemory graph = block.graph;
    boolean graphs = graph != null && !graph.closed;
    keep(graphs && graph != null ? graph.free : free, binOf(block), block);
    block.graph = graphs ? graph : null;
  }

  private static Bin binOf(Block block) {
    return new Bin(block.stream, block.memory.bytes());
  }

  private void reclaimLost() {
    for (Object gone = unreachable.poll(); gone != null; gone = unreachable.poll()) {
      if (gone instanceof Lost lost && watched.remove(lost)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "device memory of {0} bytes was never closed; allocated at {1}",
            lost.block.asked,
            lost.block.site);
        recycle(lost.block);
      }
    }
  }

  /** Steps of an eighth above 1 MiB, so that sizes that are nearly equal share blocks. */
  private static long rounded(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("allocate: needs 1 byte or more, but got " + bytes);
    }
    long step = Math.max(GRANULE, Long.highestOneBit(bytes) >> (bytes > 1 << 20 ? 3 : 62));
    return Math.ceilDiv(bytes, step) * step;
  }

  /** Bytes handed out, as asked for. */
  public synchronized long heldBytes() {
    return held.stream().mapToLong(block -> block.asked).sum();
  }

  /** Bytes that wait to be handed out again. */
  public synchronized long freeBytes() {
    return free.values().stream()
        .flatMap(ArrayDeque::stream)
        .mapToLong(block -> block.memory.bytes())
        .sum();
  }

  /** How often nothing fitted, so that the driver was asked. */
  public synchronized long allocations() {
    return allocations;
  }

  /** What is handed out now, the largest first: leaks, if all should have been given back. */
  public synchronized List<Leak> leaks() {
    return held.stream()
        .map(block -> new Leak(block.asked, block.site.toString()))
        .sorted(Comparator.comparingLong(Leak::bytes).reversed().thenComparing(Leak::site))
        .toList();
  }

  /** {@link #leaks} by place: {@code 3 buffers, 4096 bytes: a < b < c}. */
  public synchronized String report() {
    var places = new HashMap<String, List<Leak>>();
    leaks().forEach(l -> places.computeIfAbsent(l.site(), ignored -> new ArrayList<>()).add(l));
    return places.entrySet().stream()
        .map(place ->
            "%d buffers, %d bytes: %s"
                .formatted(
                    place.getValue().size(),
                    place.getValue().stream().mapToLong(Leak::bytes).sum(),
                    place.getKey()))
        .sorted()
        .reduce((a, b) -> a + "\n" + b)
        .orElse("nothing");
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("allocator: used after it was closed");
    }
  }

  /** Gives all that is free back, and warns of what is not. */
  @Override
  public synchronized void close() {
    if (!closed) {
      reclaimLost();
      releaseCached();
      closed = true;
      if (!held.isEmpty()) {
        LOG.log(
            System.Logger.Level.WARNING, "device memory still in use at the end:\n{0}", report());
      }
    }
  }
}
