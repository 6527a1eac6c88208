package dev.hone.tensor.conformance;

import static dev.hone.tensor.conformance.Input.general;
import static dev.hone.tensor.conformance.Input.of;

import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.backend.StepRule;
import dev.hone.tensor.backend.Stride;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Rows of what training and ICP do most: losses, steps of update rules, strides and split. */
final class FusedCases {
  private FusedCases() {}

  static void addTo(List<OpCase> rows) {
    for (double smoothing : new double[] {0, 0.1}) {
      crossEntropy(rows, smoothing);
    }
    meanSquaredError(rows);
    for (StepRule rule : rules()) {
      step(new Rows(rows, "step"), rule);
      stride(new Rows(rows, "stride"), rule);
    }
    gaussians(rows);
    split(new Rows(rows, "split"));
    follow(new Rows(rows, "follow"));
  }

  private static void crossEntropy(List<OpCase> rows, double smoothing) {
    String variant = "smoothed by " + smoothing;
    var there = new Rows(rows, "crossEntropy");
    var back = new Rows(rows, "crossEntropyGradient");
    var tolerance = new Tolerance.OfLargest(32);
    for (Arrangement a : Arrangement.values()) {
      for (int[] d : new int[][] {{0, 3}, {1, 1}, {7, 10}, {5, 100}}) {
        Input logits = general(d).as(a);
        Input labels = of(Values.indicesBelow(d[1]), d[0]).as(a);
        there.add(
            variant,
            tolerance,
            x -> x.get(0).backend().crossEntropy(x.get(0), x.get(1), smoothing),
            logits,
            labels);
        back.add(
            variant,
            tolerance,
            x -> x.get(0).backend().crossEntropyGradient(x.get(0), x.get(1), x.get(2), smoothing),
            general(d[0]).as(a),
            logits,
            labels);
      }
    }
    there.add(
        variant,
        tolerance,
        x -> x.get(0).backend().crossEntropy(x.get(0), x.get(1), smoothing),
        of(Values.LARGE, 7, 10),
        of(Values.indicesBelow(10), 7));
  }

  private static void meanSquaredError(List<OpCase> rows) {
    var there = new Rows(rows, "meanSquaredError");
    var back = new Rows(rows, "meanSquaredErrorGradient");
    for (int n : Rows.LENGTHS) {
      there.add("", new Tolerance.OfLargest(32), FusedCases::squares, general(n), general(n));
    }
    Input[] images = {general(9, 5, 3, 4), general(9, 5, 3, 4)};
    there.addArranged("", new Tolerance.OfLargest(32), FusedCases::squares, images);
    back.addArranged(
        "",
        new Tolerance.OfLargest(8),
        x -> x.get(0).backend().meanSquaredErrorGradient(x.get(0), x.get(1), x.get(2)),
        general(),
        images[0],
        images[1]);
  }

  /** Of one latent number, of fewer than a warp's lanes, and of more. */
  private static void gaussians(List<OpCase> rows) {
    var tolerance = new Tolerance.OfLargest(32);
    for (int[] d : new int[][] {{0, 3}, {1, 1}, {7, 10}, {5, 33}, {3, 100}}) {
      Input x = general(d);
      new Rows(rows, "reparameterize")
          .addArranged(
              "",
              tolerance,
              v -> v.get(0).backend().reparameterize(v.get(0), v.get(1), v.get(2)),
              x,
              x,
              x);
      new Rows(rows, "reparameterizeGradient")
          .addArranged(
              "",
              tolerance,
              v -> v.get(0).backend().reparameterizeGradient(v.get(0), v.get(1), v.get(2)),
              x,
              x,
              x);
      new Rows(rows, "gaussianDivergence")
          .addArranged(
              "", tolerance, v -> v.get(0).backend().gaussianDivergence(v.get(0), v.get(1)), x, x);
      new Rows(rows, "gaussianDivergenceGradient")
          .addArranged(
              "",
              tolerance,
              v -> v.get(0).backend().gaussianDivergenceGradient(v.get(0), v.get(1)),
              general(d[0]),
              x);
    }
  }

  private static Tensor squares(List<Tensor> x) {
    return x.get(0).backend().meanSquaredError(x.get(0), x.get(1));
  }

  private static List<StepRule> rules() {
    return List.of(
        new StepRule.Gradient(),
        new StepRule.Signed(),
        new StepRule.Momentum(0.9, 0.1, false, false),
        new StepRule.Momentum(0.9, 0, true, true),
        new StepRule.Adam(0.9, 0.999, 1e-8, 3),
        new StepRule.AdEmaMix(0.9, 0.999, 0.9999, 5, 1e-8, 3));
  }

  /** A few roundings one after the other, none of which cancels much: v is of positive numbers. */
  private static final Tolerance STEP = new Tolerance.OfLargest(64);

  /** g, then as many averages as the rule has, the last of them positive. */
  private static Input[] inputs(StepRule rule, int... shape) {
    var inputs = new ArrayList<Input>(List.of(general(shape)));
    for (int i = 1; i <= rule.averages(); i++) {
      inputs.add(i == rule.averages() ? of(Values.POSITIVE, shape) : general(shape));
    }
    return inputs.toArray(Input[]::new);
  }

  /** The averages as copies, since a step moves them on. */
  private static List<Tensor> averages(StepRule rule, List<Tensor> x) {
    return x.subList(1, 1 + rule.averages()).stream()
        .map(t -> t.backend().contiguous(t, t.arena()))
        .toList();
  }

  private static void step(Rows rows, StepRule rule) {
    for (int[] shape : new int[][] {{0}, {1}, {33}, {9, 5, 3, 4}}) {
      rows.addAll(
          rule.toString(),
          STEP,
          x -> {
            List<Tensor> averages = averages(rule, x);
            var results = new ArrayList<>(averages);
            // Plus nothing: the gradient's own step is the gradient itself.
            results.add(x.getFirst().backend().step(rule, averages, x.getFirst()).plus(0));
            return results;
          },
          inputs(rule, shape));
    }
  }

  private static void stride(Rows rows, StepRule rule) {
    for (int[] shape : new int[][] {{0, 3, 2}, {7}, {5, 3}, {9, 5, 3, 4}}) {
      for (boolean up : new boolean[] {false, true}) {
        rows.addAll(
            rule + (up ? " up" : ""),
            STEP,
            x -> {
              List<Tensor> averages = averages(rule, x);
              Tensor at = x.getFirst().backend().contiguous(x.getFirst(), x.getFirst().arena());
              Tensor eps = at.fullLike(0.25);
              Tensor low = at.fullLike(-1);
              Tensor radius = up ? null : at.fullLike(0.125);
              var stride = new Stride(eps, up, null, radius, low, low.times(-1), null);
              at.backend().stride(rule, averages, x.getFirst(), stride, at, at, at);
              var results = new ArrayList<>(averages);
              results.add(at);
              return results;
            },
            inputs(rule, shape));
      }
    }
  }

  private static void follow(Rows rows) {
    for (int channels : new int[] {0, 1, 33, 300}) {
      for (Arrangement a : Arrangement.values()) {
        rows.addAll(
            "",
            STEP,
            x -> {
              List<Tensor> moved =
                  Stream.of(x.get(0), x.get(1), x.get(4))
                      .map(t -> t.backend().contiguous(t, t.arena()))
                      .toList();
              var running = new BatchStatistics(moved.get(0), moved.get(1));
              var batch = new BatchStatistics(x.get(2), x.get(3));
              x.getFirst().backend().follow(running, batch, 0.1, 1.25, moved.get(2));
              return moved;
            },
            general(channels),
            of(Values.POSITIVE, channels),
            general(channels).as(a),
            of(Values.POSITIVE, channels).as(a),
            of(Values.indicesBelow(7)));
      }
    }
  }

  private static void split(Rows rows) {
    rows.addAll(
        "",
        Tolerance.SAME_BITS,
        x -> {
          List<Tensor> parts =
              x.subList(1, x.size()).stream().map(p -> p.fullLike(0).contiguous()).toList();
          x.getFirst().backend().split(x.getFirst(), parts);
          return parts;
        },
        general(5 + 12 + 180),
        general(5),
        general(0, 2),
        general(3, 4),
        general(5, 9, 4).as(Arrangement.PERMUTED));
  }
}
