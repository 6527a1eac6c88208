package dev.hone.kernels.cuda;

import dev.hone.tensor.Layout;
import dev.hone.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A loop over operands of one shape, as the kernels run it: at most four axes, neighbours merged
 * wherever all operands allow it. Operands in one piece have one axis, which needs no division.
 *
 * @param elements how often it runs
 * @param extents of the three inner axes, the innermost first; 1 where there is none
 * @param strides of each operand along the four axes, the innermost first, in elements
 * @param offsets of each operand's first element
 */
record StridedLoop(
    int elements, List<Integer> extents, List<List<Integer>> strides, List<Long> offsets) {
  private static final int AXES = 4;

  /** An operand: where it starts and its stride along each axis of the shape. */
  record Operand(long offset, int... strides) {
    static Operand of(Layout.Strided layout) {
      return new Operand(layout.offset(), layout.strides());
    }

    /** {@code layout} broadcast to {@code shape}. */
    static Operand of(Layout.Strided layout, Shape shape) {
      int[] strides = new int[shape.rank()];
      Shape own = layout.shape();
      for (int i = 1; i <= own.rank(); i++) {
        boolean repeats = own.dim(-i) == 1 && shape.dim(-i) != 1;
        strides[strides.length - i] = repeats ? 0 : layout.stride(-i);
      }
      return new Operand(layout.offset(), strides);
    }

    /** Row-major and of its own, from offset 0. */
    static Operand rowMajor(Shape shape) {
      return of(Layout.Strided.contiguous(shape));
    }
  }

  /**
   * The loops that together run over {@code shape}: one, but where more than four axes cannot be
   * merged, one for each step of the outer ones.
   */
  static List<StridedLoop> over(Shape shape, Operand... operands) {
    if (shape.size() == 0) {
      return List.of();
    }
    var axes = new ArrayList<int[]>(); // extent, then each operand's stride; outermost first
    for (int a = 0; a < shape.rank(); a++) {
      int[] axis = new int[1 + operands.length];
      axis[0] = shape.dim(a);
      for (int o = 0; o < operands.length; o++) {
        axis[1 + o] = operands[o].strides()[a];
      }
      addMerged(axes, axis);
    }
    long[] offsets = Arrays.stream(operands).mapToLong(Operand::offset).toArray();
    var loops = new ArrayList<StridedLoop>();
    unroll(axes, offsets, loops);
    return loops;
  }

  private static void addMerged(List<int[]> axes, int[] axis) {
    if (axis[0] == 1) {
      return;
    }
    if (!axes.isEmpty() && continues(axes.getLast(), axis)) {
      int[] merged = axis.clone();
      merged[0] *= axes.removeLast()[0];
      axes.add(merged);
    } else {
      axes.add(axis);
    }
  }

  private static boolean continues(int[] outer, int[] inner) {
    for (int o = 1; o < inner.length; o++) {
      if (outer[o] != inner[o] * inner[0]) {
        return false;
      }
    }
    return true;
  }

  private static void unroll(List<int[]> axes, long[] offsets, List<StridedLoop> loops) {
    if (axes.size() <= AXES) {
      loops.add(of(axes, offsets));
      return;
    }
    int[] outer = axes.getFirst();
    for (int step = 0; step < outer[0]; step++) {
      long[] moved = offsets.clone();
      for (int o = 0; o < moved.length; o++) {
        moved[o] += (long) step * outer[1 + o];
      }
      unroll(axes.subList(1, axes.size()), moved, loops);
    }
  }

  private static StridedLoop of(List<int[]> axes, long[] offsets) {
    int elements = 1;
    var extents = new ArrayList<Integer>();
    for (int[] axis : axes.reversed()) {
      elements *= axis[0];
      extents.add(axis[0]);
    }
    while (extents.size() < AXES) {
      extents.add(1);
    }
    var strides = new ArrayList<List<Integer>>();
    for (int o = 0; o < offsets.length; o++) {
      var own = new ArrayList<Integer>();
      for (int[] axis : axes.reversed()) {
        own.add(axis[1 + o]);
      }
      while (own.size() < AXES) {
        own.add(0);
      }
      strides.add(List.copyOf(own));
    }
    return new StridedLoop(
        elements,
        List.copyOf(extents.subList(0, AXES - 1)),
        List.copyOf(strides),
        Arrays.stream(offsets).boxed().toList());
  }

  /** Where {@code operand}'s first element lies. */
  long offset(int operand) {
    return offsets.get(operand);
  }

  /** Adds the extents of the three inner axes. */
  Arguments extents(Arguments to) {
    extents.forEach(extent -> to.u32(extent));
    return to;
  }

  /** Adds the four strides of {@code operand}. */
  Arguments strides(Arguments to, int operand) {
    strides.get(operand).forEach(stride -> to.u32(stride));
    return to;
  }
}
