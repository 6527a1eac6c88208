package dev.hone.nn;

import dev.hone.autograd.Tape;
import dev.hone.tensor.Random;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * How a forward pass runs. It is passed to {@link Block#apply(dev.hone.autograd.Variable, Mode)},
 * never stored in a block: there is no mode to forget to restore.
 */
public sealed interface Mode {
  /** Batch norm uses its running statistics, dropout does nothing: each sample for itself. */
  record Eval() implements Mode {}

  /**
   * Eval mode with the parameters as constants: no gradient reaches them, and what follows from
   * them alone, such as a convolution's weights with its batch norm folded in, is computed once and
   * kept until {@link #close}. For many passes of a model that does not change meanwhile, on any
   * number of threads.
   */
  final class Frozen implements Mode, AutoCloseable {
    private final Tape constants = Tape.inference();
    private final Map<Object, Object> derived = new HashMap<>();

    private Frozen() {}

    /**
     * What {@code make} made of the constants for {@code key}: one value per key, made on the first
     * call. Its variables belong to another tape; {@link Tape#constant} brings their values over.
     */
    @SuppressWarnings("unchecked") // a key's first value decides, and keys are blocks' own
    synchronized <T> T once(Object key, Function<Tape, T> make) {
      Object known = derived.get(key);
      if (known == null) {
        known = make.apply(constants);
        derived.put(key, known);
      }
      return (T) known;
    }

    @Override
    public void close() {
      derived.clear();
      constants.close();
    }
  }

  /**
   * Batch norm uses the batch's statistics, dropout drops.
   *
   * @param random what dropout draws from
   * @param updatesStatistics whether batch norm's running statistics move; off, a pass leaves no
   *     trace in the model ("batch-no-update")
   */
  record Train(Random random, boolean updatesStatistics) implements Mode {}

  static Mode eval() {
    return new Eval();
  }

  /** Eval mode for many passes of a model that does not change; to be closed. */
  static Frozen frozen() {
    return new Frozen();
  }

  static Mode train(Random random) {
    return new Train(random, true);
  }

  /** Train-mode arithmetic that leaves the running statistics alone. */
  static Mode batchNoUpdate(Random random) {
    return new Train(random, false);
  }
}
