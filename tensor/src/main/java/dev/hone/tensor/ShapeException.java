package dev.hone.tensor;

/**
 * Shapes that do not fit an operation. Thrown before any kernel runs, with the same words on every
 * backend: the op, its operands, the axis that fails, the way out; blocks add where it happened.
 */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final String path;

  public ShapeException(String problem) {
    this(problem, "");
  }

  private ShapeException(String problem, String path) {
    super(path.isEmpty() ? problem : problem + " (in " + path + ")");
    this.problem = problem;
    this.path = path;
  }

  /** The same problem, seen from the block called {@code name} that encloses where it happened. */
  public ShapeException within(String name) {
    var outer = new ShapeException(problem, path.isEmpty() ? name : name + "." + path);
    outer.setStackTrace(getStackTrace());
    return outer;
  }

  /** The dotted path of blocks, outermost first, such as {@code resnet.stage2.0.conv1}. */
  public String path() {
    return path;
  }
}
