package dev.hone.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsDraftTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"epoch\": 4}        | unknown setting 'epoch'; valid are task, dataset, dataDir,"
            + " imageSize",
        "{\"epochs\": \"4\"}   | \"epochs\": expected a whole number of 32 bits, but found \"4\"",
        "{\"epochs\": 4.5}     | \"epochs\": expected a whole number of 32 bits, but found 4.5",
        "{\"epochs\": 3000000000} | \"epochs\": expected a whole number of 32 bits",
        "{\"epochs\": null}    | \"epochs\": expected a whole number of 32 bits, but found null",
        "{\"eps\": NaN}        | \"eps\": expected a finite number, but found",
        "{\"eps\": -Infinity}  | \"eps\": expected a finite number, but found",
        "{\"eps\": 1e999}      | \"eps\": expected a finite number, but found",
        "{\"rule\": \"adm\"}   | \"rule\": 'adm' is not one of sgd, sign, adam, ademamix",
        "{\"rule\": 2}         | \"rule\": expected a string, but found 2",
        "{\"model\": [\"a\"]}  | \"model\": expected a string, but found [\"a\"]",
        "{\"k\": 1, \"k\": 2}  | not valid JSON: Duplicate Object property \"k\" (line 1, column",
        "{\"k\": 1             | not valid JSON: Unexpected end-of-input",
        "{\"k\": 1} {}         | not valid JSON: ",
        "[1]                   | expected a JSON object of settings",
      })
  void whatIsNoSettingIsNamedWithItsFile(String json, String complaint) throws IOException {
    Path file = folder.resolve("my.json");
    Files.writeString(file, json);
    String message =
        String.valueOf(
            assertThrows(IllegalArgumentException.class, () -> SettingsDraft.read(file))
                .getMessage());
    assertTrue(message.startsWith(file + ": " + complaint), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void valuesHaveTheTypesOfTheirSettings() throws IOException {
    Path file = folder.resolve("my.json");
    Files.writeString(
        file, "{\"recipe\": \"Paper_Like\", \"eps\": 1, \"seed\": -7000000000, \"model\": \"m\"}");
    assertEquals(
        Map.of("recipe", Recipe.PAPER_LIKE, "eps", 1.0, "seed", -7_000_000_000L, "model", "m"),
        SettingsDraft.read(file).values());
  }

  @Test
  void theLaterDraftWins() {
    SettingsDraft first = SettingsDraft.empty().with("k", 1).with("epochs", 4);
    SettingsDraft second = SettingsDraft.empty().with("k", 2);
    assertEquals(Map.of("k", 2, "epochs", 4), first.overriddenBy(second).values());
    assertEquals(Map.of("k", 1, "epochs", 4), second.overriddenBy(first).values());
  }

  @Test
  void emptyAndMissingFilesAndFoldersAreRefused() throws IOException {
    Path file = folder.resolve("my.json");
    assertThrows(NoSuchFileException.class, () -> SettingsDraft.read(file));
    Files.writeString(file, "");
    assertThrows(IllegalArgumentException.class, () -> SettingsDraft.read(file));
    assertThrows(IllegalArgumentException.class, () -> SettingsDraft.read(folder));
  }
}
