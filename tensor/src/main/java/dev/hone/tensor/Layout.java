package dev.hone.tensor;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where in its storage each element of a tensor lies. */
public sealed interface Layout {
  /** The logical shape, which never depends on the layout. */
  Shape shape();

  /**
   * Element (i0, i1, ...) lies at {@code offset + i0 * stride0 + i1 * stride1 + ...}. Reshape,
   * permute, slice and expand are edits of these numbers and move no data.
   */
  final class Strided implements Layout {
    private final Shape shape;
    private final int[] strides;
    private final int offset;

    private Strided(Shape shape, int[] strides, int offset) {
      this.shape = shape;
      this.strides = strides;
      this.offset = offset;
    }

    /** Row-major from offset 0: the last axis is adjacent in memory. */
    public static Strided contiguous(Shape shape) {
      return contiguous(shape, 0);
    }

    /** Row-major from {@code offset}. */
    public static Strided contiguous(Shape shape, int offset) {
      return new Strided(shape, rowMajor(shape), offset);
    }

    private static int[] rowMajor(Shape shape) {
      int[] s = new int[shape.rank()];
      int step = 1;
      for (int a = s.length - 1; a >= 0; a--) {
        s[a] = step;
        step *= Math.max(shape.dim(a), 1);
      }
      return s;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    /** Elements between neighbours along {@code axis}; 0 where the axis was expanded. */
    public int stride(int axis) {
      return strides[shape.axis(axis)];
    }

    /** The strides, as a copy. */
    public int[] strides() {
      return strides.clone();
    }

    public int offset() {
      return offset;
    }

    /** Whether the elements lie row-major without gaps (at any offset). */
    public boolean isContiguous() {
      int step = 1;
      for (int a = strides.length - 1; a >= 0; a--) {
        if (shape.dim(a) != 1 && strides[a] != step) {
          return shape.size() == 0;
        }
        step *= shape.dim(a);
      }
      return true;
    }

    /** Whether all elements are one and the same in memory: a number that was expanded. */
    public boolean isOneElement() {
      for (int a = 0; a < strides.length; a++) {
        if (shape.dim(a) > 1 && strides[a] != 0) {
          return false;
        }
      }
      return shape.size() > 0;
    }

    /** The position of the element at {@code index}. */
    public int position(int... index) {
      int p = offset;
      for (int a = 0; a < strides.length; a++) {
        p += index[a] * strides[a];
      }
      return p;
    }

    /** The same elements under another shape, or null where no strides express it. */
    @Nullable Strided reshape(Shape to) {
      return isContiguous() ? new Strided(to, rowMajor(to), offset) : null;
    }

    Strided permute(int... axes) {
      if (axes.length != shape.rank()) {
        throw new ShapeException(
            "permute: "
                + axes.length
                + " axes were given for "
                + shape
                + "; name each of its "
                + shape.rank()
                + " once");
      }
      shape.reducedAxes("permute", axes); // complains about repeated axes
      int[] d = new int[axes.length];
      int[] s = new int[axes.length];
      for (int i = 0; i < axes.length; i++) {
        d[i] = shape.dim(axes[i]);
        s[i] = strides[shape.axis(axes[i])];
      }
      return new Strided(Shape.of(d), s, offset);
    }

    Strided slice(int axis, int from, int to, int step) {
      int a = shape.axis("slice", axis);
      if (from < 0 || to > shape.dim(a) || from > to || step < 1) {
        throw new ShapeException(
            "slice: ["
                + from
                + ", "
                + to
                + ") by "
                + step
                + " does not fit axis "
                + axis
                + " of "
                + shape
                + "; it needs 0 <= from <= to <= "
                + shape.dim(a)
                + " and a step of 1 or more");
      }
      int[] s = strides.clone();
      s[a] *= step;
      int extent = (to - from + step - 1) / step;
      return new Strided(shape.with(a, extent), s, offset + from * strides[a]);
    }

    Strided expand(Shape to) {
      if (!shape.broadcastsTo(to)) {
        throw new ShapeException(
            "expand: "
                + shape
                + " does not broadcast to "
                + to
                + "; aligned at the end, its extents must be equal or 1");
      }
      int[] s = new int[to.rank()];
      for (int i = 1; i <= shape.rank(); i++) {
        s[s.length - i] = shape.dim(-i) == to.dim(-i) ? strides[strides.length - i] : 0;
      }
      return new Strided(to, s, offset);
    }

    @Override
    public boolean equals(Object o) {
      return o instanceof Strided l
          && shape.equals(l.shape)
          && offset == l.offset
          && Arrays.equals(strides, l.strides);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + offset;
    }

    @Override
    public String toString() {
      return "Strided" + shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
  }

  /**
   * The CPU's image layout: {@code [groups][H][W][C][lanes]} from {@link #START} on, where lane
   * {@code n % lanes} of group {@code n / lanes} is image {@code n}. One vector lane is one image,
   * so a kernel reads like code for a single image. The batch is padded up to whole groups; what
   * the padding lanes and the floats before the start hold is unspecified, and every reduction over
   * the batch leaves them out.
   *
   * @param shape {@code [N, C, H, W]}
   * @param lanes images per group
   */
  record BatchLanes(Shape shape, int lanes) implements Layout {
    /**
     * The first image's place. Twelve floats and an array's header are 64 bytes: where objects
     * begin at multiples of those, as {@code ./hone} has it, no vector straddles two cache lines.
     */
    public static final int START = 12;

    public BatchLanes {
      shape.requireRank("batch lanes", "x", 4);
    }

    public int groups() {
      return (shape.dim(0) + lanes - 1) / lanes;
    }

    /** Floats in one group of images. */
    public int groupLength() {
      return shape.dim(1) * shape.dim(2) * shape.dim(3) * lanes;
    }

    /** Where a group starts. */
    public int start(int group) {
      return START + group * groupLength();
    }

    /** Floats in all, those before the first image included. */
    public int length() {
      return Math.addExact(START, Math.multiplyExact(groups(), groupLength()));
    }

    /** The position of element {@code [n, c, h, w]}. */
    public int position(int n, int c, int h, int w) {
      int pixel = (n / lanes * shape.dim(2) + h) * shape.dim(3) + w;
      return START + (pixel * shape.dim(1) + c) * lanes + n % lanes;
    }
  }
}
