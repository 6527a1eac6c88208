package dev.hone.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.nn.weights.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FilesTest {
  @TempDir Path folder;

  @Test
  void atomicWriteReplacesAndLeavesNothingBeside() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, "old, and longer than the new one");
    AtomicFile.write(file, "new");
    assertEquals("new", Files.readString(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void failedWriteKeepsTheTargetAndLeavesNothingBeside() throws IOException {
    // A folder that is not empty cannot be replaced, so the last step fails.
    Path target = folder.resolve("taken");
    Files.createDirectories(target.resolve("inside"));
    assertThrows(IOException.class, () -> AtomicFile.write(target, "text"));
    assertTrue(Files.isDirectory(target.resolve("inside")));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(target), files.toList());
    }
  }

  @Test
  void summaryCsvHasOneRowPerArmAndSeed() throws IOException {
    Path file = folder.resolve("summary.csv");
    Run run = SampleRun.threeSeeds();
    Arm odd = new Arm("a,\"b\"", "invented", run.arms().get(1).seeds());
    Summary.of(SampleRun.run(SampleRun.CLOTHES, List.of(run.reference(), odd), Gallery.empty()))
        .writeCsv(file);
    List<String> lines = Files.readAllLines(file);
    assertEquals(7, lines.size());
    assertTrue(lines.get(1).startsWith("baseline,1,"), lines.get(1));
    assertTrue(lines.get(4).startsWith("\"a,\"\"b\"\"\",1,"), lines.get(4));
    assertEquals(13, lines.get(1).split(",", -1).length);
    assertEquals(lines.get(0).split(",", -1).length, lines.get(1).split(",", -1).length);
  }

  @Test
  void summaryJsonHoldsRowsAndComparisons() throws IOException {
    Path file = folder.resolve("summary.json");
    Run run = SampleRun.typical();
    Summary.of(run).writeJson(file);
    JsonNode json = JsonMapper.builder().build().readTree(Files.readString(file));
    assertEquals(2, json.get("rows").size());
    Predictions predictions =
        run.reference().results(ClassificationResult.class).getFirst().predictions();
    assertEquals(predictions.correct(), json.get("rows").get(0).get("correct").asInt());
    JsonNode comparison = json.get("comparisons").get(0);
    assertEquals("icp", comparison.get("arm").asString());
    assertEquals(
        run.arms().get(1).score() - run.reference().score(),
        comparison.get("difference").asDouble(),
        1e-12);
  }

  @Test
  void summaryOfNothingMeasuredIsStillJson() throws IOException {
    Path file = folder.resolve("summary.json");
    Summary.of(SampleRun.bare()).writeJson(file);
    JsonNode json = JsonMapper.builder().build().readTree(Files.readString(file));
    assertEquals("NaN", json.get("rows").get(0).get("accuracy").asString());
  }

  @Test
  void pictureSurvivesThePngBitForBit() throws IOException {
    byte[] rgb = {0, (byte) 255, 3, 100, (byte) 200, 50};
    BufferedImage colour = decode(Picture.of(2, 1, 3, rgb));
    assertEquals(0x00ff03, colour.getRGB(0, 0) & 0xffffff);
    assertEquals(0x64c832, colour.getRGB(1, 0) & 0xffffff);
    BufferedImage grey = decode(Picture.of(2, 1, 1, new byte[] {7, (byte) 130}));
    assertEquals(7, grey.getRaster().getSample(0, 0, 0));
    assertEquals(130, grey.getRaster().getSample(1, 0, 0));
  }

  @Test
  void aRowOfPicturesIsReadBackAndSplit() throws IOException {
    for (int channels : new int[] {1, 3}) {
      var pictures = new java.util.ArrayList<Picture>();
      for (int i = 0; i < 3; i++) {
        byte[] pixels = new byte[2 * 4 * channels];
        for (int j = 0; j < pixels.length; j++) {
          pixels[j] = (byte) (31 * i + 7 * j);
        }
        pictures.add(Picture.of(2, 4, channels, pixels));
      }
      Path file = folder.resolve("row.png");
      Picture.row(pictures).write(file);
      Picture row = Picture.read(file);
      assertEquals(6, row.width());
      assertEquals(pictures, row.split(3));
      assertThrows(IllegalArgumentException.class, () -> row.split(4));
    }
    Path text = Files.writeString(folder.resolve("no.png"), "no picture");
    assertThrows(IOException.class, () -> Picture.read(text));
  }

  @Test
  void summaryOfAutoencodersHasTheirColumns() throws IOException {
    Path file = folder.resolve("summary.csv");
    Summary.of(SampleRun.generation(0.01)).writeCsv(file);
    List<String> lines = Files.readAllLines(file);
    assertTrue(
        lines.getFirst().startsWith("arm,seed,total,ssim,ssimLow,ssimHigh"), lines.getFirst());
    assertTrue(lines.get(1).startsWith("baseline,1,500,0."), lines.get(1));
    assertEquals(lines.get(0).split(",").length, lines.get(2).split(",").length);
  }

  @Test
  void planesAreInterleavedClippedAndNaNIsBlack() {
    Picture picture = Picture.ofPlanes(3, 1, 2, new float[] {0, 2, 1, -1, 0.5f, Float.NaN});
    assertEquals(0x00ff80, picture.rgb(0, 0));
    assertEquals(0xff0000, picture.rgb(1, 0));
  }

  @Test
  void differenceIsAmplifiedAroundMiddleGrey() {
    float[] before = {0.5f, 0.5f, 0.5f};
    float[] after = {0.5f, 0.504f, 0.496f};
    double factor = Picture.amplificationFor(before, after);
    assertEquals(100, factor, 1e-9);
    Picture picture = Picture.difference(1, 1, 3, before, after, factor);
    assertEquals(128, picture.rgb(0, 0) & 0xff);
    assertEquals(229.5, picture.rgb(1, 0) & 0xff, 1);
    assertEquals(25.5, picture.rgb(2, 0) & 0xff, 1);
    assertEquals(1, Picture.amplificationFor(before, before), 0);
  }

  @Test
  void sizeThatDoesNotFitIsNamed() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Picture.of(2, 2, 3, new byte[4]));
    assertEquals("picture: 4 values do not fill 3 channels of 2 x 2", e.getMessage());
  }

  /** Left in target/report-samples to be looked at. */
  @Test
  void gridShowsThePicturesAtTheirScale() throws IOException {
    Path file = Path.of("target", "report-samples", "icp.png");
    List<IcpExample> examples = SampleRun.gallery(2).examples();
    PictureGrid.of(8, examples).write(file);
    BufferedImage image = ImageIO.read(file.toFile());
    assertNotNull(image);
    assertEquals(16 + 3 * (32 * 8 + 16), image.getWidth());
    Picture original = examples.getFirst().original();
    int top = 16 + 20;
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        assertEquals(original.rgb(x, y), image.getRGB(16 + 8 * x + 7, top + 8 * y + 7) & 0xffffff);
      }
    }
  }

  @Test
  void captionsNeverLeaveThePicture() {
    Picture tiny = Picture.of(1, 1, 1, new byte[] {0});
    String text = "a very long caption × ′ ü";
    PictureGrid grid =
        new PictureGrid(
            1,
            List.of(new PictureGrid.Row(text, List.of(new PictureGrid.Cell(tiny, List.of(text))))));
    assertTrue(grid.png().length > 0);
    assertEquals("a very long caption x ' ?", PixelFont.drawable(text));
  }

  @Test
  void cpuNameComesFromLinuxOrFallsBack() throws IOException {
    Path file = folder.resolve("cpuinfo");
    Files.writeString(file, "processor : 0\nmodel name\t: Some CPU @ 2 GHz\n");
    assertEquals("Some CPU @ 2 GHz", Machine.cpuName(file));
    assertEquals(System.getProperty("os.arch"), Machine.cpuName(folder.resolve("absent")));
    assertFalse(Machine.current(2, "256 bit", "0.1.0").jdk().isBlank());
  }

  private static BufferedImage decode(Picture picture) throws IOException {
    String uri = picture.dataUri();
    byte[] png = Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1));
    return ImageIO.read(new ByteArrayInputStream(png));
  }
}
