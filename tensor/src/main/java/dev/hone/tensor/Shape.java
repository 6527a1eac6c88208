package dev.hone.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, outermost axis first: images are {@code [N, C, H, W]} whatever their
 * storage looks like. Zero extents are allowed; a scalar is {@code []}. Negative axes count from
 * the end.
 */
public final class Shape {
  /** The largest rank: what every kernel has to handle. */
  public static final int MAX_RANK = 6;

  private final int[] dims;
  private final int size;

  private Shape(int[] dims) {
    this.dims = dims;
    if (dims.length > MAX_RANK) {
      throw new ShapeException(
          "shape " + this + " has rank " + dims.length + ", but at most " + MAX_RANK + " is held");
    }
    this.size = product();
  }

  private int product() {
    boolean empty = false;
    for (int d : dims) {
      if (d < 0) {
        throw new ShapeException("shape " + this + ": extents must not be negative");
      }
      empty |= d == 0;
    }
    long n = empty ? 0 : 1; // whatever the other extents are
    for (int d : dims) {
      n *= d;
      if (n > Integer.MAX_VALUE) {
        throw new ShapeException(
            "shape " + this + " has more than 2^31 - 1 elements; split it along an axis");
      }
    }
    return (int) n;
  }

  /** A shape of the given extents; {@code of()} is a scalar's. */
  public static Shape of(int... dims) {
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  /** The number of elements. */
  public int size() {
    return size;
  }

  /** The extent of {@code axis}; -1 is the last. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /** The extents, as a copy. */
  public int[] dims() {
    return dims.clone();
  }

  /** {@code axis} counted from the front. */
  public int axis(int axis) {
    return axis("shape", axis);
  }

  /** {@code axis} counted from the front; complains in {@code op}'s name where there is none. */
  public int axis(String op, int axis) {
    int a = axis < 0 ? axis + dims.length : axis;
    if (a < 0 || a >= dims.length) {
      throw new ShapeException(
          op
              + ": axis "
              + axis
              + " does not exist in "
              + this
              + (dims.length == 0
                  ? ", a scalar"
                  : "; axes run from " + -dims.length + " to " + (dims.length - 1)));
    }
    return a;
  }

  /** The same shape with another extent at {@code axis}. */
  public Shape with(int axis, int extent) {
    int[] d = dims.clone();
    d[axis(axis)] = extent;
    return new Shape(d);
  }

  /** The same shape without {@code axis}. */
  public Shape without(int axis) {
    int a = axis(axis);
    int[] d = new int[dims.length - 1];
    System.arraycopy(dims, 0, d, 0, a);
    System.arraycopy(dims, a + 1, d, a, d.length - a);
    return new Shape(d);
  }

  /** The same shape with a new axis of {@code extent} at position {@code axis}, 0 .. rank. */
  public Shape inserting(int axis, int extent) {
    int a = axis < 0 ? axis + dims.length + 1 : axis;
    if (a < 0 || a > dims.length) {
      throw new ShapeException(
          "unsqueeze: there is no position " + axis + " for a new axis in " + this);
    }
    int[] d = new int[dims.length + 1];
    System.arraycopy(dims, 0, d, 0, a);
    d[a] = extent;
    System.arraycopy(dims, a, d, a + 1, dims.length - a);
    return new Shape(d);
  }

  /**
   * What is left after reducing {@code axes} (none given: all of them).
   *
   * @param keep whether reduced axes stay, with extent 1
   */
  public Shape reduced(boolean keep, int... axes) {
    boolean[] gone = reducedAxes(axes);
    int[] d = new int[dims.length];
    int rank = 0;
    for (int a = 0; a < dims.length; a++) {
      if (!gone[a]) {
        d[rank++] = dims[a];
      } else if (keep) {
        d[rank++] = 1;
      }
    }
    return new Shape(Arrays.copyOf(d, rank));
  }

  /** Which axes {@code axes} names; no axes name all. A repeated axis is an error. */
  public boolean[] reducedAxes(int... axes) {
    return reducedAxes("reduce", axes);
  }

  /** {@link #reducedAxes(int...)}, complaining in {@code op}'s name. */
  boolean[] reducedAxes(String op, int... axes) {
    boolean[] named = new boolean[dims.length];
    if (axes.length == 0) {
      Arrays.fill(named, true);
    }
    for (int axis : axes) {
      int a = axis(op, axis);
      if (named[a]) {
        throw new ShapeException(op + ": axis " + axis + " of " + this + " is named twice");
      }
      named[a] = true;
    }
    return named;
  }

  /**
   * The shape both operands broadcast to, by NumPy's rule: axes are aligned at the end, and extents
   * must be equal or 1.
   *
   * @param op the operation's name, for the error
   */
  public static Shape broadcast(String op, Shape a, Shape b) {
    if (a.equals(b)) {
      return a;
    }
    int rank = Math.max(a.rank(), b.rank());
    int[] d = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int x = i <= a.rank() ? a.dim(-i) : 1;
      int y = i <= b.rank() ? b.dim(-i) : 1;
      if (x != y && x != 1 && y != 1) {
        throw new ShapeException(
            op
                + ": shapes "
                + a
                + " and "
                + b
                + " do not broadcast: axis -"
                + i
                + " is "
                + x
                + " against "
                + y
                + "; extents must be equal or 1");
      }
      d[rank - i] = x == 1 ? y : x;
    }
    return new Shape(d);
  }

  /** Whether {@code this} broadcasts to exactly {@code target}. */
  public boolean broadcastsTo(Shape target) {
    if (rank() > target.rank()) {
      return false;
    }
    for (int i = 1; i <= rank(); i++) {
      if (dim(-i) != target.dim(-i) && dim(-i) != 1) {
        return false;
      }
    }
    return true;
  }

  /** Complains, in {@code op}'s name, unless {@code operand} has {@code rank} axes. */
  public void requireRank(String op, String operand, int rank) {
    if (rank() != rank) {
      throw new ShapeException(
          op + ": " + operand + " must have rank " + rank + ", but has shape " + this);
    }
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.stream(dims)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
