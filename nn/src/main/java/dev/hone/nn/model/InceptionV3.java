package dev.hone.nn.model;

import dev.hone.autograd.Variable;
import dev.hone.nn.BilinearResize;
import dev.hone.nn.Block;
import dev.hone.nn.FeatureModel;
import dev.hone.nn.Linear;
import dev.hone.nn.Mode;
import dev.hone.nn.Tapped;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Inception-v3 (Szegedy et al. 2016, arXiv 1512.00567) as FID is defined with it: TensorFlow's
 * network of December 2015 in the form of pytorch-fid, whose file of weights {@code
 * pt_inception-2015-12-05} it loads by name. From torchvision's it differs in three points: average
 * pools leave the padding out, the last module pools by maximum, and there are 1008 classes. It has
 * no auxiliary classifier.
 *
 * <p>{@code [N, 3, H, W]} in [-1, 1], 299 pixels a side for FID and 75 at least, to logits {@code
 * [N, 1008]}. The features tapped are pytorch-fid's four: after the first and the second pool
 * {@code [N, 64, 73, 73]} and {@code [N, 192, 35, 35]}, before the last stage {@code [N, 768, 17,
 * 17]}, and pool3 {@code [N, 2048]}.
 */
public final class InceptionV3 extends Block implements FeatureModel {
  /** Pixels a side that FID resizes images to. */
  public static final int SIDE = 299;

  /** How many numbers pool3 gives for an image. */
  public static final int FEATURES = 2048;

  private static final int CLASSES = 1008;
  private static final int SMALLEST_SIDE = 75;
  private static final Pooling HALVING = new Pooling(3, 2, 0);

  private final BilinearResize resize = new BilinearResize(SIDE);
  private final List<Block> first;
  private final List<Block> second;
  private final List<Block> middle;
  private final List<Block> last;
  private final Linear head;

  /**
   * @param random says on which backend, and what the weights start as; it is left where it is
   */
  public InceptionV3(Random random) {
    this(Width.FULL, random);
  }

  InceptionV3(Width width, Random random) {
    int narrow = width.of(32);
    int stem = width.of(64);
    int reduced = width.of(80);
    int wide = width.of(192);
    first =
        List.of(
            child("Conv2d_1a_3x3", ConvUnit.valid(3, narrow, 3, 2, random.split(0))),
            child("Conv2d_2a_3x3", ConvUnit.valid(narrow, narrow, 3, 1, random.split(1))),
            child("Conv2d_2b_3x3", ConvUnit.same(narrow, stem, 3, 3, random.split(2))));
    second =
        List.of(
            child("Conv2d_3b_1x1", ConvUnit.valid(stem, reduced, 1, 1, random.split(3))),
            child("Conv2d_4a_3x3", ConvUnit.valid(reduced, wide, 3, 1, random.split(4))));
    var modules = new ArrayList<Mixed>();
    Mixed m = add(modules, "5b", Mixed.a(wide, 32, width, random.split(5)));
    m = add(modules, "5c", Mixed.a(m.outChannels(), 64, width, random.split(6)));
    m = add(modules, "5d", Mixed.a(m.outChannels(), 64, width, random.split(7)));
    m = add(modules, "6a", Mixed.b(m.outChannels(), width, random.split(8)));
    m = add(modules, "6b", Mixed.c(m.outChannels(), 128, width, random.split(9)));
    m = add(modules, "6c", Mixed.c(m.outChannels(), 160, width, random.split(10)));
    m = add(modules, "6d", Mixed.c(m.outChannels(), 160, width, random.split(11)));
    m = add(modules, "6e", Mixed.c(m.outChannels(), 192, width, random.split(12)));
    m = add(modules, "7a", Mixed.d(m.outChannels(), width, random.split(13)));
    m = add(modules, "7b", Mixed.e(m.outChannels(), false, width, random.split(14)));
    m = add(modules, "7c", Mixed.e(m.outChannels(), true, width, random.split(15)));
    middle = List.copyOf(modules.subList(0, 8));
    last = List.copyOf(modules.subList(8, modules.size()));
    head = child("fc", new Linear(m.outChannels(), CLASSES, random.split(16)));
  }

  private Mixed add(List<Mixed> modules, String name, Mixed module) {
    modules.add(child("Mixed_" + name, module));
    return module;
  }

  /**
   * pool3 of images as pytorch-fid computes it: resized to 299x299 and stretched to [-1, 1].
   *
   * @param images {@code [N, 3, H, W]} in [0, 1], of any size
   * @return {@code [N, 2048]}
   */
  public Variable features(Variable images, Mode mode) {
    Variable x = resize.apply(images, mode).times(2).minus(1);
    return inside(x, () -> taps(x, mode).getLast());
  }

  @Override
  public Tapped tapped(Variable x, Mode mode) {
    return inside(
        x,
        () -> {
          List<Variable> taps = taps(x, mode);
          return new Tapped(head.apply(taps.getLast(), mode), taps);
        });
  }

  @Override
  protected Variable forward(Variable x, Mode mode) {
    return head.apply(taps(x, mode).getLast(), mode);
  }

  private List<Variable> taps(Variable x, Mode mode) {
    requireImages(x.shape());
    Variable a = through(first, x, mode).maxPool(HALVING);
    Variable b = through(second, a, mode).maxPool(HALVING);
    Variable c = through(middle, b, mode);
    return List.of(a, b, c, through(last, c, mode).globalAveragePool());
  }

  private static Variable through(List<Block> blocks, Variable x, Mode mode) {
    Variable y = x;
    for (Block block : blocks) {
      y = block.apply(y, mode);
    }
    return y;
  }

  private static void requireImages(Shape x) {
    x.requireRank("inception", "x", 4);
    if (x.dim(1) != 3 || Math.min(x.dim(2), x.dim(3)) < SMALLEST_SIDE) {
      throw new ShapeException(
          "inception: needs colour images [N, 3, H, W] of at least "
              + SMALLEST_SIDE
              + " pixels a side, but x is "
              + x
              + "; features() resizes, and grey images are repeated along the channels");
    }
  }
}
