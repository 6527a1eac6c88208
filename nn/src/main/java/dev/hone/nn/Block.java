package dev.hone.nn;

import dev.hone.autograd.Variable;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A layer or a model: a tree of blocks with named parameters (what training changes) and buffers
 * (what passes change, such as running statistics). Called {@code Module} elsewhere; Java has that
 * word already.
 */
public abstract class Block {
  /** What {@link Summary} listens with; bound only while it runs, and only for its thread. */
  static final ScopedValue<Observer> OBSERVER = ScopedValue.newInstance();

  /** Is told what each block of a pass returned. */
  interface Observer {
    void saw(Block block, Variable y);
  }

  private final Map<String, Parameter> ownParameters = new LinkedHashMap<>();
  private final Map<String, Tensor> ownBuffers = new LinkedHashMap<>();
  private final Map<String, Block> children = new LinkedHashMap<>();
  private String name = "";

  /** y from x. Called through {@link #apply}, which keeps track of where an error happened. */
  protected abstract Variable forward(Variable x, Mode mode);

  /** y from x, in eval mode. */
  public final Variable apply(Variable x) {
    return apply(x, Mode.eval());
  }

  /** y from x. */
  public final Variable apply(Variable x, Mode mode) {
    return inside(x, () -> forward(x, mode));
  }

  /**
   * This block for the samples {@code from} (inclusive) to {@code to} (exclusive) of its batch
   * alone. Most blocks belong to no batch and are the same for every part of one; a model that
   * holds something for each sample, such as {@link dev.hone.nn.model.Vae#with latent noise}, is
   * cut.
   */
  public Block part(int from, int to) {
    return this;
  }

  /** Runs {@code body} as a part of this block: errors and {@code --debug-nan} name its path. */
  protected final <T> T inside(Variable x, Supplier<T> body) {
    String label = name.isEmpty() ? getClass().getSimpleName().toLowerCase(Locale.ROOT) : name;
    x.tape().enter(label);
    try {
      T result = body.get();
      if (OBSERVER.isBound() && result instanceof Variable y) {
        OBSERVER.get().saw(this, y);
      }
      return result;
    } catch (ShapeException e) {
      throw e.within(label);
    } finally {
      x.tape().leave();
    }
  }

  // ---- building: names are dotted from the root, as in PyTorch's state dicts ----

  /** Registers a parameter of this block. */
  protected final Parameter parameter(String parameterName, Tensor value, boolean decays) {
    var p = new Parameter(value, decays);
    ownParameters.put(fresh(parameterName), p);
    return p;
  }

  /** Registers a buffer: owned memory that {@link Tensor#assign} changes. */
  protected final Tensor buffer(String bufferName, Tensor value) {
    Tensor owned = value.keep();
    ownBuffers.put(fresh(bufferName), owned);
    return owned;
  }

  /** Registers a part of this block. */
  protected final <B extends Block> B child(String childName, B block) {
    children.put(fresh(childName), block);
    Block named = block;
    if (!named.name.equals(childName)) { // blocks that share a part write nothing to it
      named.name = childName;
    }
    return block;
  }

  private String fresh(String key) {
    if (ownParameters.containsKey(key)
        || ownBuffers.containsKey(key)
        || children.containsKey(key)) {
      throw new IllegalArgumentException("block: the name " + key + " is taken");
    }
    return key;
  }

  // ---- looking ----

  /** Multiplications with a weight (and additions) that it takes to compute a y of this shape. */
  protected long multiplyAdds(Shape y) {
    return 0;
  }

  /** The parameters of this block itself, without its parts'. */
  final Map<String, Parameter> ownParameters() {
    return Collections.unmodifiableMap(ownParameters);
  }

  /** The parts, by name, in the order they were registered. */
  public final Map<String, Block> children() {
    return Collections.unmodifiableMap(children);
  }

  /** All parameters of the tree by dotted name, such as {@code layer1.0.conv1.weight}, in order. */
  public final Map<String, Parameter> parameters() {
    var all = new LinkedHashMap<String, Parameter>();
    visit("", (prefix, block) -> block.ownParameters.forEach((n, p) -> all.put(prefix + n, p)));
    return all;
  }

  /** All buffers of the tree by dotted name, in order. */
  public final Map<String, Tensor> buffers() {
    var all = new LinkedHashMap<String, Tensor>();
    visit("", (prefix, block) -> block.ownBuffers.forEach((n, b) -> all.put(prefix + n, b)));
    return all;
  }

  /** Parameters and buffers by dotted name: what a file of weights holds. The tensors are live. */
  public final Map<String, Tensor> state() {
    var all = new LinkedHashMap<String, Tensor>();
    visit(
        "",
        (prefix, block) -> {
          block.ownParameters.forEach((n, p) -> all.put(prefix + n, p.value()));
          block.ownBuffers.forEach((n, b) -> all.put(prefix + n, b));
        });
    return all;
  }

  /** How many numbers training changes. */
  public final long parameterCount() {
    return parameters().values().stream().mapToLong(p -> p.shape().size()).sum();
  }

  private interface Visitor {
    void visit(String prefix, Block block);
  }

  private void visit(String prefix, Visitor visitor) {
    visitor.visit(prefix, this);
    children.forEach((n, child) -> child.visit(prefix + n + ".", visitor));
  }
}
