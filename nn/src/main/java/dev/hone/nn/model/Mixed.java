package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.Block;
import dev.hone.nn.Mode;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * An Inception module (Szegedy et al. 2016, arXiv 1512.00567, figures 5 to 7 and 10): branches side
 * by side over the same x, whose outputs are joined along the channels. The five kinds and the
 * names of their parts are those of torchvision's InceptionA to InceptionE.
 */
final class Mixed extends Block {
  private static final Pooling AROUND = new Pooling(3, 1, 1);
  private static final Pooling HALVING = new Pooling(3, 2, 0);

  /** A step of a branch. */
  private interface Step {
    Variable apply(Variable x, Mode mode);
  }

  private final List<List<Step>> branches = new ArrayList<>();
  private final int inChannels;
  private final Random random;
  private int outChannels;

  /** Of the branch that is being built: its channels so far. */
  private int channels;

  private Mixed(int inChannels, Random random) {
    this.inChannels = inChannels;
    this.random = random;
  }

  /** Channels of y. */
  int outChannels() {
    return outChannels;
  }

  // ---- the five kinds ----

  /** 35x35: 1x1, 5x5, twice 3x3, pool. */
  static Mixed a(int in, int pool, Width width, Random random) {
    var m = new Mixed(in, random);
    m.branch().unit("branch1x1", width.of(64), 1, 1).end();
    m.branch()
        .unit("branch5x5_1", width.of(48), 1, 1)
        .unit("branch5x5_2", width.of(64), 5, 5)
        .end();
    m.branch()
        .unit("branch3x3dbl_1", width.of(64), 1, 1)
        .unit("branch3x3dbl_2", width.of(96), 3, 3)
        .unit("branch3x3dbl_3", width.of(96), 3, 3)
        .end();
    m.branch().averagePool().unit("branch_pool", width.of(pool), 1, 1).end();
    return m;
  }

  /** From 35x35 to 17x17. */
  static Mixed b(int in, Width width, Random random) {
    var m = new Mixed(in, random);
    m.branch().halving("branch3x3", width.of(384)).end();
    m.branch()
        .unit("branch3x3dbl_1", width.of(64), 1, 1)
        .unit("branch3x3dbl_2", width.of(96), 3, 3)
        .halving("branch3x3dbl_3", width.of(96))
        .end();
    m.branch().maxPool(HALVING).end();
    return m;
  }

  /** 17x17: 1x1, 7x7 as 1x7 and 7x1, twice 7x7, pool. */
  static Mixed c(int in, int narrow, Width width, Random random) {
    int c7 = width.of(narrow);
    var m = new Mixed(in, random);
    m.branch().unit("branch1x1", width.of(192), 1, 1).end();
    m.branch()
        .unit("branch7x7_1", c7, 1, 1)
        .unit("branch7x7_2", c7, 1, 7)
        .unit("branch7x7_3", width.of(192), 7, 1)
        .end();
    m.branch()
        .unit("branch7x7dbl_1", c7, 1, 1)
        .unit("branch7x7dbl_2", c7, 7, 1)
        .unit("branch7x7dbl_3", c7, 1, 7)
        .unit("branch7x7dbl_4", c7, 7, 1)
        .unit("branch7x7dbl_5", width.of(192), 1, 7)
        .end();
    m.branch().averagePool().unit("branch_pool", width.of(192), 1, 1).end();
    return m;
  }

  /** From 17x17 to 8x8. */
  static Mixed d(int in, Width width, Random random) {
    int narrow = width.of(192);
    var m = new Mixed(in, random);
    m.branch().unit("branch3x3_1", narrow, 1, 1).halving("branch3x3_2", width.of(320)).end();
    m.branch()
        .unit("branch7x7x3_1", narrow, 1, 1)
        .unit("branch7x7x3_2", narrow, 1, 7)
        .unit("branch7x7x3_3", narrow, 7, 1)
        .halving("branch7x7x3_4", narrow)
        .end();
    m.branch().maxPool(HALVING).end();
    return m;
  }

  /**
   * 8x8: 1x1, 3x3 as 1x3 beside 3x1, the same behind a 3x3, pool.
   *
   * @param max whether the pool takes the largest and not the mean
   */
  static Mixed e(int in, boolean max, Width width, Random random) {
    int fork = width.of(384);
    var m = new Mixed(in, random);
    m.branch().unit("branch1x1", width.of(320), 1, 1).end();
    m.branch().unit("branch3x3_1", fork, 1, 1).fork("branch3x3_2a", "branch3x3_2b", fork).end();
    m.branch()
        .unit("branch3x3dbl_1", width.of(448), 1, 1)
        .unit("branch3x3dbl_2", fork, 3, 3)
        .fork("branch3x3dbl_3a", "branch3x3dbl_3b", fork)
        .end();
    Mixed pool = max ? m.branch().maxPool(AROUND) : m.branch().averagePool();
    pool.unit("branch_pool", width.of(192), 1, 1).end();
    return m;
  }

  // ---- building one branch after the other ----

  private Mixed branch() {
    branches.add(new ArrayList<>());
    channels = inChannels;
    return this;
  }

  private void end() {
    outChannels += channels;
  }

  private Mixed step(Step step) {
    branches.getLast().add(step);
    return this;
  }

  private Mixed unit(String name, int out, int height, int width) {
    return step(made(name, ConvUnit.same(channels, out, height, width, next())));
  }

  private Mixed halving(String name, int out) {
    return step(made(name, ConvUnit.valid(channels, out, 3, 2, next())));
  }

  private Mixed fork(String wide, String tall, int out) {
    int in = channels;
    Step row = made(wide, ConvUnit.same(in, out, 1, 3, next()));
    Step column = made(tall, ConvUnit.same(in, out, 3, 1, next()));
    channels = 2 * out;
    return step(
        (x, mode) -> Variable.concat(1, List.of(row.apply(x, mode), column.apply(x, mode))));
  }

  private Step made(String name, ConvUnit unit) {
    channels = unit.outChannels();
    return child(name, unit)::apply;
  }

  /** Each unit draws its weights from its own stream. */
  private Random next() {
    return random.split(children().size());
  }

  private Mixed maxPool(Pooling p) {
    return step((x, mode) -> x.maxPool(p));
  }

  /** Means of the pixels that are there: padding does not count, unlike {@link Pooling}'s. */
  private Mixed averagePool() {
    return step((x, mode) -> {
      Shape plane = Shape.of(1, 1, x.shape().dim(2), x.shape().dim(3));
      Variable ones = x.tape().constant(Tensor.ones(x.value().backend(), plane));
      return x.averagePool(AROUND).dividedBy(ones.averagePool(AROUND));
    });
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    var outputs = new ArrayList<Variable>();
    for (List<Step> branch : branches) {
      Variable y = x;
      for (Step step : branch) {
        y = step.apply(y, mode);
      }
      outputs.add(y);
    }
    return Variable.concat(1, outputs);
  }
}
