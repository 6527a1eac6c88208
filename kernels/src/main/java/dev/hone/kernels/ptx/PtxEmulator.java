package dev.hone.kernels.ptx;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A GPU without hardware: device memory and launches, one after the other. Not thread-safe.
 *
 * <p>Fresh memory holds a pattern that floats read as NaN; the interpreter's checks report a read
 * of what nothing wrote.
 */
public final class PtxEmulator {
  /** Of an H100, the most of any target that the kernels are for. */
  private static final int MAX_SHARED = 227 * 1024;

  private final EmulatorOptions options;
  private final DeviceMemory memory;
  private final Segments segments = new Segments();
  private final Map<Source, TreeSet<Integer>> coverage = new IdentityHashMap<>();
  private Consumer<Launch> done = launch -> {};

  public PtxEmulator(EmulatorOptions options) {
    if (options.engine() == Engine.TRANSLATED
        && (options.checks() || options.counters() || options.coverage())) {
      throw new IllegalArgumentException(
          "emulator: checks, counters and coverage need the interpreter; start from"
              + " EmulatorOptions.fast() for translated code");
    }
    this.options = options;
    this.memory = new DeviceMemory(options.checks());
  }

  public EmulatorOptions options() {
    return options;
  }

  // ---- Memory ----------------------------------------------------------------------------------

  /** The address of {@code bytes} new bytes, a multiple of 256. */
  public long allocate(long bytes) {
    return memory.allocate(bytes);
  }

  /** Gives an allocation back; its address must be what {@code allocate} gave. */
  public void free(long address) {
    memory.free(address);
  }

  /** Bytes allocated and not freed. */
  public long liveBytes() {
    return memory.liveBytes();
  }

  public void copyIn(long address, MemorySegment source) {
    memory.copyIn(address, source);
  }

  public void copyOut(long address, MemorySegment target) {
    memory.copyOut(address, target);
  }

  /** Copies on the device; what was uninitialised stays so. */
  public void copy(long from, long to, long bytes) {
    memory.copy(from, to, bytes);
  }

  public void fill(long address, byte value, long bytes) {
    memory.fill(address, value, bytes);
  }

  /** How many of the bytes nothing wrote to; needs the interpreter's checks. */
  public long uninitialised(long address, long bytes) {
    return memory.uninitialised(address, bytes);
  }

  /** A new allocation with these values. */
  public long upload(float... values) {
    return upload(MemorySegment.ofArray(values));
  }

  /** A new allocation with these values. */
  public long upload(int... values) {
    return upload(MemorySegment.ofArray(values));
  }

  private long upload(MemorySegment values) {
    long address = allocate(values.byteSize());
    copyIn(address, values);
    return address;
  }

  public float[] floats(long address, int count) {
    float[] values = new float[count];
    copyOut(address, MemorySegment.ofArray(values));
    return values;
  }

  public int[] ints(long address, int count) {
    int[] values = new int[count];
    copyOut(address, MemorySegment.ofArray(values));
    return values;
  }

  // ---- Launches --------------------------------------------------------------------------------

  /** As the other, with an Integer, Long, Float, Double or KernelArgument for each parameter. */
  public Launch launch(PtxEntry entry, Grid grid, int dynamicSharedBytes, Object... arguments) {
    List<PtxParameter> parameters = entry.parameters();
    var typed = new ArrayList<KernelArgument>();
    for (int i = 0; i < arguments.length; i++) {
      typed.add(
          i < parameters.size()
              ? KernelArgument.of(parameters.get(i), arguments[i])
              : new KernelArgument.Int(0));
    }
    return launch(entry, grid, dynamicSharedBytes, typed);
  }

  /**
   * Runs a kernel to its end.
   *
   * @param dynamicSharedBytes of the {@code .extern .shared} array; 0 where there is none
   * @throws PtxFault where the kernel does what it must not
   */
  public Launch launch(
      PtxEntry entry, Grid grid, int dynamicSharedBytes, List<KernelArgument> arguments) {
    return launch(entry, grid, dynamicSharedBytes, arguments, null);
  }

  /** The same on the interpreter, telling {@code listener} of every instruction of every warp. */
  public Launch trace(
      PtxEntry entry,
      Grid grid,
      int dynamicSharedBytes,
      List<KernelArgument> arguments,
      Consumer<TraceStep> listener) {
    if (options.engine() == Engine.TRANSLATED) {
      throw new IllegalArgumentException(
          "trace " + entry.name() + ": translated code has no steps; use the interpreter");
    }
    var recorder = new TraceRecorder(entry.program(), listener);
    return launch(entry, grid, dynamicSharedBytes, arguments, recorder);
  }

  /** Tells {@code listener} of every launch from now on, once it is done. */
  public void onLaunch(Consumer<Launch> listener) {
    done = listener;
  }

  private Launch launch(
      PtxEntry entry,
      Grid grid,
      int dynamicSharedBytes,
      List<KernelArgument> arguments,
      @Nullable Tracer tracer) {
    Launch launch = run(entry, grid, dynamicSharedBytes, arguments, tracer);
    done.accept(launch);
    return launch;
  }

  private Launch run(
      PtxEntry entry,
      Grid grid,
      int dynamicSharedBytes,
      List<KernelArgument> arguments,
      @Nullable Tracer tracer) {
    check(entry, grid, dynamicSharedBytes);
    int[] parameters = parameterBlock(entry, arguments);
    Program program = entry.program();
    if (options.engine() == Engine.TRANSLATED) {
      new TranslatedRun(
              program, entry.translation(), grid, dynamicSharedBytes, parameters, memory, options)
          .run();
      return new Launch(
          entry, grid, dynamicSharedBytes, List.copyOf(arguments), false, Counters.NONE);
    }
    var interpreter =
        new Interpreter(
            program, grid, dynamicSharedBytes, parameters, memory, segments, options, tracer);
    try {
      interpreter.run();
    } finally {
      if (options.coverage()) {
        interpreter.cover(coverage.computeIfAbsent(entry.body().source(), s -> new TreeSet<>()));
      }
    }
    return new Launch(
        entry,
        grid,
        dynamicSharedBytes,
        List.copyOf(arguments),
        options.counters(),
        interpreter.counters());
  }

  private static void check(PtxEntry entry, Grid grid, int dynamicSharedBytes) {
    if (grid.threadsPerBlock() > entry.maxThreads()) {
      throw new IllegalArgumentException(
          "launch %s: its .maxntid allows %d threads per block, but the grid has %d"
              .formatted(entry.name(), entry.maxThreads(), grid.threadsPerBlock()));
    }
    boolean dynamic = entry.body().shared().stream().anyMatch(Variable::dynamic);
    if (dynamicSharedBytes < 0 || (dynamicSharedBytes > 0 && !dynamic)) {
      throw new IllegalArgumentException(
          "launch %s: %d bytes of dynamic shared memory, but it declares no .extern .shared array"
              .formatted(entry.name(), dynamicSharedBytes));
    }
    if (entry.sharedBytes() + dynamicSharedBytes > MAX_SHARED) {
      throw new IllegalArgumentException(
          "launch %s: %d bytes of shared memory are more than the %d of any GPU"
              .formatted(entry.name(), entry.sharedBytes() + dynamicSharedBytes, MAX_SHARED));
    }
  }

  /** In 32-bit words. */
  private static int[] parameterBlock(PtxEntry entry, List<KernelArgument> arguments) {
    List<PtxParameter> parameters = entry.parameters();
    if (arguments.size() != parameters.size()) {
      throw new IllegalArgumentException(
          "launch %s: it takes %d arguments, %s, but %d came"
              .formatted(entry.name(), parameters.size(), signature(parameters), arguments.size()));
    }
    int bytes = parameters.isEmpty() ? 0 : parameters.getLast().offset() + 8;
    int[] block = new int[(bytes + 3) / 4];
    for (int i = 0; i < arguments.size(); i++) {
      PtxParameter p = parameters.get(i);
      KernelArgument a = arguments.get(i);
      if (!a.fits(p)) {
        throw new IllegalArgumentException(
            "launch %s: parameter %d, %s, is declared %s%s, but %s came"
                .formatted(
                    entry.name(), i, p.name(), p.type(), p.pointer() ? ", an address" : "", a));
      }
      block[p.offset() / 4] = (int) a.bits();
      if (p.bytes() == 8) {
        block[p.offset() / 4 + 1] = (int) (a.bits() >>> 32);
      }
    }
    return block;
  }

  private static String signature(List<PtxParameter> parameters) {
    return String.join(
        ", ",
        parameters.stream()
            .map(p -> p.type() + " " + p.name() + (p.pointer() ? " (address)" : ""))
            .toList());
  }

  // ---- Coverage --------------------------------------------------------------------------------

  /** The lines of a module that some lane ran, over all launches of this emulator. */
  public SortedSet<Integer> coverage(PtxModule module) {
    for (Map.Entry<Source, TreeSet<Integer>> e : coverage.entrySet()) {
      if (module.entries().stream().anyMatch(n -> n.body().source() == e.getKey())) {
        return Collections.unmodifiableSortedSet(e.getValue());
      }
    }
    return Collections.emptySortedSet();
  }

  /** The lines with instructions that no lane ran. */
  public SortedSet<Integer> missed(PtxModule module) {
    var missed = new TreeSet<Integer>();
    module.entries().forEach(e -> missed.addAll(e.lines()));
    missed.removeAll(coverage(module));
    return missed;
  }

  @Override
  public String toString() {
    return "emulator, " + options;
  }
}
