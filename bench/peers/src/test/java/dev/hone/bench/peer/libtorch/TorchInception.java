package dev.hone.bench.peer.libtorch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * FID's Inception-v3 in eval mode, spelled out with libtorch's functions from the published
 * structure: torchvision's modules with pytorch-fid's three changes.
 *
 * @param state by the names of the standard file
 */
record TorchInception(Map<String, Tensor> state) {
  private static final long[] ONE = {1, 1};
  private static final long[] TWO = {2, 2};
  private static final long[] THREE = {3, 3};
  private static final long[] NONE = {0, 0};

  private Tensor get(String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  /** What each top-level block returns for x {@code [N, 3, H, W]} in [-1, 1], by its name. */
  Map<String, Tensor> outputs(Tensor x) {
    var y = new LinkedHashMap<String, Tensor>();
    Tensor t = keep(y, "Conv2d_1a_3x3", unit("Conv2d_1a_3x3", x, TWO, 0, 0));
    t = keep(y, "Conv2d_2a_3x3", unit("Conv2d_2a_3x3", t, ONE, 0, 0));
    t = keep(y, "Conv2d_2b_3x3", unit("Conv2d_2b_3x3", t, ONE, 1, 1));
    t = maxPool(t, TWO, NONE);
    t = keep(y, "Conv2d_3b_1x1", unit("Conv2d_3b_1x1", t, ONE, 0, 0));
    t = keep(y, "Conv2d_4a_3x3", unit("Conv2d_4a_3x3", t, ONE, 0, 0));
    t = maxPool(t, TWO, NONE);
    for (String name : new String[] {"Mixed_5b", "Mixed_5c", "Mixed_5d"}) {
      t = keep(y, name, a(name + ".", t));
    }
    t = keep(y, "Mixed_6a", b("Mixed_6a.", t));
    for (String name : new String[] {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) {
      t = keep(y, name, c(name + ".", t));
    }
    t = keep(y, "Mixed_7a", d("Mixed_7a.", t));
    t = keep(y, "Mixed_7b", e("Mixed_7b.", t, averagePool(t)));
    t = keep(y, "Mixed_7c", e("Mixed_7c.", t, maxPool(t, ONE, ONE)));
    t = keep(y, "pool3", torch.adaptive_avg_pool2d(t, 1, 1).flatten(1, 3));
    keep(y, "fc", torch.linear(t, get("fc.weight"), new TensorOptional(get("fc.bias"))));
    return y;
  }

  private static Tensor keep(Map<String, Tensor> outputs, String name, Tensor y) {
    outputs.put(name, y);
    return y;
  }

  private Tensor unit(String name, Tensor x, long[] stride, long padHeight, long padWidth) {
    Tensor z =
        torch.conv2d(
            x,
            get(name + ".conv.weight"),
            Torch.NONE,
            stride,
            new long[] {padHeight, padWidth},
            ONE,
            1);
    Tensor normed =
        torch.batch_norm(
            z,
            new TensorOptional(get(name + ".bn.weight")),
            new TensorOptional(get(name + ".bn.bias")),
            new TensorOptional(get(name + ".bn.running_mean")),
            new TensorOptional(get(name + ".bn.running_var")),
            false,
            0.1,
            1e-3,
            false);
    return torch.relu_(normed);
  }

  private Tensor unit(String name, Tensor x) {
    return unit(name, x, ONE, 0, 0);
  }

  private static Tensor maxPool(Tensor x, long[] stride, long[] padding) {
    return torch.max_pool2d(x, THREE, stride, padding, ONE, false);
  }

  private static Tensor averagePool(Tensor x) {
    return torch.avg_pool2d(x, THREE, ONE, ONE, false, false, new LongOptional());
  }

  private static Tensor join(Tensor... branches) {
    return torch.cat(new TensorVector(branches), 1);
  }

  private Tensor twice3x3(String m, Tensor x, long[] stride, long padding) {
    Tensor t = unit(m + "branch3x3dbl_1", x);
    t = unit(m + "branch3x3dbl_2", t, ONE, 1, 1);
    return unit(m + "branch3x3dbl_3", t, stride, padding, padding);
  }

  private Tensor a(String m, Tensor x) {
    return join(
        unit(m + "branch1x1", x),
        unit(m + "branch5x5_2", unit(m + "branch5x5_1", x), ONE, 2, 2),
        twice3x3(m, x, ONE, 1),
        unit(m + "branch_pool", averagePool(x)));
  }

  private Tensor b(String m, Tensor x) {
    return join(unit(m + "branch3x3", x, TWO, 0, 0), twice3x3(m, x, TWO, 0), maxPool(x, TWO, NONE));
  }

  private Tensor c(String m, Tensor x) {
    Tensor once = unit(m + "branch7x7_1", x);
    once = unit(m + "branch7x7_2", once, ONE, 0, 3);
    once = unit(m + "branch7x7_3", once, ONE, 3, 0);
    Tensor twice = unit(m + "branch7x7dbl_1", x);
    twice = unit(m + "branch7x7dbl_2", twice, ONE, 3, 0);
    twice = unit(m + "branch7x7dbl_3", twice, ONE, 0, 3);
    twice = unit(m + "branch7x7dbl_4", twice, ONE, 3, 0);
    twice = unit(m + "branch7x7dbl_5", twice, ONE, 0, 3);
    return join(unit(m + "branch1x1", x), once, twice, unit(m + "branch_pool", averagePool(x)));
  }

  private Tensor d(String m, Tensor x) {
    Tensor seven = unit(m + "branch7x7x3_1", x);
    seven = unit(m + "branch7x7x3_2", seven, ONE, 0, 3);
    seven = unit(m + "branch7x7x3_3", seven, ONE, 3, 0);
    seven = unit(m + "branch7x7x3_4", seven, TWO, 0, 0);
    return join(
        unit(m + "branch3x3_2", unit(m + "branch3x3_1", x), TWO, 0, 0),
        seven,
        maxPool(x, TWO, NONE));
  }

  private Tensor e(String m, Tensor x, Tensor pooled) {
    Tensor once = unit(m + "branch3x3_1", x);
    Tensor twice = unit(m + "branch3x3dbl_1", x);
    twice = unit(m + "branch3x3dbl_2", twice, ONE, 1, 1);
    return join(
        unit(m + "branch1x1", x),
        unit(m + "branch3x3_2a", once, ONE, 0, 1),
        unit(m + "branch3x3_2b", once, ONE, 1, 0),
        unit(m + "branch3x3dbl_3a", twice, ONE, 0, 1),
        unit(m + "branch3x3dbl_3b", twice, ONE, 1, 0),
        unit(m + "branch_pool", pooled));
  }
}
