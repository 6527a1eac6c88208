package dev.hone.autograd.op;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.List;

/** Ops that move elements and compute nothing; their gradients move them back. */
public sealed interface Move extends Op {

  private static int[] array(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }

  /** y = x under another shape. dx = dy under x's. */
  record Reshape(Shape to) implements Move {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).reshape(to);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.reshape(saved.input(0).shape()));
    }
  }

  /** Axis i of y is axis {@code axes[i]} of x. dx = dy under the inverse permutation. */
  record Permute(List<Integer> axes) implements Move {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).permute(array(axes));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      int[] inverse = new int[axes.size()];
      for (int i = 0; i < inverse.length; i++) {
        inverse[saved.input(0).shape().axis(axes.get(i))] = i;
      }
      dx.add(0, () -> dy.permute(inverse));
    }
  }

  /** y = every step-th element of one axis in [from, to). dx = dy there, 0 elsewhere. */
  record Slice(int axis, int from, int to, int step) implements Move {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).slice(axis, from, to, step);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(
          0,
          () -> {
            Tensor full = dy.backend().full(saved.input(0).shape(), dy.dtype(), 0, dy.arena());
            full.slice(axis, from, to, step).assign(dy);
            return full;
          });
    }
  }

  /** y = x repeated along axes of extent 1. dx = dy summed over them. */
  record Expand(Shape to) implements Move {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).expand(to);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.sumTo(saved.input(0).shape()));
    }
  }

  /** y = the inputs one behind the other. Each input's dx is its slice of dy. */
  record Concat(int axis) implements Move {
    @Override
    public Tensor forward(Saved saved) {
      return Tensor.concat(axis, saved.inputs());
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      int from = 0;
      for (int i = 0; i < saved.inputs().size(); i++) {
        int start = from;
        int end = from + saved.input(i).shape().dim(axis);
        dx.add(i, () -> dy.slice(axis, start, end));
        from = end;
      }
    }
  }

  /** y = x with a margin of {@code value}. dx = dy without the margin. */
  record Pad(List<Integer> before, List<Integer> after, float value) implements Move {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).pad(array(before), array(after), value);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(
          0,
          () -> {
            Tensor inner = dy;
            for (int a = 0; a < before.size(); a++) {
              int extent = saved.input(0).shape().dim(a);
              inner = inner.slice(a, before.get(a), before.get(a) + extent);
            }
            return inner;
          });
    }
  }

  /** y = the elements of x that int32 index (input 1) names. dx = dy added up at those places. */
  record Gather(int axis) implements Move {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).gather(axis, saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      int size = saved.input(0).shape().dim(axis);
      dx.add(0, () -> dy.scatterAdd(axis, saved.input(1), size));
    }
  }
}
