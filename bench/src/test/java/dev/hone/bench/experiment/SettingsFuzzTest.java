package dev.hone.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.fuzz.Fuzz;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is in a run folder's files, it is read or refused with the documented exception. */
class SettingsFuzzTest {
  private static final String[] WORDS = {
    "\"seed\":",
    "\"epochs\":",
    "\"rule\":\"sign\"",
    "null",
    "NaN",
    "1e999",
    "-0",
    "[[",
    "{}",
    "\\u0000"
  };

  @TempDir Path folder;

  /** What is taken is what is written again, and what is refused is refused in a line. */
  @Test
  void settings() {
    Path file = folder.resolve("settings.json");
    byte[] good = SettingsFile.toJson(SettingsDraft.defaults()).getBytes(StandardCharsets.UTF_8);
    Fuzz.Reader reader =
        content -> {
          Files.write(file, content);
          try {
            TrainSettings taken = SettingsDraft.read(file).complete();
            String written = SettingsFile.toJson(taken);
            if (!SettingsFile.ofJson(written).equals(taken)) {
              throw new IllegalStateException("another after writing: " + written);
            }
          } catch (IllegalArgumentException e) {
            requireOneLine(e);
            throw e;
          }
        };
    var report =
        Fuzz.target("settings", reader, IllegalArgumentException.class)
            .seed(good, "{\"epochs\": 4, \"rule\": \"adam\"}".getBytes(StandardCharsets.UTF_8))
            .words(WORDS)
            .within(1)
            .run();
    assertTrue(report.places() > 10, report.figures());
  }

  private static void requireOneLine(IllegalArgumentException e) {
    if (String.valueOf(e.getMessage()).lines().count() != 1) {
      throw new IllegalStateException("not one line", e);
    }
  }

  /** Where a run stood, as its checkpoint has it. */
  @Test
  void positions() {
    byte[] good = Json.write(Position.start()).getBytes(StandardCharsets.UTF_8);
    Fuzz.Reader reader =
        content -> Json.read(new String(content, StandardCharsets.UTF_8), Position.class);
    var report =
        Fuzz.target("position", reader, IllegalArgumentException.class)
            .seed(good)
            .words(WORDS)
            .within(1)
            .run();
    assertTrue(report.places() > 10, report.figures());
  }
}
