package dev.hone.nn.optim;

import java.util.List;

/**
 * The learning rate as a pure function of how far training has come. Steps are counted from 0;
 * PyTorch's schedulers of the same names, called once per step, give the same numbers.
 */
public sealed interface Schedule {
  /** The learning rate of {@code step}, 0 .. total - 1. */
  double rate(long step, long total);

  static Schedule constant(double rate) {
    return new Constant(rate);
  }

  /** Divided by 10 after half and after three quarters of the steps: He et al.'s for CIFAR. */
  static Schedule step(double rate) {
    return new Step(rate, List.of(0.5, 0.75), 0.1);
  }

  /** From {@code rate} to 0. */
  static Schedule cosine(double rate) {
    return new Cosine(rate, 0);
  }

  /** Up to {@code max} over the first 30 % of the steps and down again, as PyTorch's defaults. */
  static Schedule oneCycle(double max) {
    return new OneCycle(max, 0.3, 25, 1e4);
  }

  /** This one after {@code steps} of a linear rise from {@code from} times its first rate. */
  default Schedule afterWarmUp(long steps, double from) {
    return new WarmUp(steps, from, this);
  }

  /** The same rate throughout. */
  record Constant(double rate) implements Schedule {
    public Constant {
      requireRate("constant", rate);
    }

    @Override
    public double rate(long step, long total) {
      requireInside(step, total);
      return rate;
    }
  }

  /**
   * {@code rate * gamma^n}, with n the milestones passed: MultiStepLR.
   *
   * @param milestones parts of the whole, such as .5 and .75
   */
  record Step(double rate, List<Double> milestones, double gamma) implements Schedule {
    public Step {
      requireRate("step", rate);
      requireRate("step", gamma);
      milestones = List.copyOf(milestones);
      for (double m : milestones) {
        requirePart("step", "a milestone", m);
      }
    }

    @Override
    public double rate(long step, long total) {
      requireInside(step, total);
      long passed = milestones.stream().filter(m -> step >= m * total).count();
      return rate * Math.pow(gamma, passed);
    }
  }

  /** {@code last + (rate - last) (1 + cos(pi step / total)) / 2}: CosineAnnealingLR. */
  record Cosine(double rate, double last) implements Schedule {
    public Cosine {
      requireRate("cosine", rate);
      requireRate("cosine", last);
    }

    @Override
    public double rate(long step, long total) {
      requireInside(step, total);
      return last + (rate - last) * (1 + Math.cos(Math.PI * step / total)) / 2;
    }
  }

  /**
   * From {@code max / divisor} up to {@code max} and down to {@code max / divisor / lastDivisor},
   * each along half a cosine (Smith and Topin, arXiv 1708.07120): OneCycleLR.
   *
   * @param rise the part of the steps that goes up
   */
  record OneCycle(double max, double rise, double divisor, double lastDivisor) implements Schedule {
    public OneCycle {
      requireRate("one-cycle", max);
      requirePart("one-cycle", "the rise", rise);
      if (!(divisor > 0 && lastDivisor > 0)) {
        throw new IllegalArgumentException("one-cycle: divisors must be positive");
      }
    }

    @Override
    public double rate(long step, long total) {
      requireInside(step, total);
      double first = max / divisor;
      double top = rise * total - 1; // PyTorch counts the end of a phase from 0
      if (step <= top) {
        return halfCosine(first, max, top == 0 ? 1 : step / top);
      }
      return halfCosine(max, first / lastDivisor, (step - top) / (total - 1 - top));
    }

    private static double halfCosine(double from, double to, double part) {
      return to + (from - to) / 2 * (1 + Math.cos(Math.PI * part));
    }
  }

  /** A linear rise over {@code steps}, then {@code then} over the rest: LinearLR, SequentialLR. */
  record WarmUp(long steps, double from, Schedule then) implements Schedule {
    public WarmUp {
      if (steps < 0) {
        throw new IllegalArgumentException(
            "warm-up: its steps must not be negative, but are " + steps);
      }
      requirePart("warm-up", "its start", from);
    }

    @Override
    public double rate(long step, long total) {
      requireInside(step, total);
      long rest = Math.max(total - steps, 1);
      if (step >= steps) {
        return then.rate(step - steps, rest);
      }
      return then.rate(0, rest) * (from + (1 - from) * step / steps);
    }
  }

  private static void requireInside(long step, long total) {
    if (step < 0 || step >= total) {
      throw new IllegalArgumentException(
          "schedule: step " + step + " is outside a run of " + total + " steps");
    }
  }

  private static void requireRate(String schedule, double rate) {
    if (!(rate >= 0 && Double.isFinite(rate))) {
      throw new IllegalArgumentException(
          schedule + ": a rate must be finite and not negative, but is " + rate);
    }
  }

  private static void requirePart(String schedule, String what, double part) {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException(
          schedule + ": " + what + " must be in [0, 1], but is " + part);
    }
  }
}
