package dev.hone.nn.optim;

import dev.hone.autograd.Gradients;
import dev.hone.autograd.NonFiniteException;
import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.Parameter;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * An {@link UpdateRule} at work on the parameters of a model: clips gradients, decays weights,
 * takes steps, and holds the rule's state, which a checkpoint saves and {@link #restore} brings
 * back. The learning rate is given with each step; a {@link Schedule} says which.
 */
public final class Optimizer {
  private final Settings settings;

  /** Those that decay and those that do not, where there are any. */
  private final List<Group<?>> groups;

  private long steps;

  private Optimizer(Settings settings, List<Group<?>> groups) {
    this.settings = settings;
    this.groups = groups;
  }

  /** An optimizer of all parameters of {@code model}. */
  public static Optimizer of(Block model, Settings settings) {
    var groups = new ArrayList<Group<?>>();
    for (boolean decays : new boolean[] {true, false}) {
      var members = new LinkedHashMap<String, Parameter>();
      model
          .parameters()
          .forEach((name, p) -> {
            if (settings.decay.appliesTo(p) == decays) {
              members.put(name, p);
            }
          });
      if (!members.isEmpty()) {
        groups.add(Group.of(members, decays, settings.rule));
      }
    }
    return new Optimizer(settings, List.copyOf(groups));
  }

  /**
   * What an optimizer is.
   *
   * @param rule what makes a step of a gradient
   * @param decay the pull of weights towards zero
   * @param clipping limits on gradients
   */
  public record Settings(UpdateRule<?> rule, WeightDecay decay, Clipping clipping) {
    /** SGD with Nesterov's momentum and coupled weight decay, such as .9 and 5e-4. */
    public static Settings sgdNesterov(double momentum, double decay) {
      return of(Sgd.nesterov(momentum), WeightDecay.coupled(decay));
    }

    /** Adam with weight decay as L2 regularisation. */
    public static Settings adam(double decay) {
      return of(new Adam(), WeightDecay.coupled(decay));
    }

    /** Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101). */
    public static Settings adamW(double decay) {
      return of(new Adam(), WeightDecay.decoupled(decay));
    }

    /** AdEMAMix with decoupled weight decay, without warm-ups. */
    public static Settings adEmaMix(double decay) {
      return of(new AdEmaMix(), WeightDecay.decoupled(decay));
    }

    public static Settings of(UpdateRule<?> rule, WeightDecay decay) {
      return new Settings(rule, decay, Clipping.none());
    }

    public Settings withRule(UpdateRule<?> other) {
      return new Settings(other, decay, clipping);
    }

    public Settings withDecay(WeightDecay other) {
      return new Settings(rule, other, clipping);
    }

    public Settings withClipping(Clipping other) {
      return new Settings(rule, decay, other);
    }
  }

  public Settings settings() {
    return settings;
  }

  /** How many steps were taken. */
  public long steps() {
    return steps;
  }

  /** The parameters on {@code tape}: the targets to ask gradients for. */
  public List<Variable> targets(Tape tape) {
    return groups.stream().flatMap(g -> g.members.stream()).map(m -> m.parameter.on(tape)).toList();
  }

  /**
   * Moves every parameter by one step.
   *
   * @param gradients with respect to {@link #targets}
   * @throws NonFiniteException if a gradient has a NaN or an infinity; nothing has moved then
   */
  public void step(Gradients gradients, Tape tape, double learningRate) {
    if (!(learningRate >= 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException(
          "optimizer: the learning rate must be finite and not negative, but is " + learningRate);
    }
    var all = new ArrayList<Tensor>(groups.size());
    for (Group<?> group : groups) {
      all.add(group.gradient(gradients, tape, steps));
    }
    List<Tensor> clipped = settings.clipping.apply(all);
    for (int i = 0; i < clipped.size(); i++) {
      groups.get(i).step(clipped.get(i), tape, learningRate, settings.decay);
    }
    steps++;
  }

  /**
   * A parameter within its group.
   *
   * @param from where its elements begin in the group's vectors
   */
  private record Member(String name, Parameter parameter, int from) {
    Tensor flat(Tensor t, Tape tape) {
      return t.in(tape.arena()).reshape(-1);
    }

    /** This member's elements of one of the group's vectors, in the parameter's shape; a view. */
    Tensor of(Tensor vector) {
      int size = parameter.shape().size();
      return vector.slice(0, from, from + size).reshape(parameter.shape());
    }

    void requireFinite(Tensor dx, long steps) {
      if (dx.shape().size() > 0 && !Double.isFinite(dx.abs().max().toDoubles()[0])) {
        throw new NonFiniteException(
            "optimizer: the gradient of "
                + name
                + " "
                + dx.shape()
                + " has a NaN or an infinity at step "
                + steps
                + "; lower the learning rate, clip gradients, or look for the op with"
                + " tape.checkFinite(true)");
      }
    }
  }

  /**
   * Parameters that are treated alike, one behind the other as one vector, and what the rule
   * remembers of it: a rule works elementwise, and a few ops on a long vector cost less than as
   * many on each of a hundred parameters.
   */
  private record Group<S extends RuleState>(
      List<Member> members, boolean decays, UpdateRule<S> rule, S state) {
    static <S extends RuleState> Group<S> of(
        Map<String, Parameter> parameters, boolean decays, UpdateRule<S> rule) {
      var members = new ArrayList<Member>();
      var flat = new ArrayList<Tensor>();
      int from = 0;
      for (var e : parameters.entrySet()) {
        members.add(new Member(e.getKey(), e.getValue(), from));
        flat.add(e.getValue().value().reshape(-1));
        from += e.getValue().shape().size();
      }
      return new Group<>(List.copyOf(members), decays, rule, rule.init(Tensor.concat(0, flat)));
    }

    /** The gradients of all members, in the tape's memory. */
    Tensor gradient(Gradients gradients, Tape tape, long steps) {
      var flat = new ArrayList<Tensor>(members.size());
      for (Member m : members) {
        flat.add(m.flat(gradients.get(m.parameter.on(tape)), tape));
      }
      Tensor all = Tensor.concat(0, flat);
      if (!Double.isFinite(all.sum().item())) {
        members.forEach(m -> m.requireFinite(m.of(all), steps));
      }
      return all;
    }

    /** {@code x = x - lr * step}; all but the assignments is computed in the tape's memory. */
    void step(Tensor dx, Tape tape, double learningRate, WeightDecay decay) {
      Tensor x =
          Tensor.concat(0, members.stream().map(m -> m.flat(m.parameter.value(), tape)).toList());
      boolean coupled = decays && decay.coupling() == WeightDecay.Coupling.COUPLED;
      Tensor step = rule.step(state, x, coupled ? dx.plus(x.times(decay.rate())) : dx);
      if (decays && !coupled) {
        step = step.plus(x.times(decay.rate()));
      }
      Tensor next = x.minus(step.times(learningRate));
      next.backend().split(next, members.stream().map(m -> m.parameter.value()).toList());
    }

    /** The state's tensors, under {@code <parameter>/<tensor>}. */
    Map<String, Tensor> named() {
      var all = new LinkedHashMap<String, Tensor>();
      for (Member m : members) {
        state.tensors().forEach((n, t) -> all.put(m.name + "/" + n, m.of(t)));
      }
      return all;
    }
  }

  /** The rule's state as {@code <parameter>/<tensor>}, live: what a checkpoint holds. */
  public Map<String, Tensor> state() {
    var all = new LinkedHashMap<String, Tensor>();
    groups.forEach(group -> all.putAll(group.named()));
    return all;
  }

  /** Brings back what {@link #state} and {@link #steps} gave. */
  public void restore(Map<String, Tensor> saved, long stepsTaken) {
    Map<String, Tensor> own = state();
    requireSame(own, saved);
    saved.forEach((name, t) -> {
      Tensor target = Objects.requireNonNull(own.get(name));
      target.assign(t.to(target.backend()));
    });
    groups.forEach(group -> group.state.count(stepsTaken));
    steps = stepsTaken;
  }

  /** Complains, once about everything, unless the names and shapes agree. */
  private static void requireSame(Map<String, Tensor> own, Map<String, Tensor> saved) {
    var problems = new TreeSet<String>();
    own.forEach((name, t) -> {
      Tensor other = saved.get(name);
      if (other == null) {
        problems.add(name + " is missing");
      } else if (!other.shape().equals(t.shape())) {
        problems.add(name + " has shape " + other.shape() + " instead of " + t.shape());
      }
    });
    saved.keySet().stream()
        .filter(name -> !own.containsKey(name))
        .forEach(name -> problems.add(name + " is unknown"));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "optimizer: the saved state does not fit the model and the rule: "
              + String.join(", ", problems));
    }
  }
}
