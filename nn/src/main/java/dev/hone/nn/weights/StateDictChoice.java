package dev.hone.nn.weights;

import dev.hone.nn.weights.Pickled.Dictionary;
import dev.hone.nn.weights.Pickled.Real;
import dev.hone.nn.weights.Pickled.View;
import dev.hone.nn.weights.Pickled.Whole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which of a PyTorch file's tensors are the model's: the file's dictionary itself if tensors lie in
 * it, else that of the first of {@link #USUAL} names which holds some, else the only one that does.
 *
 * @param views the tensors by name
 * @param notes what was chosen and left out, for people
 */
record StateDictChoice(Map<String, View> views, List<String> notes) {
  /** Where training scripts keep the state dict beside the epoch and the optimizer's state. */
  static final List<String> USUAL =
      List.of("state_dict", "model_state_dict", "model", "model_state", "net", "network", "params");

  static StateDictChoice from(Pickled root, String file) {
    if (!(root instanceof Dictionary top)) {
      throw new WeightsException(
          file,
          "holds " + root.word() + ", not tensors by name",
          "save a dictionary: torch.save(model.state_dict(), FILE)");
    }
    if (!top.views().isEmpty()) {
      return of(top, List.of());
    }
    var inner = new LinkedHashMap<String, Dictionary>();
    top.entries.forEach((name, value) -> {
      if (value instanceof Dictionary d && !d.views().isEmpty()) {
        inner.put(name, d);
      }
    });
    List<String> usual = USUAL.stream().filter(inner::containsKey).toList();
    if (usual.isEmpty() && inner.size() != 1) {
      throw none(file, top, List.copyOf(inner.keySet()));
    }
    var chosen =
        inner.entrySet().stream()
            .filter(e -> usual.isEmpty() || e.getKey().equals(usual.getFirst()))
            .findFirst()
            .orElseThrow();
    return of(chosen.getValue(), List.of(beside(chosen.getKey(), top)));
  }

  private static WeightsException none(String file, Dictionary top, List<String> inner) {
    return inner.isEmpty()
        ? new WeightsException(
            file,
            top.entries.isEmpty()
                ? "holds no tensors"
                : "holds no tensors by name, but " + some(List.copyOf(top.entries.keySet())),
            "save the model's: torch.save(model.state_dict(), FILE)")
        : new WeightsException(
            file,
            "holds tensors under several names: " + some(inner),
            "save one of them alone, or call it 'state_dict'");
  }

  private static StateDictChoice of(Dictionary dictionary, List<String> said) {
    var notes = new ArrayList<>(said);
    List<String> others =
        dictionary.entries.entrySet().stream()
            .filter(e -> !(e.getValue() instanceof View))
            .map(e -> e.getKey() + " (" + e.getValue().word() + ")")
            .toList();
    if (!others.isEmpty()) {
      notes.add("left out, being no tensors: " + some(others));
    }
    return new StateDictChoice(dictionary.views(), List.copyOf(notes));
  }

  /** {@code 'state_dict' of a file that also holds epoch 199, best_prec1 92.6, optimizer}. */
  private static String beside(String chosen, Dictionary top) {
    List<String> others =
        top.entries.entrySet().stream()
            .filter(e -> !e.getKey().equals(chosen))
            .map(e -> e.getKey() + value(e.getValue()))
            .toList();
    String rest = others.isEmpty() ? "" : ", beside " + some(others);
    return "the tensors are those of '" + chosen + "'" + rest;
  }

  private static String value(Pickled value) {
    return switch (value) {
      case Whole(long number) -> " " + number;
      case Real(double number) -> " " + String.format(Locale.ROOT, "%.6g", number);
      default -> "";
    };
  }

  /** At most a dozen of {@code names}, each of a length that people read. */
  private static String some(List<String> names) {
    String first =
        names.stream()
            .limit(12)
            .map(n -> n.length() <= 60 ? n : n.substring(0, 60) + "...")
            .collect(Collectors.joining(", "));
    return names.size() <= 12 ? first : first + " and " + (names.size() - 12) + " more";
  }
}
