package dev.hone.nn.weights;

import dev.hone.nn.weights.Safetensors.Type;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The classes and functions that a file of weights may name: all that {@code torch.save} of a state
 * dict, of a training checkpoint around it, or of PyTorch 0.1's parameters uses, and what C++'s
 * {@code pickle_save} puts around a dictionary. They are never looked up anywhere; {@link
 * PickleCalls} has what each of them means for data.
 */
enum PickleGlobal {
  ORDERED_DICT("collections.OrderedDict"),
  COUNTER("collections.Counter"),
  SIZE("torch.Size"),
  DEVICE("torch.device"),
  RESTORE_TYPE_TAG("torch.jit._pickle.restore_type_tag"),
  PARAMETER("torch.nn.parameter.Parameter"),
  REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
  REBUILD_TENSOR("torch._utils._rebuild_tensor"),
  REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
  DOUBLE_STORAGE("torch.DoubleStorage", Type.F64),
  FLOAT_STORAGE("torch.FloatStorage", Type.F32),
  HALF_STORAGE("torch.HalfStorage", Type.F16),
  BFLOAT16_STORAGE("torch.BFloat16Storage", Type.BF16),
  LONG_STORAGE("torch.LongStorage", Type.I64),
  INT_STORAGE("torch.IntStorage", Type.I32),
  SHORT_STORAGE("torch.ShortStorage", Type.I16),
  CHAR_STORAGE("torch.CharStorage", Type.I8),
  BYTE_STORAGE("torch.ByteStorage", Type.U8),
  BOOL_STORAGE("torch.BoolStorage", Type.BOOL);

  private final String qualified;
  private final @Nullable Type type;

  PickleGlobal(String qualified) {
    this.qualified = qualified;
    this.type = null;
  }

  PickleGlobal(String qualified, Type type) {
    this.qualified = qualified;
    this.type = type;
  }

  /** Its name with that of its module before it. */
  String qualified() {
    return qualified;
  }

  /** Of a storage's elements; nothing for what is no storage. */
  Optional<Type> type() {
    return Optional.ofNullable(type);
  }

  /** The one of this name, if it is allowed. */
  static Optional<PickleGlobal> of(String module, String name) {
    String wanted = module + "." + name;
    return Arrays.stream(values()).filter(g -> g.qualified.equals(wanted)).findFirst();
  }
}
