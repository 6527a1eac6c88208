package dev.hone.tensor.conformance;

import dev.hone.tensor.Convolution;
import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Which image operands of a row come in the backend's own layout instead of a strided one. Only a
 * backend's ops make such tensors, so a 1x1 convolution with the identity does, and then adds zeros
 * that were computed as 1 / 1 - 1: where the layout pads the batch, that is 0 / 0, so that the
 * padding holds NaN and an op that lets it into a result is found out.
 */
public enum Packing {
  NONE,
  ALL,
  FIRST,
  ALL_BUT_FIRST;

  private static final Convolution POINTWISE = new Convolution(1, 0);

  /** The operands, some of them packed, or an empty list if this packing makes no difference. */
  List<Tensor> pack(OpCase row, List<Tensor> operands) {
    if (this == NONE) {
      return operands;
    }
    var packed = new ArrayList<Tensor>();
    int images = 0;
    int changed = 0;
    for (int i = 0; i < operands.size(); i++) {
      Tensor x = operands.get(i);
      boolean image = isImage(x) && row.inputs().get(i).values() != Values.SPECIAL;
      boolean wanted = image && wants(images);
      packed.add(wanted ? packed(x) : x);
      images += image ? 1 : 0;
      changed += wanted ? 1 : 0;
    }
    boolean repeats = this != ALL && images < 2;
    return changed == 0 || repeats ? List.of() : packed;
  }

  private static boolean isImage(Tensor x) {
    return x.shape().rank() == 4 && x.dtype() == DType.FLOAT32 && x.shape().size() > 0;
  }

  private boolean wants(int image) {
    return switch (this) {
      case NONE -> false;
      case ALL -> true;
      case FIRST -> image == 0;
      case ALL_BUT_FIRST -> image > 0;
    };
  }

  /** The same numbers {@code [N, C, H, W]} in the backend's own layout, with NaN in its padding. */
  public static Tensor packed(Tensor x) {
    int channels = x.shape().dim(1);
    double[] identity = new double[channels * channels];
    for (int c = 0; c < channels; c++) {
      identity[c * channels + c] = 1;
    }
    Tensor w =
        Tensor.ofDoubles(x.backend(), Shape.of(channels, channels, 1, 1), identity).in(x.arena());
    Tensor ones = x.fullLike(1).convolution(w, POINTWISE);
    Tensor zeros = ones.dividedBy(ones).minus(1);
    return x.convolution(w, POINTWISE).plus(zeros);
  }
}
