package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.StridedLoop.Operand;
import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.StepRule;
import dev.hone.tensor.backend.Stride;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Launches update.ptx: update rules, and the step of a perturbation, in one pass. */
final class UpdateKernels {
  /** How many numbers of a rule update.ptx knows. */
  static final int NUMBERS = 10;

  private static final int OPERANDS = 6;

  private final CudaBackend backend;

  /** Rules, each its own whatever it equals, whose numbers are on the device without an upload. */
  private final Map<StepRule, DeviceMemory> kept =
      Collections.synchronizedMap(new IdentityHashMap<>());

  UpdateKernels(CudaBackend backend) {
    this.backend = backend;
  }

  /** A rule as update.ptx takes it: which one, and the numbers that go to device memory. */
  private record Formula(int code, boolean nesterov, List<Float> numbers) {
    static Formula of(StepRule rule) {
      return switch (rule) {
        case StepRule.Gradient _ -> new Formula(0, false, List.of(0f));
        case StepRule.Signed _ -> new Formula(1, false, List.of(0f));
        case StepRule.Momentum m ->
            new Formula(
                m.first() ? 3 : 2,
                m.nesterov(),
                List.of((float) m.momentum(), (float) (1 - m.dampening())));
        case StepRule.Adam a ->
            new Formula(4, false, numbers(a.beta1(), a.beta2(), 0, 0, a.eps(), a.t()));
        case StepRule.AdEmaMix a ->
            new Formula(
                5, false, numbers(a.beta1(), a.beta2(), a.beta3(), a.alpha(), a.eps(), a.t()));
      };
    }

    private static List<Float> numbers(
        double beta1, double beta2, double beta3, double alpha, double eps, long t) {
      return List.of(
          (float) beta1,
          (float) (1 - beta1),
          (float) beta2,
          (float) (1 - beta2),
          (float) beta3,
          (float) (1 - beta3),
          (float) alpha,
          (float) (1 - Math.pow(beta1, t)),
          (float) (1 - Math.pow(beta2, t)),
          (float) eps);
    }
  }

  /** The numbers of {@code rules}, one row behind the other. */
  static float[] table(List<StepRule> rules) {
    float[] table = new float[rules.size() * NUMBERS];
    for (int r = 0; r < rules.size(); r++) {
      List<Float> numbers = Formula.of(rules.get(r)).numbers();
      for (int i = 0; i < numbers.size(); i++) {
        table[r * NUMBERS + i] = numbers.get(i);
      }
    }
    return table;
  }

  /** Whether {@code rules} differ in nothing but their numbers. */
  static boolean alike(List<StepRule> rules) {
    Formula first = Formula.of(rules.getFirst());
    return rules.stream()
        .map(Formula::of)
        .allMatch(f -> f.code() == first.code() && f.nesterov() == first.nesterov());
  }

  /** Lets steps of just these rules find their numbers in {@code scalars}. */
  void keepNumbers(List<StepRule> rules, DeviceMemory scalars) {
    rules.forEach(rule -> kept.put(rule, scalars));
  }

  /** Ends {@link #keepNumbers}. */
  void forgetNumbers(List<StepRule> rules) {
    rules.forEach(kept::remove);
  }

  private DeviceMemory numbers(StepRule rule, Arena temporary) {
    DeviceMemory there = kept.get(rule);
    if (there != null) {
      return there;
    }
    DeviceMemory numbers = backend.allocate(DType.FLOAT32, NUMBERS, temporary).memory();
    backend.device().upload(CudaDevice.words(numbers, 0, NUMBERS), table(List.of(rule)));
    return numbers;
  }

  /** The step of {@code rule}; {@code averages} move on in place. */
  Tensor step(StepRule rule, List<Tensor> averages, Tensor g) {
    if (rule instanceof StepRule.Gradient || g.shape().size() == 0) {
      return rule instanceof StepRule.Gradient ? g : rule.apply(averages, g);
    }
    Tensor y = backend.empty(g.shape(), DType.FLOAT32, g.arena());
    try (Arena temporary = new Arena()) {
      Arguments a = head(rule, averages, g, y, temporary).tensor(null).tensor(null);
      a.u32(0, 1, 1);
      for (int i = 0; i < OPERANDS; i++) {
        a.tensor(null).u32(0, 0, 0);
      }
      backend.device().launch("update", "update", g.shape().size(), a);
    }
    return y;
  }

  /** The arguments up to x. */
  private Arguments head(
      StepRule rule, List<Tensor> averages, Tensor g, Tensor result, Arena temporary) {
    Formula formula = Formula.of(rule);
    Tensor v = averages.size() > 1 ? averages.getLast() : null;
    return new Arguments()
        .tensor(result)
        .tensor(g.in(temporary).contiguous())
        .tensor(averages.isEmpty() ? null : averages.getFirst())
        .tensor(averages.size() == 3 ? averages.get(1) : null)
        .tensor(v)
        .address(numbers(rule, temporary))
        .u32(g.shape().size(), formula.code(), formula.nesterov() ? 1 : 0);
  }

  /** See {@link dev.hone.tensor.backend.Backend#stride}. */
  void stride(
      StepRule rule,
      List<Tensor> averages,
      Tensor g,
      Stride stride,
      Tensor x,
      Tensor origin,
      Tensor target) {
    Shape shape = x.shape();
    if (shape.size() == 0) {
      return;
    }
    int channels = shape.rank() > 1 ? shape.dim(1) : 1;
    int inner = shape.size() / shape.dim(0) / channels;
    try (Arena temporary = new Arena()) {
      Arguments a = head(rule, averages, g, target, temporary).tensor(x).tensor(origin);
      a.u32(stride.up() ? 1 : 0, channels, inner);
      operand(a, stride.eps(), shape, temporary);
      operand(a, stride.unit(), shape, temporary);
      operand(a, stride.radius(), shape, temporary);
      operand(a, stride.low(), shape, temporary);
      operand(a, stride.high(), shape, temporary);
      operand(a, stride.movable(), shape, temporary);
      backend.device().launch("update", "update", shape.size(), a);
    }
  }

  /** Where t, which broadcasts to {@code [samples, channels, inner]}, has its elements. */
  private static void operand(Arguments a, @Nullable Tensor t, Shape shape, Arena temporary) {
    if (t == null) {
      a.tensor(null).u32(0, 0, 0);
      return;
    }
    Operand o = Operand.of(CudaBackend.layout(t), shape);
    int inner = innerStride(o, shape);
    if (inner < 0) {
      operand(a, t.in(temporary).expand(shape).contiguous(), shape, temporary);
      return;
    }
    int[] s = o.strides();
    a.address(CudaBackend.memory(t), o.offset())
        .u32(s.length > 0 ? s[0] : 0, s.length > 1 ? s[1] : 0, inner);
  }

  /** The one stride of all axes behind the channels; -1 if they have not one. */
  private static int innerStride(Operand o, Shape shape) {
    int first = -1;
    int stride = 0;
    int size = 1;
    for (int a = shape.rank() - 1; a >= 2; a--) {
      if (shape.dim(a) != 1) {
        int own = o.strides()[a];
        if (first < 0) {
          first = a;
          stride = own;
        } else if (own != stride * size) {
          return -1;
        }
        size *= shape.dim(a);
      }
    }
    return stride;
  }
}
