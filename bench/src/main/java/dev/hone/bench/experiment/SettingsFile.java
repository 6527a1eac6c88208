package dev.hone.bench.experiment;

import dev.hone.nn.weights.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * {@code settings.json}: what a run depends on, and what {@code --config} takes. Read by {@link
 * SettingsDraft#read}, which complains about what it does not know.
 */
public final class SettingsFile {
  /** Its name in a run folder. */
  public static final String NAME = "settings.json";

  private SettingsFile() {}

  static String toJson(TrainSettings settings) {
    return Json.write(settings);
  }

  /** What {@link #toJson} wrote; what it does not say, as older files do not, is the default. */
  static TrainSettings ofJson(String json) {
    return SettingsDraft.ofJson(json, "checkpoint").complete();
  }

  /** Writes the file, whole or not at all. */
  public static void write(TrainSettings settings, Path file) throws IOException {
    AtomicFile.write(file, toJson(settings) + "\n");
  }

  /** Every setting by name, in the order of the record: for a table. */
  public static Map<String, String> table(TrainSettings settings) {
    var rows = new LinkedHashMap<String, String>();
    JsonNode tree = Json.MAPPER.valueToTree(settings);
    tree.properties().forEach(e -> rows.put(e.getKey(), e.getValue().asString()));
    return rows;
  }
}
