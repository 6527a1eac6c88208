package dev.hone.bench.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.icp.BatchNormMode;
import dev.hone.icp.distill.LayerWeights;
import dev.hone.icp.distill.Target;
import dev.hone.nn.model.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings from a draft to a run folder's file and back. */
class SettingsRoundTripTest {
  @TempDir private Path folder;

  /** No value of the task is the default, so that none can be lost unnoticed. */
  private static final TrainSettings UNUSUAL =
      new TrainSettings(
          Task.CLASSIFY,
          "cifar100",
          "some \"quoted\" föld\\er",
          32,
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
          0,
          0,
          Likelihood.NONE,
          0,
          0,
          0,
          -7_000_000_000L);

  private static final TrainSettings UNUSUAL_VAE =
      SettingsDraft.empty()
          .with("task", Task.VAE)
          .with("imageSize", 128)
          .with("latent", 7)
          .with("width", 6)
          .with("reconstruction", Likelihood.L1)
          .with("scale", 0.25)
          .with("beta", 0.1 + 0.2)
          .with("betaWarmup", 1.5)
          .complete();

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
    assertEquals(UNUSUAL_VAE, through(UNUSUAL_VAE));
    assertEquals(SettingsDraft.defaults(Task.VAE), through(SettingsDraft.defaults(Task.VAE)));
    var defaults = SettingsDraft.of(SettingsDraft.defaults()).values();
    var unusual = SettingsDraft.of(UNUSUAL).values();
    SettingsDraft.of(UNUSUAL_VAE)
        .values()
        .forEach((name, value) ->
            assertFalse(
                value.equals(defaults.get(name)) && value(unusual, name).equals(value), name));
  }

  private static Object value(Map<String, Object> values, String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  @Test
  void filesFromBeforeThereWereTasksAreOfClassifiers() throws IOException {
    Path file = folder.resolve("old.json");
    Files.writeString(
        file,
        """
        {"dataset": "cifar100", "dataDir": "data", "limit": 5000, "model": "resnet8",
         "shortcut": "B", "method": "ICP", "recipe": "SOUND", "rule": "SGD", "steps": 7,
         "eps": 0.25, "k": 3, "epochs": 9, "batch": 16, "learningRate": 0.5,
         "labelSmoothing": 0.1, "decay": "HALF_COSINE", "layerWeights": "UNIFORM",
         "icpMode": "EVAL", "targetMode": "TRAIN", "target": "RANDOM", "validation": 0.2,
         "seed": 42}
        """);
    TrainSettings old = SettingsDraft.read(file).complete();
    assertEquals(Task.CLASSIFY, old.task());
    assertEquals("resnet8", old.model());
    assertEquals(old, through(old));
  }

  @Test
  void whatATaskTrainsWithFollowsIt() {
    TrainSettings vae = drafted("task", Task.VAE).with("epochs", 40).complete();
    assertEquals("vae", vae.model());
    assertEquals(Recipe.ADAM, vae.recipe());
    assertEquals(Recipe.ADAM.learningRate(), vae.learningRate());
    assertEquals(10, vae.k());
    assertEquals(10, vae.betaWarmup());
    assertEquals(0, vae.scale());
    var gaussian = drafted("task", Task.VAE).with("reconstruction", Likelihood.GAUSSIAN);
    assertTrue(gaussian.complete().scale() > 0);
    double eps = drafted("task", Task.VAE).with("rule", Rule.SGD).complete().eps();
    assertTrue(eps < 0.01, "a sum over pixels has large gradients: " + eps);
  }

  @Test
  void settingsOfTheOtherTaskAreRefused() {
    assertRefused(drafted("latent", 8), "--latent is for --task vae");
    assertRefused(drafted("beta", 2.0), "--beta is for --task vae");
    assertRefused(drafted("reconstruction", Likelihood.L1), "--reconstruction is for --task vae");
    assertRefused(drafted("recipe", Recipe.ADAM), "--recipe adam is for --task vae");
    var vae = drafted("task", Task.VAE);
    assertRefused(vae.with("model", "resnet20"), "--model resnet20 is for --task classify");
    assertRefused(vae.with("labelSmoothing", 0.1), "--label-smoothing are for --task classify");
    assertRefused(vae.with("recipe", Recipe.SOUND), "--recipe sound is for --task classify");
    assertRefused(vae.with("imageSize", 48), "--image-size must be a power of two");
    assertRefused(vae.with("latent", 0), "--latent must be 1 or more");
    assertRefused(vae.with("width", 0), "--width must be 1 or more");
    assertRefused(vae.with("scale", 0.5), "--scale must be greater than 0");
    assertRefused(vae.with("beta", -1.0), "--beta must be 0 or more");
    assertRefused(vae.with("reconstruction", Likelihood.NONE), "--reconstruction must be");
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
