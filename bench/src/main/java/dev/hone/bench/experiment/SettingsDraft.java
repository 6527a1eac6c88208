package dev.hone.bench.experiment;

import dev.hone.datasets.Datasets;
import dev.hone.icp.BatchNormMode;
import dev.hone.icp.distill.LayerWeights;
import dev.hone.icp.distill.Target;
import dev.hone.nn.model.Shortcut;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Some of a run's settings by name, from a file or the command line; the rest take their defaults.
 * The names are those of {@link TrainSettings}' components, so a new setting needs no line here.
 */
public final class SettingsDraft {
  private static final Map<String, Class<?>> TYPES =
      Stream.of(TrainSettings.class.getRecordComponents())
          .collect(
              Collectors.toMap(
                  RecordComponent::getName,
                  RecordComponent::getType,
                  (a, _) -> a,
                  LinkedHashMap::new));

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Understood, so that the complaint can name the setting.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private final Map<String, Object> values;

  private SettingsDraft(Map<String, Object> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  /** Nothing is said yet. */
  public static SettingsDraft empty() {
    return new SettingsDraft(Map.of());
  }

  /** Everything is said. */
  public static SettingsDraft of(TrainSettings settings) {
    var values = new LinkedHashMap<String, Object>();
    for (RecordComponent component : TrainSettings.class.getRecordComponents()) {
      values.put(component.getName(), read(component, settings));
    }
    return new SettingsDraft(values);
  }

  private static Object read(RecordComponent component, TrainSettings settings) {
    try {
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("settings: cannot read " + component.getName(), e);
    }
  }

  /** The names of all settings. */
  public static List<String> names() {
    return List.copyOf(TYPES.keySet());
  }

  /** The type of the setting {@code name}; enum, String or primitive. */
  static Class<?> type(String name) {
    Class<?> type = TYPES.get(name);
    if (type == null) {
      throw new IllegalArgumentException(
          "unknown setting '" + name + "'; valid are " + String.join(", ", TYPES.keySet()));
    }
    return type;
  }

  /** The settings that were said, by name. */
  public Map<String, Object> values() {
    return values;
  }

  /** This draft with {@code name} set. */
  public SettingsDraft with(String name, Object value) {
    type(name);
    var changed = new LinkedHashMap<>(values);
    changed.put(name, value);
    return new SettingsDraft(changed);
  }

  /** This draft where {@code other} is silent, {@code other} elsewhere. */
  public SettingsDraft overriddenBy(SettingsDraft other) {
    var merged = new LinkedHashMap<>(values);
    merged.putAll(other.values);
    return new SettingsDraft(merged);
  }

  // ---- defaults ----

  /** What {@code ./hone train} runs with no further word. */
  public static TrainSettings defaults() {
    return defaults(Task.CLASSIFY);
  }

  /** What {@code ./hone train --task} runs with no further word. */
  public static TrainSettings defaults(Task task) {
    boolean vae = task == Task.VAE;
    Rule rule = Rule.ADAM;
    Recipe recipe = vae ? Recipe.ADAM : Recipe.SOUND;
    int epochs = vae ? 12 : 4;
    return new TrainSettings(
        task,
        Datasets.DEFAULT,
        "",
        0,
        vae ? 0 : 2000,
        vae ? "vae" : "resnet20",
        Shortcut.A,
        Method.BOTH,
        recipe,
        rule,
        5,
        defaultEps(task, rule),
        defaultK(epochs),
        epochs,
        vae ? 32 : 64,
        recipe.learningRate(),
        0,
        TrainSettings.Decay.QUARTER_COSINE,
        LayerWeights.DEEPER,
        BatchNormMode.EVAL,
        BatchNormMode.BATCH_NO_UPDATE,
        Target.PERTURBED,
        0.1,
        vae ? 64 : 0,
        vae ? 16 : 0,
        vae ? Likelihood.BERNOULLI : Likelihood.NONE,
        0,
        vae ? 1 : 0,
        vae ? defaultWarmup(epochs) : 0,
        1);
  }

  /** In normalised units; those of different rules move an input about equally far. */
  public static double defaultEps(Rule rule) {
    return switch (rule) {
      case SGD -> 0.2;
      case SIGN, ADAM, ADEMAMIX -> 0.002;
    };
  }

  /**
   * For a classifier as above. For a VAE in pixels from 0 to 1: Adam's, AdEMAMix's and Sign's steps
   * are as long as the paper's figure has them; SGD's move an image about equally far, since the
   * gradient of a sum over pixels is large.
   */
  public static double defaultEps(Task task, Rule rule) {
    return switch (task) {
      case CLASSIFY -> defaultEps(rule);
      case VAE -> rule == Rule.SGD ? 2e-4 : 0.002;
    };
  }

  /** A quarter of the epochs. */
  static double defaultWarmup(int epochs) {
    return epochs / 4.0;
  }

  /** Deviation or b, in pixels from 0 to 1. */
  static double defaultScale(Likelihood likelihood) {
    return likelihood.isScaled() ? 0.1 : 0;
  }

  /** A quarter of the epochs, the paper's best: 25 of 100. */
  static int defaultK(int epochs) {
    return epochs / 4;
  }

  /** The settings, with defaults for what was not said, which follow the task and the rest. */
  public TrainSettings complete() {
    Task task = values.get("task") instanceof Task said ? said : Task.CLASSIFY;
    var all = new LinkedHashMap<>(of(defaults(task)).values);
    all.putAll(values);
    int epochs = Math.max(0, (Integer) chosen(all, "epochs"));
    follow(all, "eps", defaultEps(task, (Rule) chosen(all, "rule")));
    follow(all, "learningRate", ((Recipe) chosen(all, "recipe")).learningRate());
    // Not below zero: a negative number of epochs is what the error is to be about.
    follow(all, "k", defaultK(epochs));
    if (task == Task.VAE) {
      follow(all, "betaWarmup", defaultWarmup(epochs));
      follow(all, "scale", defaultScale((Likelihood) chosen(all, "reconstruction")));
    }
    return create(TYPES.keySet().stream().map(name -> chosen(all, name)).toArray());
  }

  /** Sets {@code name} unless it was said. */
  private void follow(Map<String, Object> all, String name, Object value) {
    if (!values.containsKey(name)) {
      all.put(name, value);
    }
  }

  private static Object chosen(Map<String, Object> all, String name) {
    Object value = all.get(name);
    if (value == null) {
      throw new IllegalStateException("settings: no default for " + name);
    }
    return value;
  }

  private static TrainSettings create(Object... components) {
    try {
      return TrainSettings.class
          .getDeclaredConstructor(TYPES.values().toArray(Class<?>[]::new))
          .newInstance(components);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException wrongValue) {
        throw wrongValue;
      }
      throw new IllegalStateException("settings: cannot be made", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("settings: cannot be made", e);
    }
  }

  /** A value as people type it: {@code PAPER_LIKE} is {@code paper-like}. */
  public static String typed(Object value) {
    return value instanceof Enum<?> constant
        ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
        : String.valueOf(value);
  }

  /** The constant of the enum {@code type} that is typed as {@code text}, in any case. */
  static Object constant(Class<?> type, String text) {
    String wanted = text.toLowerCase(Locale.ROOT).replace('_', '-');
    Object[] constants = type.getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> typed(constant).equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'"
                    + text
                    + "' is not one of "
                    + Arrays.stream(constants)
                        .map(SettingsDraft::typed)
                        .collect(Collectors.joining(", "))));
  }

  // ---- files ----

  /**
   * Reads what {@code file}, a JSON object like a run folder's {@code settings.json}, says; it need
   * not say everything. Strict, since a misspelt setting that is ignored is a wrong experiment.
   */
  public static SettingsDraft read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          file + ": is a folder; name a settings file, such as " + file.resolve("settings.json"));
    }
    return of(parse(file.toString(), Files.readAllBytes(file)), file.toString());
  }

  /**
   * What the JSON object {@code json} says.
   *
   * @param source where it is from, for errors
   */
  static SettingsDraft ofJson(String json, String source) {
    return of(parse(source, json.getBytes(StandardCharsets.UTF_8)), source);
  }

  private static SettingsDraft of(JsonNode root, String file) {
    if (!root.isObject()) {
      throw new IllegalArgumentException(
          file + ": expected a JSON object of settings, such as {\"epochs\": 4}");
    }
    SettingsDraft draft = empty();
    for (var entry : root.properties()) {
      try {
        Class<?> type = type(entry.getKey());
        draft = draft.with(entry.getKey(), value(type, entry.getKey(), entry.getValue()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
      }
    }
    return draft;
  }

  private static JsonNode parse(String file, byte[] content) {
    try {
      return JSON.readTree(content);
    } catch (JacksonException e) {
      var at = e.getLocation();
      String where =
          at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
      String reason = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new IllegalArgumentException(file + ": not valid JSON: " + reason + where, e);
    }
  }

  private static Object value(Class<?> type, String name, JsonNode node) {
    if (type == int.class && node.isIntegralNumber() && node.canConvertToInt()) {
      return node.intValue();
    } else if (type == long.class && node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    } else if (type == double.class && node.isNumber() && Double.isFinite(node.doubleValue())) {
      return node.doubleValue();
    } else if (type == boolean.class && node.isBoolean()) {
      return node.booleanValue();
    } else if (type == String.class && node.isString()) {
      return node.stringValue();
    } else if (type.isEnum() && node.isString()) {
      try {
        return constant(type, node.stringValue());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("\"" + name + "\": " + e.getMessage(), e);
      }
    }
    throw new IllegalArgumentException(
        "\"%s\": expected %s, but found %s".formatted(name, expected(type), node));
  }

  private static String expected(Class<?> type) {
    if (type == int.class || type == long.class) {
      return "a whole number of " + (type == int.class ? 32 : 64) + " bits";
    } else if (type == double.class) {
      return "a finite number";
    }
    return type == boolean.class ? "true or false" : "a string";
  }
}
