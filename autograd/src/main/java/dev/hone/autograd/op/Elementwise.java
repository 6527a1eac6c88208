package dev.hone.autograd.op;

import dev.hone.tensor.Tensor;

/** Functions of one element of each operand. Where operands broadcast, their gradients sum back. */
public sealed interface Elementwise extends Op {

  /** y = a + b. da = dy, db = dy. */
  record Add() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).plus(saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.sumTo(saved.input(0).shape()));
      dx.add(1, () -> dy.sumTo(saved.input(1).shape()));
    }
  }

  /** y = a - b. da = dy, db = -dy. */
  record Subtract() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).minus(saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.sumTo(saved.input(0).shape()));
      dx.add(1, () -> dy.sumTo(saved.input(1).shape()).negate());
    }
  }

  /** y = a * b. da = dy * b, db = dy * a. */
  record Multiply() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).times(saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.times(saved.input(1)).sumTo(saved.input(0).shape()));
      dx.add(1, () -> dy.times(saved.input(0)).sumTo(saved.input(1).shape()));
    }
  }

  /** y = a / b. da = dy / b, db = -dy * y / b. */
  record Divide() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).dividedBy(saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor b = saved.input(1);
      dx.add(0, () -> dy.dividedBy(b).sumTo(saved.input(0).shape()));
      dx.add(1, () -> dy.times(saved.output()).dividedBy(b).negate().sumTo(b.shape()));
    }
  }

  /** y = a^b. da = dy * b * a^(b-1), db = dy * y * log a (a &gt; 0). */
  record Power() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).pow(saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor a = saved.input(0);
      Tensor b = saved.input(1);
      dx.add(0, () -> dy.times(b).times(a.pow(b.minus(1))).sumTo(a.shape()));
      dx.add(1, () -> dy.times(saved.output()).times(a.log()).sumTo(b.shape()));
    }
  }

  /** y = min(a, b). dy goes to the smaller; where equal, half to each. */
  record Minimum() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).minimum(saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor a = saved.input(0);
      Tensor b = saved.input(1);
      dx.add(0, () -> dy.times(share(a.less(b), a, b)).sumTo(a.shape()));
      dx.add(1, () -> dy.times(share(b.less(a), a, b)).sumTo(b.shape()));
    }
  }

  /** y = max(a, b). dy goes to the larger; where equal, half to each. */
  record Maximum() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).maximum(saved.input(1));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor a = saved.input(0);
      Tensor b = saved.input(1);
      dx.add(0, () -> dy.times(share(a.greater(b), a, b)).sumTo(a.shape()));
      dx.add(1, () -> dy.times(share(b.greater(a), a, b)).sumTo(b.shape()));
    }
  }

  private static Tensor share(Tensor wins, Tensor a, Tensor b) {
    return wins.plus(a.equalTo(b).times(0.5));
  }

  /** y = a where the condition (input 0) is not 0, else b. da = dy there, db = dy elsewhere. */
  record Where() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return Tensor.where(saved.input(0), saved.input(1), saved.input(2));
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor condition = saved.input(0);
      Tensor zero = dy.fullLike(0);
      dx.add(1, () -> Tensor.where(condition, dy, zero).sumTo(saved.input(1).shape()));
      dx.add(2, () -> Tensor.where(condition, zero, dy).sumTo(saved.input(2).shape()));
    }
  }

  /** y = -x. dx = -dy. */
  record Negate() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).negate();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, dy::negate);
    }
  }

  /** y = e^x. dx = dy * y. */
  record Exp() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).exp();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.times(saved.output()));
    }
  }

  /** y = log x, natural. dx = dy / x. */
  record Log() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).log();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.dividedBy(saved.input(0)));
    }
  }

  /** y = sqrt x. dx = dy / (2 y). */
  record Sqrt() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).sqrt();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.dividedBy(saved.output().times(2)));
    }
  }

  /** y = x^2. dx = 2 x dy. */
  record Square() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      Tensor x = saved.input(0);
      return x.times(x);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> saved.input(0).times(2).times(dy));
    }
  }

  /** y = tanh x. dx = dy * (1 - y^2). */
  record Tanh() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).tanh();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor y = saved.output();
      dx.add(0, () -> dy.minus(dy.times(y).times(y)));
    }
  }

  /** y = 1 / (1 + e^-x). dx = dy * y * (1 - y). */
  record Sigmoid() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).sigmoid();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor y = saved.output();
      dx.add(0, () -> dy.times(y.minus(y.times(y))));
    }
  }

  /** y = max(x, 0). dx = dy where y &gt; 0, else 0; so d relu / dx at 0 is 0. */
  record Relu() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).relu();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dx.dyIsMasked() ? dy : dy.wherePositive(saved.output()));
    }

    @Override
    public boolean endsInRelu() {
      return true;
    }
  }

  /** y = |x|. dx = dy * sign x; so d |x| / dx at 0 is 0. */
  record Abs() implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).abs();
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      dx.add(0, () -> dy.times(saved.input(0).sign()));
    }
  }

  /** y = min(max(x, low), high). dx = dy where low &lt;= x &lt;= high, else 0. */
  record Clamp(float low, float high) implements Elementwise {
    @Override
    public Tensor forward(Saved saved) {
      return saved.input(0).clamp(low, high);
    }

    @Override
    public void vjp(Saved saved, Tensor dy, Cotangents dx) {
      Tensor x = saved.input(0);
      dx.add(0, () -> dy.times(x.equalTo(saved.output())));
    }
  }
}
