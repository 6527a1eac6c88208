package dev.hone.autograd;

import dev.hone.autograd.op.Cotangents;
import dev.hone.autograd.op.Op;
import dev.hone.autograd.op.Saved;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records ops as they run, and walks back over them for gradients. Gradients are returned, never
 * stored on a variable, and only the paths that lead to the targets are walked: the gradient of an
 * input pays for no weight's, and cannot pollute it.
 *
 * <p>Everything computed from a watched variable lives in the tape's memory and goes back to the
 * pool on {@link #close}. A tape belongs to one thread.
 */
public final class Tape implements AutoCloseable {
  private record Node(Op op, List<Variable> inputs, Saved saved, String path) {}

  private final boolean recording;
  private final Arena arena = new Arena();

  /** Entry i made variable i; null for a watched leaf. */
  private final List<@Nullable Node> nodes = new ArrayList<>();

  private final Map<Tensor, Variable> watched = new IdentityHashMap<>();
  private final Deque<String> path = new ArrayDeque<>();

  /** The path in one word, until it changes: every op that is recorded keeps it. */
  private @Nullable String joinedPath;

  private boolean finiteChecked;

  private Tape(boolean recording) {
    this.recording = recording;
  }

  /** A tape that records, for gradients. */
  public static Tape record() {
    return new Tape(true);
  }

  /** A tape that only holds the memory of a forward pass: all its variables are constants. */
  public static Tape inference() {
    return new Tape(false);
  }

  /** Makes every op check its results for NaN and infinity, naming itself and its block. Slow. */
  public Tape checkFinite(boolean on) {
    finiteChecked = on;
    return this;
  }

  /** Whether ops check their results. */
  public boolean checksFinite() {
    return finiteChecked;
  }

  /**
   * The variable of {@code x}, with respect to which gradients can be asked for. Watching the same
   * tensor object again gives the same variable, so a weight used twice gets the sum.
   */
  public Variable watch(Tensor x) {
    return watched.computeIfAbsent(x, t -> recording ? leaf(t) : constant(t));
  }

  private Variable leaf(Tensor x) {
    nodes.add(null);
    return new Variable(this, x.in(arena), nodes.size() - 1);
  }

  /** {@code x} as a variable that no gradient flows into. */
  public Variable constant(Tensor x) {
    return new Variable(this, x.in(arena), Variable.CONSTANT);
  }

  /** Runs {@code op}, and records it if a gradient could flow through it. */
  public Variable apply(Op op, Variable... inputs) {
    var tensors = new ArrayList<Tensor>(inputs.length);
    boolean tracked = false;
    for (Variable v : inputs) {
      if (v.tape() != this) {
        throw new IllegalArgumentException(
            op.label() + ": an operand belongs to another tape; watch its value() on this one");
      }
      tensors.add(v.value());
      tracked |= v.isTracked();
    }
    var saved = new Saved(tensors);
    Tensor y = saved.run(op);
    if (finiteChecked) {
      requireFinite(y, op.label(), "forward", currentPath());
    }
    if (!tracked) {
      return new Variable(this, y, Variable.CONSTANT);
    }
    nodes.add(new Node(op, List.of(inputs), saved, currentPath()));
    return new Variable(this, y, nodes.size() - 1);
  }

  /** The gradients of a scalar {@code loss} with respect to {@code targets}. */
  public Gradients gradients(Variable loss, Variable... targets) {
    return gradients(loss, List.of(targets));
  }

  /** The gradients of a scalar {@code loss} with respect to {@code targets}. */
  public Gradients gradients(Variable loss, Collection<Variable> targets) {
    if (loss.shape().size() != 1) {
      throw new ShapeException(
          "gradients: the loss must be a scalar, but has shape "
              + loss.shape()
              + "; reduce it with sum() or mean(), or use vjp() with a cotangent");
    }
    return vjp(loss, loss.value().fullLike(1), targets);
  }

  /** The vector-Jacobian products of {@code y} with the cotangent {@code dy} of its shape. */
  public Gradients vjp(Variable y, Tensor dy, Collection<Variable> targets) {
    requireShape(() -> "the output", y.shape(), dy);
    if (y.tape() != this) {
      throw new IllegalArgumentException("gradients: the loss belongs to another tape");
    }
    boolean[] leads = leadsToTarget(targets);
    return collect(targets, new Walk(leads, targets).back(y, dy.in(arena)));
  }

  /** Marks every variable that a target flows into; nothing else needs a cotangent. */
  private boolean[] leadsToTarget(Collection<Variable> targets) {
    boolean[] leads = new boolean[nodes.size()];
    for (Variable target : targets) {
      if (target.tape() != this || !target.isTracked()) {
        throw new IllegalArgumentException(
            "gradients: a target is not watched by this tape; make it with tape.watch(...)");
      }
      leads[target.index()] = true;
    }
    for (int i = 0; i < leads.length; i++) {
      Node node = nodes.get(i);
      if (node != null) {
        for (Variable input : node.inputs) {
          leads[i] |= input.isTracked() && leads[input.index()];
        }
      }
    }
    return leads;
  }

  private static Gradients collect(Collection<Variable> targets, @Nullable Tensor[] cotangents) {
    var byTarget = new IdentityHashMap<Variable, Tensor>();
    for (Variable target : targets) {
      Tensor g = cotangents[target.index()];
      if (g == null) {
        throw new IllegalArgumentException(
            "gradients: the loss does not depend on a target of shape " + target.shape());
      }
      byTarget.put(target, g);
    }
    return new Gradients(byTarget);
  }

  /** One walk back over the tape. */
  private final class Walk {
    private final boolean[] leads;
    private final @Nullable Tensor[] cotangents;

    /** How many of {@link #cotangents} lie in a storage. */
    private final Map<Storage, Integer> holders = new IdentityHashMap<>();

    /** What the arena held before: saved tensors, which a second walk may need. */
    private final int mark = arena.size();

    /** How many more cotangents of variable i may come, at most. */
    private final int[] pending;

    /** Whether variable i is a target: then its cotangent is wanted whole. */
    private final boolean[] target;

    /** Whether the cotangent of variable i is 0 where the variable is not positive. */
    private final boolean[] masked;

    Walk(boolean[] leads, Collection<Variable> targets) {
      this.leads = leads;
      cotangents = new Tensor[leads.length];
      pending = new int[leads.length];
      target = new boolean[leads.length];
      masked = new boolean[leads.length];
      targets.forEach(v -> target[v.index()] = true);
    }

    /** The cotangents of all variables on the way from y to the targets, by index. */
    @Nullable Tensor[] back(Variable y, Tensor dy) {
      if (y.isTracked()) {
        countPending(y.index());
        put(y.index(), dy);
        for (int i = y.index(); i >= 0; i--) {
          Node node = nodes.get(i);
          Tensor cotangent = cotangents[i];
          if (node != null && cotangent != null && leads[i]) {
            int before = arena.size();
            node.op.vjp(node.saved, cotangent, new Inputs(this, node, masked[i]));
            arena.releaseSince(before, holders::containsKey);
            if (!target[i]) {
              remove(i);
            }
          }
        }
      }
      return cotangents;
    }

    private void countPending(int from) {
      boolean[] reached = new boolean[leads.length];
      reached[from] = true;
      for (int i = from; i >= 0; i--) {
        Node node = nodes.get(i);
        if (node != null && reached[i] && leads[i]) {
          for (Variable input : node.inputs) {
            if (wants(input)) {
              reached[input.index()] = true;
              pending[input.index()]++;
            }
          }
        }
      }
    }

    private void put(int i, Tensor cotangent) {
      holders.merge(cotangent.storage(), 1, Integer::sum);
      if (cotangents[i] != null) {
        remove(i);
      }
      cotangents[i] = cotangent;
    }

    /** Once used, a cotangent's memory goes back, unless another's lies in the same. */
    private void remove(int i) {
      Storage storage = Objects.requireNonNull(cotangents[i]).storage();
      cotangents[i] = null;
      if (holders.merge(storage, -1, Integer::sum) == 0) {
        holders.remove(storage);
        arena.releaseIfSince(mark, storage);
      }
    }

    boolean wants(Variable v) {
      return v.isTracked() && leads[v.index()];
    }

    /** Adds {@code dx} to v's cotangent. */
    void add(Variable v, Tensor dx) {
      Tensor sum = cotangents[v.index()];
      put(v.index(), sum == null ? dx : sum.plus(dx));
      pending[v.index()]--;
    }

    /**
     * Adds {@code dx} to v's cotangent, in the kernel itself; if nothing more comes and v came out
     * of relu, the kernel masks it too.
     */
    Tensor add(Variable v, Cotangents.Fused dx) {
      int i = v.index();
      Node maker = nodes.get(i);
      boolean mask = pending[i] == 1 && !target[i] && maker != null && maker.op.endsInRelu();
      Tensor sum = dx.dx(cotangents[i], mask ? v.value() : null);
      put(i, sum);
      masked[i] = mask;
      pending[i]--;
      return sum;
    }
  }

  /** Takes what an op offers for its inputs. */
  private final class Inputs implements Cotangents {
    private final Walk walk;
    private final Node node;
    private final boolean dyIsMasked;

    Inputs(Walk walk, Node node, boolean dyIsMasked) {
      this.walk = walk;
      this.node = node;
      this.dyIsMasked = dyIsMasked;
    }

    @Override
    public boolean wants(int input) {
      return walk.wants(node.inputs.get(input));
    }

    @Override
    public void add(int input, Supplier<Tensor> dx) {
      if (wants(input)) {
        Tensor g = dx.get();
        require(input, g);
        walk.add(node.inputs.get(input), g);
      }
    }

    @Override
    public void add(int input, Fused dx) {
      if (wants(input)) {
        require(input, walk.add(node.inputs.get(input), dx));
      }
    }

    @Override
    public boolean dyIsMasked() {
      return dyIsMasked;
    }

    private void require(int input, Tensor g) {
      requireShape(
          () -> "input " + input + " of " + node.op.label(), node.inputs.get(input).shape(), g);
      if (finiteChecked) {
        requireFinite(g, node.op.label(), "gradient of input " + input, node.path);
      }
    }
  }

  private static void requireShape(Supplier<String> what, Shape expected, Tensor cotangent) {
    if (!cotangent.shape().equals(expected)) {
      throw new ShapeException(
          "gradients: the cotangent of "
              + what.get()
              + " must have shape "
              + expected
              + ", but has "
              + cotangent.shape());
    }
  }

  private static void requireFinite(Tensor t, String op, String pass, String path) {
    double[] values = t.toDoubles();
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new NonFiniteException(
            op
                + (path.isEmpty() ? "" : " in " + path)
                + ": "
                + pass
                + " "
                + t.shape()
                + " has "
                + values[i]
                + " at element "
                + i
                + " (row-major)");
      }
    }
  }

  /** Says that what follows happens inside the block called {@code name}; for errors. */
  public void enter(String name) {
    path.addLast(name);
    joinedPath = null;
  }

  /** Leaves the block that was entered last. */
  public void leave() {
    path.removeLast();
    joinedPath = null;
  }

  private String currentPath() {
    if (joinedPath == null) {
      joinedPath = String.join(".", path);
    }
    return joinedPath;
  }

  /** The arena in which this tape's tensors live. */
  public Arena arena() {
    return arena;
  }

  /** The ops that were recorded, in order; for tests and pictures of the graph. */
  List<Op> ops() {
    var ops = new ArrayList<Op>();
    for (Node node : nodes) {
      if (node != null) {
        ops.add(node.op);
      }
    }
    return ops;
  }

  /** How many variables were watched or computed and recorded. */
  public int size() {
    return nodes.size();
  }

  /** Gives the memory of everything computed on this tape back to the pool. */
  @Override
  public void close() {
    nodes.clear();
    watched.clear();
    arena.close();
  }

  @Override
  public String toString() {
    return "Tape of " + nodes.size() + " variables" + Arrays.toString(path.toArray());
  }
}
