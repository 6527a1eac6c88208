package dev.hone.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.icp.BatchNormMode;
import dev.hone.icp.distill.LayerWeights;
import dev.hone.icp.distill.Target;
import dev.hone.nn.model.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings from a draft to a run folder's file and back. */
class SettingsRoundTripTest {
  @TempDir private Path folder;

  /** No value is the default, so that none can be lost unnoticed. */
  private static final TrainSettings UNUSUAL =
      new TrainSettings(
          "cifar100",
          "some \"quoted\" föld\\er",
          5001,
          "resnet110",
          Shortcut.B,
          Method.ICP,
          Recipe.PAPER_LIKE,
          Rule.ADEMAMIX,
          9,
          0.1 + 0.2,
          3,
          17,
          33,
          1e-7,
          0.125,
          TrainSettings.Decay.HALF_COSINE,
          LayerWeights.SHALLOWER,
          BatchNormMode.TRAIN,
          BatchNormMode.EVAL,
          Target.OPPOSITE,
          0.3,
          -7_000_000_000L);

  private TrainSettings through(TrainSettings settings) throws IOException {
    Path file = folder.resolve("settings.json");
    SettingsFile.write(settings, file);
    TrainSettings back = SettingsDraft.read(file).complete();
    Path again = folder.resolve("again.json");
    SettingsFile.write(back, again);
    assertEquals(Files.readString(file), Files.readString(again));
    return back;
  }

  @Test
  void whatARunFolderKeepsIsReadBackAlike() throws IOException {
    assertEquals(UNUSUAL, through(UNUSUAL));
    assertEquals(SettingsDraft.defaults(), through(SettingsDraft.defaults()));
    var defaults = SettingsDraft.of(SettingsDraft.defaults()).values();
    SettingsDraft.of(UNUSUAL)
        .values()
        .forEach((name, value) -> assertNotEquals(defaults.get(name), value, name));
  }

  @Test
  void whatIsNotSaidFollowsTheRest() {
    TrainSettings s =
        drafted("rule", Rule.SGD).with("recipe", Recipe.PAPER_LIKE).with("epochs", 100).complete();
    assertEquals(0.2, s.eps());
    assertEquals(Recipe.PAPER_LIKE.learningRate(), s.learningRate());
    assertEquals(25, s.k());
    assertEquals(0, drafted("epochs", 1).complete().k());
    assertEquals(7, SettingsDraft.of(s).overriddenBy(drafted("k", 7)).complete().k());
    assertEquals(25, drafted("k", 7).overriddenBy(SettingsDraft.of(s)).complete().k());
    assertEquals(SettingsDraft.defaults(), SettingsDraft.empty().complete());
  }

  private static SettingsDraft drafted(String name, Object value) {
    return SettingsDraft.empty().with(name, value);
  }

  @Test
  void valuesThatCannotBeAreRefused() {
    assertRefused(drafted("k", 9).with("epochs", 4), "--k is 9, but there are only 4 epochs");
    assertRefused(drafted("eps", -0.1), "--eps must be 0 or more, but is -0.1");
    assertRefused(drafted("eps", Double.NaN), "--eps must be 0 or more, but is NaN");
    assertRefused(drafted("epochs", -4), "--epochs must be 1 or more, but is -4");
    assertRefused(drafted("model", "resnet9"), "unknown model resnet9; valid are resnet8");
  }

  private static void assertRefused(SettingsDraft draft, String message) {
    String found =
        String.valueOf(assertThrows(IllegalArgumentException.class, draft::complete).getMessage());
    assertTrue(found.contains(message), found);
  }
}
