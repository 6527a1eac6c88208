package dev.hone.tensor.conformance;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Pooling;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.backend.BatchNormGradient;
import dev.hone.tensor.backend.BatchStatistics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A small residual network forwards and backwards, each result fed to the next op as it comes, so
 * that whatever layouts a backend chooses meet each other and strided operands. At every stage that
 * allows it, NaN is put into the padding of the batch: only real images may reach a result.
 */
final class ImageChain {
  private static final float EPS = 1e-5f;
  private static final Convolution SAME = new Convolution(1, 1);
  private static final Convolution HALF = new Convolution(2, 1);

  private final Backend backend;
  private final int batch;
  private final Philox philox = new Philox(77, 0);
  private final Map<String, Tensor> results = new LinkedHashMap<>();
  private int drawn;

  private ImageChain(Backend backend, int batch) {
    this.backend = backend;
    this.batch = batch;
  }

  /** Every intermediate result of a batch of {@code batch} images, by name. */
  static Map<String, Tensor> run(Backend backend, int batch) {
    var chain = new ImageChain(backend, batch);
    chain.forwardAndBack();
    chain.odds();
    return chain.results;
  }

  private Tensor draw(int... dims) {
    return Input.general(dims).on(backend, philox.split(drawn++));
  }

  private Tensor keep(String name, Tensor x) {
    results.put(name, x);
    return x;
  }

  private void forwardAndBack() {
    Tensor images = draw(batch, 3, 8, 6);
    Tensor w1 = draw(5, 3, 3, 3);
    Tensor w2 = draw(5, 5, 3, 3);
    Tensor gamma = draw(5).abs().plus(0.5);
    Tensor beta = draw(5);

    Tensor a = keep("a = conv x", images.convolution(w1, SAME));
    BatchStatistics sa = statistics("a", a);
    Tensor b = keep("b = relu bn a", a.batchNorm(sa, gamma, beta, EPS, null, true));
    Tensor c = keep("c = conv b", Packing.packed(b).convolution(w2, SAME));
    BatchStatistics sc = statistics("c", c);
    Tensor stridedB = b.contiguous();
    Tensor d = keep("d = relu(bn c + strided b)", norm(c, sc, gamma, beta, stridedB));
    keep("d by way of a packed residual", norm(c.contiguous(), sc, gamma, beta, b));
    Tensor e = keep("e = maxpool d", d.maxPool(new Pooling(2)));
    Tensor f = keep("f = averagepool e", e.averagePool(new Pooling(2, 1, 0)));

    Tensor df = draw(f.shape().dims());
    Tensor de = keep("de", df.averagePoolGradient(e.shape(), new Pooling(2, 1, 0)));
    Tensor dd = keep("dd", de.maxPoolGradient(d, new Pooling(2)));
    BatchNormGradient g = gradient("c", Packing.packed(dd), d, c, sc, gamma);
    Tensor dc = Objects.requireNonNull(g.dx());
    keep("dw2", dc.convolutionWeightGradient(b, w2.shape(), SAME));
    keep("dw2 from strided b", dc.convolutionWeightGradient(stridedB, w2.shape(), SAME));
    keep("dw2 from strided dc", dc.contiguous().convolutionWeightGradient(b, w2.shape(), SAME));
    keep("dw2 from padded", poisoned(dc).convolutionWeightGradient(poisoned(b), w2.shape(), SAME));
    Tensor db =
        keep(
            "db",
            dc.convolutionInputGradient(w2, b.shape(), SAME)
                .plus(Objects.requireNonNull(g.dresidual())));
    Tensor da = Objects.requireNonNull(gradient("a", db, b, a, sa, gamma).dx());
    keep("dw1 from strided x", da.convolutionWeightGradient(images, w1.shape(), SAME));
    keep("dx", da.convolutionInputGradient(w1, images.shape(), SAME));
  }

  private static Tensor norm(
      Tensor x, BatchStatistics s, Tensor gamma, Tensor beta, Tensor residual) {
    return x.batchNorm(s, gamma, beta, EPS, residual, true);
  }

  private BatchStatistics statistics(String name, Tensor x) {
    BatchStatistics s = poisoned(x).batchStatistics();
    keep("mean " + name, s.mean());
    keep("variance " + name, s.variance());
    return x.batchStatistics();
  }

  private BatchNormGradient gradient(
      String name, Tensor dy, Tensor y, Tensor x, BatchStatistics s, Tensor gamma) {
    BatchNormGradient g = backend.batchNormGradient(dy, y, poisoned(x), s, gamma, EPS, true, true);
    keep("dgamma " + name, g.dgamma());
    keep("dbeta " + name, g.dbeta());
    keep("d" + name, Objects.requireNonNull(g.dx()));
    keep("dresidual " + name, Objects.requireNonNull(g.dresidual()));
    return g;
  }

  /** The same numbers; where padding holds 0 or NaN, it holds NaN afterwards. */
  private static Tensor poisoned(Tensor x) {
    Tensor like = x.abs().plus(1);
    return x.plus(like.log().minus(like.log())).plus(zerosOf(x));
  }

  private static Tensor zerosOf(Tensor x) {
    return Packing.packed(x.fullLike(0));
  }

  /** What a network does once or twice: broadcasts, reductions, joins, layouts that mix. */
  private void odds() {
    Tensor x = Packing.packed(draw(batch, 5, 4, 6));
    Tensor y = poisoned(draw(batch, 5, 4, 6).convolution(draw(5, 5, 1, 1), new Convolution(1, 0)));
    Tensor strided = draw(6, 4, 5, batch).permute(3, 2, 1, 0);
    keep("packed + strided", x.plus(strided));
    keep("strided - packed", strided.minus(x));
    keep("packed * channels", x.times(draw(5, 1, 1)));
    keep("packed * images", x.times(draw(batch, 1, 1, 1)));
    keep("packed + scalar", x.plus(2.5));
    keep("where", Tensor.where(x.greater(y), x, strided));
    keep("sum", x.sum());
    keep("mean over images", y.mean(0));
    keep("sum over images and pixels", y.sum(0, 2, 3));
    keep("global pool", x.mean(2, 3));
    keep("max", y.max());
    keep("max over images", x.max(true, 0));
    keep("argmax over images", y.argmax(0));
    keep("concat channels", Tensor.concat(1, List.of(x, strided, y)));
    keep("concat images", Tensor.concat(0, List.of(x, y, strided.slice(0, 0, 1))));
    keep("padded channels", x.pad(new int[] {0, 1, 0, 0}, new int[] {0, 2, 0, 0}, 0));
    keep("upsampled", x.upsampleNearest(2).averagePool(new Pooling(2)));
    keep("flattened", x.reshape(batch, -1).matmul(draw(120, 7)));
    keep("subsampled", x.slice(2, 0, 4, 2).slice(3, 0, 6, 2));
    keep("an image", y.slice(0, batch - 1, batch));
    keep("softmax over width", y.softmax());
    keep("clamped", y.clamp(-1, 1));
    keep("whole", y.times(10).cast(DType.INT32).cast(DType.FLOAT32));
    keep("strided convolution", x.convolution(draw(7, 5, 3, 3), null, null, true, HALF));
    keep("scaled back", x.times(0).plus(1).sum(0));
    Tensor target = x.fullLike(0).contiguous();
    target.assign(y);
    keep("assigned", target);
  }

  /** Names whose numbers differ between {@code got} and {@code want}, with what differs. */
  static List<String> differences(Map<String, Tensor> got, Map<String, Tensor> want) {
    var differences = new ArrayList<String>();
    // One pass through a dozen rounded ops; a wrong image is off by parts in ten, not in 10^4.
    var tolerance = new Tolerance.OfLargest(2048);
    want.forEach((name, wanted) -> {
      Tensor result = Objects.requireNonNull(got.get(name), name);
      String problem = difference(result, wanted, tolerance);
      if (!problem.isEmpty()) {
        differences.add(name + ": " + problem);
      }
    });
    return differences;
  }

  private static String difference(Tensor got, Tensor want, Tolerance tolerance) {
    Shape shape = want.shape();
    if (!got.shape().equals(shape)) {
      return "shape " + got.shape() + " instead of " + shape;
    }
    double[] g = got.toDoubles();
    double[] w = want.toDoubles();
    double largest = 0;
    for (double v : w) {
      if (!Double.isFinite(v)) {
        return "the oracle's result is not finite";
      }
      largest = Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < w.length; i++) {
      if (!tolerance.accepts(w[i], g[i], 0, largest)) {
        return "element " + i + " of " + shape + " is " + g[i] + " instead of " + w[i];
      }
    }
    return "";
  }
}
