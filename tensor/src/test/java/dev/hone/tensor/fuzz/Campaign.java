package dev.hone.tensor.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run over a target. The inputs are read by a thread of their own, so that one that never comes
 * back is seen; the order is fixed by the seed.
 */
final class Campaign {
  private static final int MOST_CORPUS = 1000;
  private static final int MOST_FINDINGS = 20;
  private static final int FRAMES = 24;
  private static final long LOOK_MILLIS = 20;

  /** Wall time that is a hang, in multiples of the processor's time allowed: machines are busy. */
  private static final double PATIENCE = 10;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Fuzz target;
  private final long inputs;
  private final SplittableRandom random;
  private final Mutator mutator;
  private final List<byte[]> corpus = new ArrayList<>();
  private final Set<List<Object>> places = new HashSet<>();
  private final Map<Object, String> findings = new LinkedHashMap<>();
  private volatile byte @Nullable [] current;
  private volatile long startedNanos;
  private volatile @Nullable Throwable broken;
  private long read;
  private long taken;
  private long mostAllocated;
  private long slowestNanos;

  Campaign(Fuzz target, long inputs, long seed) {
    this.target = target;
    this.inputs = inputs;
    this.random = new SplittableRandom(seed);
    this.mutator = new Mutator(target.dictionary, target.mostBytes);
  }

  FuzzReport run() {
    long start = System.nanoTime();
    Map<Path, Map<Path, String>> before = untouched();
    Thread worker = Thread.ofPlatform().daemon().name("fuzz-" + target.name).start(this::guarded);
    boolean ended = watch(worker);
    if (ended && broken != null) {
      throw new IllegalStateException("fuzz " + target.name + ": the fuzzer itself", broken);
    }
    if (!untouched().equals(before)) {
      findings.put("untouched", "files were written or removed in " + target.untouched);
    }
    return new FuzzReport(
        target.name,
        read,
        taken,
        places.size(),
        (System.nanoTime() - start) * 1e-9,
        mostAllocated,
        slowestNanos * 1e-9,
        List.copyOf(findings.values()));
  }

  /** Waits for the worker; false if an input hangs, which becomes a finding. */
  private boolean watch(Thread worker) {
    try {
      while (!worker.join(java.time.Duration.ofMillis(LOOK_MILLIS))) {
        byte[] input = current;
        double seconds = (System.nanoTime() - startedNanos) * 1e-9;
        if (input != null && seconds > PATIENCE * target.mostSeconds) {
          StackTraceElement[] frames = worker.getStackTrace();
          String where = Arrays.stream(frames).limit(12).map(Object::toString).toList().toString();
          findings.put(
              "hang", "still reading after %.0f s: %s %s".formatted(seconds, keep(input), where));
          worker.interrupt();
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("fuzz " + target.name + ": interrupted", e);
    }
  }

  private void guarded() {
    try {
      feed();
    } catch (RuntimeException | Error wrong) {
      broken = wrong;
    }
  }

  private void feed() {
    corpus.addAll(target.seeds);
    // Twice: the first reading pays for loading classes.
    target.seeds.forEach(seed -> judge(seed, false));
    mostAllocated = 0;
    slowestNanos = 0;
    target.seeds.forEach(seed -> judge(seed, true));
    regressions().forEach(input -> judge(input, true));
    while (read < inputs && findings.size() < MOST_FINDINGS) {
      byte[] good = corpus.get(random.nextInt(corpus.size()));
      byte[] other = corpus.get(random.nextInt(corpus.size()));
      byte[] mutant = mutator.mutate(good, other, random);
      read++;
      if (judge(target.repair.apply(mutant), true) && corpus.size() < MOST_CORPUS) {
        corpus.add(mutant);
      }
    }
  }

  /** Reads one input; whether it went where none went before. */
  private boolean judge(byte[] input, boolean counts) {
    long id = Thread.currentThread().threadId();
    byte[] kept = input.clone();
    long allocated = THREADS.getThreadAllocatedBytes(id);
    long nanos = THREADS.getCurrentThreadCpuTime();
    startedNanos = System.nanoTime();
    current = kept;
    Throwable thrown = null;
    try {
      target.reader.read(input);
    } catch (Throwable any) {
      // An OutOfMemoryError or a StackOverflowError of the reader is a finding, not the end.
      thrown = any;
    }
    current = null;
    nanos = THREADS.getCurrentThreadCpuTime() - nanos;
    allocated = THREADS.getThreadAllocatedBytes(id) - allocated;
    if (!counts) {
      return false;
    }
    slowestNanos = Math.max(slowestNanos, nanos);
    mostAllocated = Math.max(mostAllocated, allocated);
    check(kept, thrown, nanos * 1e-9, allocated);
    if (thrown == null) {
      taken++;
      return false;
    }
    return places.add(place(thrown));
  }

  private void check(byte[] input, @Nullable Throwable thrown, double seconds, long allocated) {
    if (thrown != null && target.documented.stream().noneMatch(c -> c.isInstance(thrown))) {
      find(
          place(thrown),
          input,
          thrown + " at " + Arrays.stream(thrown.getStackTrace()).limit(6).toList());
    }
    if (allocated > target.mostAllocated) {
      find("memory", input, "allocated %,d bytes".formatted(allocated));
    }
    if (seconds > target.mostSeconds) {
      find("time", input, "took %.1f s".formatted(seconds));
    }
  }

  private void find(Object kind, byte[] input, String what) {
    if (!findings.containsKey(kind)) {
      findings.put(kind, what + ": " + keep(input));
    }
  }

  /** Where {@code thrown} comes from, causes included. */
  private static List<Object> place(Throwable thrown) {
    var place = new ArrayList<>();
    for (Throwable t = thrown; t != null && place.size() < 4 * FRAMES; t = t.getCause()) {
      place.add(t.getClass());
      Arrays.stream(t.getStackTrace()).limit(FRAMES).forEach(place::add);
    }
    return place;
  }

  private Path keep(byte[] input) {
    Path file = Path.of("target", "fuzz", "%s-%08x".formatted(target.name, Arrays.hashCode(input)));
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<byte[]> regressions() {
    var inputs = new ArrayList<byte[]>();
    for (Path folder : target.regressions) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          inputs.add(Files.readAllBytes(file));
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the regressions of fuzz " + target.name, e);
      }
    }
    return inputs;
  }

  private Map<Path, Map<Path, String>> untouched() {
    var states = new HashMap<Path, Map<Path, String>>();
    for (Path folder : target.untouched) {
      var state = new HashMap<Path, String>();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.toList()) {
          boolean plain = Files.isRegularFile(file);
          state.put(file, plain ? Files.size(file) + " " + Files.getLastModifiedTime(file) : "");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      states.put(folder, state);
    }
    return states;
  }
}
