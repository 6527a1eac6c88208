package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.bench.distance.FidWeights;
import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Progress;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.experiment.Task;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.bench.experiment.Training;
import dev.hone.bench.report.Picture;
import dev.hone.kernels.cpu.CpuBackendProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What can be done with the run of an autoencoder. */
class SampleCommandTest {
  private static final int SIDE = 32 * 4;

  @TempDir private static Path folder;
  private static String run = "";

  @BeforeAll
  static void train() throws IOException {
    TrainSettings settings =
        SettingsDraft.empty()
            .with("task", Task.VAE)
            .with("limit", 32)
            .with("epochs", 1)
            .with("width", 1)
            .with("latent", 2)
            .with("validation", 0.002)
            .with("method", Method.BASELINE)
            .complete();
    var environment =
        new Training.Environment(
            CpuBackendProvider.withThreads(2),
            2,
            "any",
            "test",
            new FidWeights.Missing("none in tests"));
    Path made = folder.resolve("run");
    Training.run(settings, made, environment, Progress.silent(), () -> false);
    run = made.toString();
  }

  private Invocation hone(String command, String... more) {
    var args = new ArrayList<>(List.of(command, "--run", run));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private Picture sampled(String name, String... more) throws IOException {
    Path out = folder.resolve(name + ".png");
    var args = new ArrayList<>(List.of("--out", out.toString()));
    args.addAll(List.of(more));
    String said = hone("sample", args.toArray(String[]::new)).succeeded().out();
    assertTrue(said.contains("Look at " + out), said);
    return Picture.read(out);
  }

  @Test
  void asManySamplesAreDrawnAsAskedForFromTheSeed() throws IOException {
    Picture one = sampled("one", "--count=3", "--seed=5");
    assertTrue(one.width() > 3 * SIDE && one.width() < 4 * SIDE, one::toString);
    assertTrue(one.height() > SIDE && one.height() < 2 * SIDE, one::toString);
    assertEquals(one, sampled("same", "--count=3", "--seed=5", "--threads=1"));
    assertFalse(one.equals(sampled("other", "--count=3", "--seed=6")));
    assertTrue(sampled("rows", "--count=9").height() > 2 * SIDE, "eight to a row");
  }

  @Test
  void reconstructionsAndWaysBetweenImages() throws IOException {
    Picture pairs = sampled("pairs", "--what=reconstructions", "--image=3,17");
    assertTrue(pairs.height() > 2 * SIDE, "originals above reconstructions");
    Picture way = sampled("way", "--what=interpolation", "--image=3,17", "--count=5");
    assertTrue(way.width() > 5 * SIDE && way.width() < 6 * SIDE, way::toString);
  }

  @Test
  void whatCannotBeDrawnIsRefused() throws IOException {
    hone("sample", "--image=1").refused("--image is for --what reconstructions");
    hone("sample", "--count=0").refused("--count must be 1 or more");
    hone("sample", "--what=reconstructions", "--image=99999").refused("there is no image 99999");
    hone("sample", "--what=interpolation", "--image=1,2,3").refused("between two images, but 3");
    hone("sample", "--arm=icp").refused("no weights of icp");
    Path classifier = Files.createDirectories(folder.resolve("classifier"));
    Files.writeString(classifier.resolve("settings.json"), "{\"model\": \"resnet8\"}");
    Invocation.of("sample", "--run", classifier.toString()).refused("trained a classifier");
  }

  @Test
  void evaluateSaysHowGoodItIs() {
    String text = hone("evaluate", "--limit=40").succeeded().out();
    for (String said : List.of("images              40", "SSIM", "PSNR", "-ELBO", "KL")) {
      assertTrue(text.contains(said), text);
    }
    JsonNode json =
        JsonMapper.builder().build().readTree(hone("evaluate", "--json").succeeded().out());
    assertEquals(2000, json.get("total").asInt());
    double elbo = json.get("reconstruction").asDouble() + json.get("divergence").asDouble();
    assertEquals(elbo, json.get("negativeElbo").asDouble(), 1e-9 * elbo);
    hone("evaluate", "--logits", folder.resolve("l.npy").toString())
        .refused("--logits is for classifiers");
    hone("icp").refused("trained an autoencoder, which names no classes");
  }
}
