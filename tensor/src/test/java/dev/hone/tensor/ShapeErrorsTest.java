package dev.hone.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.tensor.backend.BatchStatistics;
import dev.hone.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The exact words of every shape error: they are what a user debugs with. */
class ShapeErrorsTest {
  private static Tensor x(int... dims) {
    return Tensor.zeros(ReferenceBackend.float32(), Shape.of(dims));
  }

  private static Tensor ints(int... dims) {
    return x(dims).cast(DType.INT32);
  }

  private static void shapeError(String expected, Executable action) {
    assertEquals(expected, assertThrows(ShapeException.class, action).getMessage());
  }

  private static void argumentError(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  @Test
  void shapes() {
    shapeError(
        "shape [1, 1, 1, 1, 1, 1, 1] has rank 7, but at most 6 is held",
        () -> Shape.of(1, 1, 1, 1, 1, 1, 1));
    shapeError("shape [2, -3]: extents must not be negative", () -> Shape.of(2, -3));
    shapeError(
        "shape [65536, 32768] has more than 2^31 - 1 elements; split it along an axis",
        () -> Shape.of(65536, 32768));
    shapeError(
        "shape: axis 2 does not exist in [3, 4]; axes run from -2 to 1",
        () -> x(3, 4).shape().dim(2));
    shapeError("shape: axis 0 does not exist in [], a scalar", () -> x().shape().dim(0));
    shapeError(
        "tensor: shape [2, 3] holds 6 values, but 5 were given",
        () -> Tensor.of(ReferenceBackend.float32(), Shape.of(2, 3), 1, 2, 3, 4, 5));
    shapeError("item: needs one element, but the shape is [2]", () -> x(2).item());
  }

  @Test
  void views() {
    shapeError("reshape: [2, 3] has 6 elements, but [4, 2] has 8", () -> x(2, 3).reshape(4, 2));
    shapeError(
        "reshape: no extent in place of the -1 makes [4, -1] hold the 6 elements of [2, 3]",
        () -> x(2, 3).reshape(4, -1));
    shapeError(
        "reshape: no extent in place of the -1 makes [0, -1] hold the 6 elements of [2, 3]",
        () -> x(2, 3).reshape(0, -1));
    shapeError(
        "reshape: only one extent may be -1, but got [-1, 2, -1]",
        () -> x(2, 3).reshape(-1, 2, -1));
    shapeError("shape [-2, -3]: extents must not be negative", () -> x(2, 3).reshape(-2, -3));
    shapeError(
        "permute: 2 axes were given for [2, 3, 4]; name each of its 3 once",
        () -> x(2, 3, 4).permute(1, 0));
    shapeError("permute: axis 0 of [2, 3] is named twice", () -> x(2, 3).permute(0, 0));
    shapeError(
        "permute: axis 2 does not exist in [2, 3]; axes run from -2 to 1",
        () -> x(2, 3).permute(0, 2));
    shapeError("transpose: needs rank 2 or more, but the shape is [3]", () -> x(3).transpose());
    shapeError(
        "slice: [1, 4) by 1 does not fit axis 1 of [5, 3];"
            + " it needs 0 <= from <= to <= 3 and a step of 1 or more",
        () -> x(5, 3).slice(1, 1, 4));
    shapeError(
        "slice: [2, 1) by 1 does not fit axis 0 of [5, 3];"
            + " it needs 0 <= from <= to <= 5 and a step of 1 or more",
        () -> x(5, 3).slice(0, 2, 1));
    shapeError(
        "slice: [0, 3) by 0 does not fit axis -1 of [5, 3];"
            + " it needs 0 <= from <= to <= 3 and a step of 1 or more",
        () -> x(5, 3).slice(-1, 0, 3, 0));
    shapeError(
        "slice: axis 2 does not exist in [5, 3]; axes run from -2 to 1",
        () -> x(5, 3).slice(2, 0, 1));
    shapeError(
        "expand: [3, 2] does not broadcast to [3, 4];"
            + " aligned at the end, its extents must be equal or 1",
        () -> x(3, 2).expand(Shape.of(3, 4)));
    shapeError("squeeze: axis 1 of [1, 3] must be 1, but is 3", () -> x(1, 3).squeeze(1));
    shapeError(
        "squeeze: axis -3 does not exist in [1, 3]; axes run from -2 to 1",
        () -> x(1, 3).squeeze(-3));
    shapeError(
        "unsqueeze: there is no position 3 for a new axis in [1, 3]", () -> x(1, 3).unsqueeze(3));
  }

  @Test
  void elementwise() {
    shapeError(
        "plus: shapes [4, 3] and [4] do not broadcast: axis -1 is 3 against 4;"
            + " extents must be equal or 1",
        () -> x(4, 3).plus(x(4)));
    shapeError(
        "divided by: shapes [2, 1, 5] and [3, 1, 5] do not broadcast: axis -3 is 2 against 3;"
            + " extents must be equal or 1",
        () -> x(2, 1, 5).dividedBy(x(3, 1, 5)));
    shapeError(
        "where: shapes [2] and [3] do not broadcast: axis -1 is 2 against 3;"
            + " extents must be equal or 1",
        () -> Tensor.where(x(2), x(3), x(3)));
    argumentError(
        "plus: types differ: FLOAT32 [2] and INT32 [2]; use cast()", () -> x(2).plus(ints(2)));
    argumentError(
        "times: 0.5 is not whole, but the tensor is INT32 [2]; use cast()",
        () -> ints(2).times(0.5));
    argumentError("exp: needs FLOAT32, but got INT32 [2]; use cast()", () -> ints(2).exp());
    argumentError("clamp: needs low <= high, but got 1.0, 0.0", () -> x(2).clamp(1, 0));
    argumentError(
        "plus: operands are on different backends, reference and reference64; use to()",
        () -> x(2).plus(Tensor.ones(ReferenceBackend.float64(), Shape.of(2))));
  }

  @Test
  void reductions() {
    shapeError("sum: axis 2 does not exist in [2, 3]; axes run from -2 to 1", () -> x(2, 3).sum(2));
    shapeError("mean: axis -1 of [2, 3] is named twice", () -> x(2, 3).mean(1, -1));
    shapeError("max: axis 0 does not exist in [], a scalar", () -> x().max(0));
    shapeError(
        "argmax: axis 1 of [2, 0] is empty, so no element is the largest", () -> x(2, 0).argmax(1));
    shapeError("softmax: axis -1 does not exist in [], a scalar", () -> x().softmax());
    shapeError("log softmax: axis -1 does not exist in [], a scalar", () -> x().logSoftmax());
    shapeError(
        "sumTo: [2, 3] cannot have been broadcast from [2]", () -> x(2, 3).sumTo(Shape.of(2)));
  }

  @Test
  void matmul() {
    shapeError(
        "matmul: inner dimensions differ: x [64, 128] and w [256, 10]",
        () -> x(64, 128).matmul(x(256, 10)));
    shapeError(
        "matmul: inner dimensions differ: x [64, 128] and w [10, 128];"
            + " did you mean w.transpose()?",
        () -> x(64, 128).matmul(x(10, 128)));
    shapeError(
        "matmul: inner dimensions differ: x [128, 64] and w [128, 10];"
            + " did you mean x.transpose()?",
        () -> x(128, 64).matmul(x(128, 10)));
    shapeError(
        "matmul: both operands need rank 2 or more, but x is [3] and w is [3, 4]",
        () -> x(3).matmul(x(3, 4)));
    shapeError(
        "matmul: the leading axes [2] of x [2, 3, 4] and [5] of w [5, 4, 6] do not broadcast;"
            + " extents must be equal or 1",
        () -> x(2, 3, 4).matmul(x(5, 4, 6)));
  }

  @Test
  void movingElements() {
    shapeError("concat: needs at least one tensor", () -> Tensor.concat(0, List.of()));
    shapeError(
        "concat: [2, 3] and [3, 3] may differ only along axis 1",
        () -> Tensor.concat(1, List.of(x(2, 3), x(3, 3))));
    shapeError(
        "concat: [2, 3] and [2] may differ only along axis 0",
        () -> Tensor.concat(0, List.of(x(2, 3), x(2))));
    shapeError(
        "concat: axis 2 does not exist in [2, 3]; axes run from -2 to 1",
        () -> Tensor.concat(2, List.of(x(2, 3))));
    argumentError(
        "concat: needs FLOAT32, but got INT32 [2]; use cast()",
        () -> Tensor.concat(0, List.of(x(2), ints(2))));
    shapeError(
        "pad: needs a width before and after each of the 2 axes of [2, 3], but got 1 and 2",
        () -> x(2, 3).pad(new int[] {1}, new int[] {1, 1}, 0));
    shapeError(
        "pad: widths must not be negative, but axis 1 of [2, 3] got 0 and -1;"
            + " use slice() to crop",
        () -> x(2, 3).pad(new int[] {0, 0}, new int[] {0, -1}, 0));
    shapeError(
        "gather: index [3, 1] must equal x [2, 3] in all axes but 1",
        () -> x(2, 3).gather(1, ints(3, 1)));
    shapeError(
        "gather: axis 2 does not exist in [2, 3]; axes run from -2 to 1",
        () -> x(2, 3).gather(2, ints(2, 3)));
    argumentError(
        "gather: needs INT32, but got FLOAT32 [2, 1]; use cast()",
        () -> x(2, 3).gather(1, x(2, 1)));
    shapeError(
        "scatterAdd: index [2, 1] must have the values' shape [2, 3]",
        () -> x(2, 3).scatterAdd(1, ints(2, 1), 4));
    shapeError(
        "one hot: indices must have rank 1, but has shape [2, 1]", () -> ints(2, 1).oneHot(4));
    shapeError(
        "assign: value must have shape [2, 3], but has [3, 2]", () -> x(2, 3).assign(x(3, 2)));
    argumentError(
        "assign: needs FLOAT32, but got INT32 [2]; use cast()", () -> x(2).assign(ints(2)));
  }

  @Test
  void convolutions() {
    var c = new Convolution(1, 0);
    shapeError(
        "convolution: x must have rank 4, but has shape [3, 8, 8]",
        () -> x(3, 8, 8).convolution(x(4, 3, 3, 3), c));
    shapeError(
        "convolution: w must have rank 4, but has shape [4, 3]",
        () -> x(1, 3, 8, 8).convolution(x(4, 3), c));
    shapeError(
        "convolution: x [1, 3, 8, 8] has 3 channels, but w [4, 16, 3, 3] expects 16;"
            + " x is [N, C, H, W] and w is [K, C, KH, KW]",
        () -> x(1, 3, 8, 8).convolution(x(4, 16, 3, 3), c));
    shapeError(
        "convolution: the kernel of w [4, 3, 3, 3] reaches over 5 elements of axis 3,"
            + " but x [1, 3, 8, 2] with padding 1 has 4; pad more or shrink the kernel",
        () -> x(1, 3, 8, 2).convolution(x(4, 3, 3, 3), new Convolution(1, 1, 2)));
    shapeError(
        "convolution: w [4, 3, 0, 3] has no kernel along axis 2",
        () -> x(1, 3, 8, 8).convolution(x(4, 3, 0, 3), c));
    shapeError(
        "convolution: bias must have shape [4], but has [3]",
        () -> x(1, 3, 8, 8).convolution(x(4, 3, 3, 3), x(3), null, false, c));
    shapeError(
        "convolution: residual must have shape [1, 4, 6, 6], but has [1, 4, 8, 8]",
        () -> x(1, 3, 8, 8).convolution(x(4, 3, 3, 3), null, x(1, 4, 8, 8), false, c));
    shapeError(
        "convolution input gradient: dy must have shape [1, 4, 6, 6], but has [1, 4, 8, 8]",
        () -> x(1, 4, 8, 8).convolutionInputGradient(x(4, 3, 3, 3), Shape.of(1, 3, 8, 8), c));
    shapeError(
        "convolution weight gradient: dy must have shape [1, 4, 6, 6], but has [1, 5, 6, 6]",
        () -> x(1, 5, 6, 6).convolutionWeightGradient(x(1, 3, 8, 8), Shape.of(4, 3, 3, 3), c));
    argumentError(
        "convolution: needs FLOAT32, but got INT32 [4]; use cast()",
        () -> x(1, 3, 8, 8).convolution(x(4, 3, 3, 3), ints(4), null, false, c));
    argumentError(
        "convolution: needs stride >= 1, padding >= 0, dilation >= 1,"
            + " but got stride 0, padding -1, dilation 1",
        () -> new Convolution(0, -1));
  }

  @Test
  void transposedConvolutions() {
    var c = new Convolution(2, 1);
    shapeError(
        "transposed convolution: x [1, 3, 4, 4] has 3 channels, but w [5, 2, 3, 3] expects 5;"
            + " w is [in, out, KH, KW]",
        () -> c.transposedOutput(Shape.of(1, 3, 4, 4), Shape.of(5, 2, 3, 3), 0));
    shapeError(
        "transposed convolution: output padding 2 must be below the stride 2 or the dilation 1",
        () -> c.transposedOutput(Shape.of(1, 5, 4, 4), Shape.of(5, 2, 3, 3), 2));
    shapeError(
        "transposed convolution: padding 3 leaves nothing of axis 2"
            + " for x [1, 5, 1, 4] and w [5, 2, 3, 3]",
        () ->
            new Convolution(1, 3).transposedOutput(Shape.of(1, 5, 1, 4), Shape.of(5, 2, 3, 3), 0));
    assertEquals(
        Shape.of(1, 2, 8, 8), c.transposedOutput(Shape.of(1, 5, 4, 4), Shape.of(5, 2, 3, 3), 1));
  }

  @Test
  void poolingAndResizing() {
    var p = new Pooling(4);
    shapeError("pooling: x must have rank 4, but has shape [3]", () -> x(3).maxPool(p));
    shapeError(
        "pooling: a window of 4 does not fit axis 3 of x [1, 2, 8, 3] with padding 0;"
            + " pool less or earlier",
        () -> x(1, 2, 8, 3).averagePool(p));
    shapeError(
        "max pool gradient: dy must have shape [1, 2, 2, 2], but has [1, 2, 4, 4]",
        () -> x(1, 2, 4, 4).maxPoolGradient(x(1, 2, 8, 8), p));
    shapeError(
        "average pool gradient: dy must have shape [1, 2, 2, 2], but has [1, 2, 4, 4]",
        () -> x(1, 2, 4, 4).averagePoolGradient(Shape.of(1, 2, 8, 8), p));
    argumentError(
        "pooling: needs kernel >= 1, stride >= 1, 0 <= padding <= kernel / 2,"
            + " but got kernel 2, stride 1, padding 2",
        () -> new Pooling(2, 1, 2));
    shapeError(
        "upsample: x must have rank 4, but has shape [3, 4]", () -> x(3, 4).upsampleNearest(2));
    argumentError(
        "upsample: factor must be positive, but is 0", () -> x(1, 1, 2, 2).upsampleNearest(0));
  }

  @Test
  void normalisation() {
    var statistics = new BatchStatistics(x(3), x(3));
    shapeError(
        "batch statistics: need at least one element per channel of [N, C, ...],"
            + " but x is [0, 3, 4, 4]",
        () -> x(0, 3, 4, 4).batchStatistics());
    shapeError(
        "batch norm: x must be [N, C, ...], but its shape is [3]",
        () -> x(3).batchNorm(statistics, x(3), x(3), 1e-5f, null, false));
    shapeError(
        "batch norm: mean must have shape [4], but has [3]",
        () -> x(2, 4).batchNorm(statistics, x(4), x(4), 1e-5f, null, false));
    shapeError(
        "batch norm: gamma must have shape [3], but has [4]",
        () -> x(2, 3).batchNorm(statistics, x(4), x(3), 1e-5f, null, false));
    shapeError(
        "batch norm: beta must have shape [3], but has [3, 1]",
        () -> x(2, 3).batchNorm(statistics, x(3), x(3, 1), 1e-5f, null, false));
    shapeError(
        "batch norm: residual must have shape [2, 3], but has [3]",
        () -> x(2, 3).batchNorm(statistics, x(3), x(3), 1e-5f, x(3), false));
  }

  @Test
  void blocksAddWhereItHappened() {
    var e = new ShapeException("matmul: no").within("conv1").within("0").within("resnet");
    assertEquals("matmul: no (in resnet.0.conv1)", e.getMessage());
    assertEquals("resnet.0.conv1", e.path());
  }
}
