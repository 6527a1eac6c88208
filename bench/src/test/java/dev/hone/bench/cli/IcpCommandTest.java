package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.datasets.Datasets;
import dev.hone.datasets.Split;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class IcpCommandTest {
  @TempDir private static Path folder;
  private static Path weights = Path.of("");

  @TempDir private Path own;

  @BeforeAll
  static void makeFiles() throws IOException {
    Samples.cifar10(folder, 5);
    weights = Samples.weights(folder, 10, 3);
  }

  private Path picture() {
    return own.resolve("seen.png");
  }

  private Invocation icp(String... more) {
    var args = new ArrayList<>(List.of("icp", "--device", "reference", "--out=" + picture()));
    args.addAll(List.of("--weights=" + weights, "--model=resnet8", "--shortcut=B"));
    args.addAll(List.of("--dataset=cifar10", "--data-dir=" + folder));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private JsonNode json(String... more) {
    var args = new ArrayList<>(List.of("--json"));
    args.addAll(List.of(more));
    return JsonMapper.shared().readTree(icp(args.toArray(String[]::new)).succeeded().out());
  }

  private static double at(JsonNode image, int step, String figure) {
    return image.get("trace").get(step).get(figure).doubleValue();
  }

  @Test
  void signStepsAreAsLongAsTheySay() {
    JsonNode result =
        json(
            "--image=3",
            "--rule=sign",
            "--steps=2",
            "--eps=.01",
            "--std=.2,.25,.3",
            "--mean=0,0,0");
    assertEquals("normalized", result.get("space").stringValue());
    JsonNode image = result.get("images").get(0);
    assertEquals("3", image.get("image").stringValue());
    assertEquals("cat", image.get("className").stringValue());
    assertEquals(3, image.get("trace").size());
    assertEquals(0, at(image, 0, "linf"));
    assertEquals(.01, at(image, 1, "linf"), 1e-5);
    assertTrue(at(image, 2, "linf") <= .02 + 1e-5);
    assertTrue(at(image, 1, "l2") > .1, image.toString());
    assertTrue(at(image, 2, "loss") < at(image, 0, "loss"), image.toString());
    assertEquals(Math.exp(-at(image, 1, "loss")), at(image, 1, "probability"), 1e-9);
    assertTrue(Files.isRegularFile(picture()));
  }

  @Test
  void pixelsAndTheOtherDirectionAreKept() {
    JsonNode image =
        json(
                "--image=1,4",
                "--rule=sign",
                "--steps=2",
                "--eps=.01",
                "--space=pixel",
                "--direction=adversarial",
                "--norm=linf",
                "--radius=.015",
                "--std=.2,.25,.3",
                "--mean=0,0,0")
            .get("images")
            .get(1);
    assertEquals("4", image.get("image").stringValue());
    assertEquals(.01, at(image, 1, "linf"), 1e-5);
    assertEquals(.015, at(image, 2, "linf"), 1e-5);
    assertTrue(at(image, 2, "loss") > at(image, 0, "loss"), image.toString());
  }

  @Test
  void peopleGetATableForEachImage() {
    String out = icp("--steps=1").succeeded().out();
    assertTrue(out.contains("adam, eps 0.002, constructive, T=1; eps, L2 and Linf in normalized"));
    assertEquals(3, out.lines().filter(line -> line.startsWith("image ")).count(), out);
    assertTrue(out.contains("image 0: airplane"), out);
    assertTrue(out.lines().anyMatch(line -> line.matches(" +1 +[0-9.]+ +[0-9.]+ % .*")), out);
    assertTrue(out.contains("Look at " + picture()), out);
  }

  @Test
  void aPictureOfOnesOwnIsTheImageOfTheDataSet() throws IOException {
    byte[] records =
        Files.readAllBytes(folder.resolve("cifar-10-batches-bin").resolve("test_batch.bin"));
    var image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 1024; i++) {
      int at = 2 * 3073 + 1 + i;
      int rgb =
          (records[at] & 0xff) << 16
              | (records[at + 1024] & 0xff) << 8
              | (records[at + 2048] & 0xff);
      image.setRGB(i % 32, i / 32, rgb);
    }
    Path file = own.resolve("mine.png");
    ImageIO.write(image, "png", file.toFile());
    JsonNode mine = json("--file=" + file, "--label=Bird", "--steps=1").get("images").get(0);
    JsonNode its = json("--image=2", "--steps=1").get("images").get(0);
    assertEquals(its.get("trace"), mine.get("trace"));
    assertEquals(
        its.get("trace"),
        json("--file=" + file, "--label=2", "--steps=1").get("images").get(0).get("trace"));
    JsonNode guessed = json("--file=" + file, "--steps=0").get("images").get(0);
    assertEquals(guessed.get("before").get(0).get("className"), guessed.get("className"));
    icp("--file=" + file, "--label=fish").refused("--label: 'fish' is not one of airplane");
    icp("--file=" + file, "--image=1").refused("--image and --file exclude each other");
    icp("--label=1").refused("--label is for --file");
  }

  @Test
  void greyKeepsItsValues() throws IOException {
    var grey = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
    var colour = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    byte[] expected = new byte[1024];
    for (int i = 0; i < 1024; i++) {
      grey.getRaster().setSample(i % 32, i / 32, 0, i % 256);
      colour.setRGB(i % 32, i / 32, i % 256 * 0x10101);
      expected[i] = (byte) i;
    }
    var like = Datasets.load("fashion-mnist", Split.TEST);
    for (BufferedImage image : List.of(grey, colour)) {
      Path file = own.resolve("mine.png");
      ImageIO.write(image, "png", file.toFile());
      assertArrayEquals(expected, ImageFile.read(file, like, 3).image(0));
    }
  }

  @Test
  void picturesThatCannotBeUsedAreRefused() throws IOException {
    Path text = Files.writeString(own.resolve("a.png"), "no picture");
    icp("--file=" + text).refused("is no picture that Java reads");
    icp("--file=" + own.resolve("b.png")).refused("--file: no such file");
    Path small = own.resolve("small.png");
    ImageIO.write(new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY), "png", small.toFile());
    icp("--file=" + small).refused("is 28 x 28 pixels, but the network takes 32 x 32");
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    icp("--image=5").refused("there is no image 5; the test split of cifar10 has 0 to 4");
    icp("--image=-1").refused("there is no image -1");
    icp("--eps=-1").refused("--eps must be 0 or more, but is -1.0");
    icp("--steps=-1").refused("--steps must be 0 or more");
    icp("--norm=l2").refused("--norm linf or l2 and --radius belong together");
    icp("--radius=1").refused("--norm linf or l2 and --radius belong together");
    icp("--norm=l2", "--radius=-1").refused("--radius must be 0 or more");
    icp("--space=pixels").refused("'pixels' is not one of normalized, pixel");
    icp("--rule=adm").refused("'adm' is not one of sgd, sign, adam, ademamix");
    Path nowhere = own.resolve("no").resolve("icp.png");
    Invocation.of("icp", "--out=" + nowhere, "--weights=" + weights)
        .refused("--out: cannot write", "there is no folder");
  }

  @Test
  void theNewestRunIsFound() throws IOException {
    String none =
        assertThrows(Refusal.class, () -> Folders.newestRun(own.resolve("runs"))).getMessage();
    assertTrue(String.valueOf(none).contains("make one with ./hone train"), none);
    for (String name : List.of("b", "c", "a")) {
      Path run = Files.createDirectories(own.resolve(name));
      Files.writeString(run.resolve("settings.json"), "{}");
      Files.setLastModifiedTime(
          run.resolve("settings.json"), FileTime.fromMillis(name.equals("c") ? 2000 : 1000));
    }
    assertEquals(own.resolve("c"), Folders.newestRun(own));
  }

  @Test
  void helpTeaches() {
    String help = Invocation.of("icp", "--help").succeeded().out();
    for (String taught :
        List.of("i-FGSM", "(pixel - mean) / std", "--direction=", "Default: adam")) {
      assertTrue(help.contains(taught), () -> "no '" + taught + "' in: " + help);
    }
  }
}
