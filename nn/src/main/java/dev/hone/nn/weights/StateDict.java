package dev.hone.nn.weights;

import dev.hone.nn.Block;
import dev.hone.tensor.DType;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model's parameters and buffers by PyTorch's names. On loading, the prefixes that wrappers leave
 * ({@code module.}, {@code _orig_mod.}, {@code model.}) are ignored, {@code fc} means {@code
 * linear}, {@code downsample} means {@code shortcut}, and {@code num_batches_tracked} may be
 * missing. A model is loaded whole or not changed at all.
 */
public final class StateDict {
  private static final String COUNTER = "num_batches_tracked";
  private static final String CHECK = "check the model's depth, shortcut, classes and channels";

  /** DataParallel's, torch.compile's, and that of a class around the network. */
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.", "model.");

  private StateDict() {}

  /** Writes {@code model}'s state as safetensors that PyTorch loads by name. */
  public static void save(Block model, Path file) {
    var contents = new Safetensors();
    contents.putMetadata("format", "pt");
    model
        .state()
        .forEach((name, t) -> {
          if (t.dtype() == DType.INT32) {
            long[] wide = java.util.Arrays.stream(t.toInts()).asLongStream().toArray();
            contents.putLongs(name, t.shape(), wide); // PyTorch's counters are int64
          } else {
            contents.put(name, t);
          }
        });
    contents.write(file);
  }

  /** Loads {@code model} from a file of any format that {@link Weights#read} reads. */
  public static void load(Block model, Path file) {
    load(model, Weights.read(file));
  }

  /** Loads {@code model} from a file's weights. */
  public static void load(Block model, Weights weights) {
    load(model, weights, CHECK);
  }

  /**
   * Loads {@code model} from a file's weights.
   *
   * @param wayOut what to do if they are another model's, for the error
   */
  public static void load(Block model, Weights weights, String wayOut) {
    var first = model.state().values().stream().findFirst();
    Map<String, Tensor> entries =
        first.isEmpty() ? Map.of() : weights.tensors(first.get().backend());
    load(model, entries, weights.source(), wayOut);
  }

  /**
   * Loads {@code model} from tensors by name.
   *
   * @param source where they come from, for the error
   * @throws WeightsException that lists everything missing, surplus, of a wrong shape or not finite
   */
  public static void load(Block model, Map<String, Tensor> entries, String source) {
    load(model, entries, source, CHECK);
  }

  private static void load(Block model, Map<String, Tensor> entries, String source, String wayOut) {
    var problems = new Problems();
    var offered = new LinkedHashMap<String, String>();
    for (String name : entries.keySet()) {
      String other = offered.putIfAbsent(canonical(name), name);
      if (other != null) {
        problems.unusable.add(name + " and " + other + " mean the same entry");
      }
    }
    var chosen = new LinkedHashMap<Tensor, Tensor>();
    model
        .state()
        .forEach((name, live) -> {
          String found = offered.remove(canonical(name));
          Tensor value = found == null ? null : entries.get(found);
          if (found != null && value != null) {
            Tensor fitting = problems.fit(found, live, value);
            if (fitting != null) {
              chosen.put(live, fitting);
            }
          } else if (!name.endsWith(COUNTER)) {
            problems.missing.add(name);
          }
        });
    problems.surplus.addAll(offered.values());
    problems.throwIfAny(source, wayOut);
    chosen.forEach(Tensor::assign);
  }

  /** The name that all aliases of an entry share. */
  static String canonical(String name) {
    String[] parts = unwrapped(name).split("\\.", -1);
    for (int i = 0; i < parts.length; i++) {
      parts[i] =
          switch (parts[i]) {
            case "fc" -> "linear";
            case "downsample" -> "shortcut";
            default -> parts[i];
          };
    }
    return String.join(".", parts);
  }

  private static String unwrapped(String name) {
    String plain = name;
    for (String wrapper : WRAPPERS) {
      plain = plain.startsWith(wrapper) ? plain.substring(wrapper.length()) : plain;
    }
    return plain;
  }

  /** Everything that is wrong, to be said at once. */
  private static final class Problems {
    /** Names of a kind that an error lists; a file may have a million. */
    private static final int MOST = 40;

    final List<String> missing = new ArrayList<>();
    final List<String> surplus = new ArrayList<>();
    final List<String> misshapen = new ArrayList<>();
    final List<String> unusable = new ArrayList<>();

    /** {@code value} as it can be assigned to {@code live}, or null if it cannot. */
    @Nullable Tensor fit(String name, Tensor live, Tensor value) {
      boolean counter = live.dtype() == DType.INT32;
      Shape shape = live.shape();
      if (!value.shape().equals(shape) && !(counter && value.shape().size() == shape.size())) {
        misshapen.add(name + " is " + value.shape() + ", but the model has " + shape);
        return null;
      }
      if (!counter && value.dtype() == DType.INT32) {
        unusable.add(name + " holds whole numbers");
        return null;
      }
      String flaw = flaw(name, value.toDoubles());
      if (flaw != null) {
        unusable.add(name + " " + flaw);
        return null;
      }
      return value.to(live.backend()).cast(live.dtype()).reshape(shape);
    }

    private static @Nullable String flaw(String name, double[] values) {
      boolean variance = name.endsWith("running_var");
      for (int i = 0; i < values.length; i++) {
        if (!Double.isFinite(values[i])) {
          return "has " + values[i] + " at element " + i;
        }
        if (variance && values[i] < 0) {
          return "has a negative variance, " + values[i] + ", at element " + i;
        }
      }
      return null;
    }

    void throwIfAny(String source, String wayOut) {
      var said = new ArrayList<String>();
      say(said, "missing", missing);
      say(said, "surplus", surplus);
      say(said, "wrong shape", misshapen);
      say(said, "unusable", unusable);
      if (!said.isEmpty()) {
        throw new WeightsException(
            source,
            "these are not this model's weights: " + String.join("; ", said),
            wayOut + "; nothing was loaded");
      }
    }

    private static void say(List<String> said, String kind, List<String> names) {
      if (!names.isEmpty()) {
        String listed = String.join(", ", names.subList(0, Math.min(MOST, names.size())));
        int more = names.size() - MOST;
        String rest = more > 0 ? " and " + more + " more" : "";
        said.add(kind + " (" + names.size() + "): " + listed + rest);
      }
    }
  }
}
