package dev.hone.autograd.op;

import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.List;

/** Functions of all elements along some axes; no axes: of all elements. */
public sealed interface Reduce extends Op {
  /** The axes, which disappear. */
  List<Integer> axes();

  /** y with its lost axes back as extents of 1, broadcast over x. */
  private static Tensor spread(Tensor y, Tensor x, List<Integer> axes) {
    Shape kept = x.shape().reduced(true, array(axes));
    return y.reshape(kept).expand(x.shape());
  }

  private static int[] array(List<Integer> axes) {
    return axes.stream().mapToInt(Integer::intValue).toArray();
  }

  /** y = sum of x. dx = dy, spread. */
  record Sum(List<Integer> axes) implements Reduce {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).sum(array(axes));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> spread(dy, saved.input(0), axes));
    }
  }

  /** y = mean of x over M elements. dx = dy / M, spread. */
  record Mean(List<Integer> axes) implements Reduce {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).mean(array(axes));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      double count = (double) saved.input(0).shape().size() / dy.shape().size();
      dx.add(0, () -> spread(dy.dividedBy(count), saved.input(0), axes));
    }
  }

  /** y = max of x. dx = dy at the largest elements, in equal shares. */
  record Max(List<Integer> axes) implements Reduce {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).max(array(axes));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor x = saved.input(0);
      dx.add(
          0,
          () -> {
            Tensor largest = x.equalTo(spread(saved.output(), x, axes));
            Tensor share = dy.dividedBy(largest.sum(array(axes)));
            return largest.times(spread(share, x, axes));
          });
    }
  }
}
