package dev.hone.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final Path SAMPLES = Path.of("target", "report-samples");

  static Stream<Arguments> samples() {
    return Stream.of(
        sample("typical", SampleRun::typical),
        sample("three-seeds", SampleRun::threeSeeds),
        sample("hundred-classes", SampleRun::hundredClasses),
        sample("bare", SampleRun::bare),
        sample("diverged", SampleRun::diverged),
        sample("six-arms", SampleRun::sixArms),
        sample("generation", () -> SampleRun.generation(-0.004)));
  }

  private static Arguments sample(String name, Supplier<Run> run) {
    return Arguments.of(name, run);
  }

  /** Every sample is left in target/report-samples to be looked at in a browser. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("samples")
  void pageIsWellFormedSelfContainedAndLight(String name, Supplier<Run> run) throws Exception {
    Path file = SAMPLES.resolve(name + ".html");
    HtmlReport.write(run.get(), file);
    String page = Files.readString(file);
    assertTrue(page.length() < 600_000, name + " has " + page.length() + " characters");
    Document document = parse(page);
    for (Element element : all(document, "*")) {
      assertFalse(
          Set.of("script", "link", "iframe", "object", "base").contains(element.getTagName()),
          element.getTagName());
      for (String attribute : List.of("src", "href", "xlink:href", "srcset")) {
        String target = element.getAttribute(attribute);
        assertTrue(target.isEmpty() || target.startsWith("data:image/png;base64,"), target);
      }
      if (element.getTagName().equals("img")) {
        assertFalse(element.getAttribute("alt").isBlank(), "img without alt");
      }
    }
    String css = all(document, "style").getFirst().getTextContent();
    assertFalse(css.contains("url(") || css.contains("@import"), "style sheet fetches something");
    assertEquals(1, all(document, "h1").size());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("samples")
  void chartsHoldOnlyFiniteCoordinatesInsideTheirBox(String name, Supplier<Run> run)
      throws Exception {
    Document document = parse(HtmlReport.page(run.get()));
    for (Element line : all(document, "polyline")) {
      for (String pair : line.getAttribute("points").split(" ", -1)) {
        String[] xy = pair.split(",", -1);
        assertTrue(inside(xy[0], 420) && inside(xy[1], 240), name + ": " + pair);
      }
    }
    for (Element dot : all(document, "circle")) {
      assertTrue(inside(dot.getAttribute("cx"), 420) && inside(dot.getAttribute("cy"), 240), name);
    }
  }

  private static boolean inside(String coordinate, double size) {
    double value = Double.parseDouble(coordinate);
    return value >= 0 && value <= size;
  }

  @Test
  void textFromOutsideIsEscapedWhereverItStands() throws Exception {
    String evil = "<script>alert(\"1\")</script>&'\u0000\u202e";
    Run t = SampleRun.typical();
    List<String> names = new ArrayList<>(SampleRun.CLOTHES);
    names.set(0, evil);
    DataDescription data =
        new DataDescription(
            evil, List.of(new DataDescription.Split(evil, 1, evil)), names, evil, evil);
    Machine machine = new Machine(evil, 1, 1, evil, evil, evil, evil);
    Arm arm = new Arm(evil, evil, t.arms().get(1).seeds());
    IcpExample example = SampleRun.example(evil, 3, 1);
    Run run =
        new Run(
            evil,
            t.started(),
            t.wallTime(),
            evil,
            Map.of(evil, evil),
            machine,
            data,
            new ModelDescription(evil, 1, evil),
            List.of(t.reference(), arm),
            Album.empty(),
            new Gallery(evil, List.of(example)));
    String page = HtmlReport.page(run);
    assertFalse(page.contains("<script"), "an unescaped <script> reached the page");
    Document document = parse(page);
    assertEquals(0, all(document, "script").size());
    assertTrue(document.getDocumentElement().getTextContent().contains("<script>alert(\"1\")"));
    assertTrue(
        all(document, "img").stream()
            .anyMatch(img -> img.getAttribute("alt").contains("<script>alert(\"1\")</script>&'")));
    assertFalse(page.contains("\u202e") || page.contains("\u0000"), "control characters");
  }

  @Test
  void anAutoencodersPageHasItsPicturesAndFiguresAndNoClasses() throws Exception {
    Document document = parse(HtmlReport.page(SampleRun.generation(0.01)));
    String text = document.getDocumentElement().getTextContent();
    for (String said :
        List.of(
            "By SSIM, icp helped here.",
            "FID not computed: no weights were given.",
            "MS-SSIM, 3 scales",
            "SSIM of reconstructions",
            "Divergence, KL",
            "epoch by epoch",
            "Student's paired t-test",
            "the decoder's last layer")) {
      assertTrue(text.contains(said), said);
    }
    for (String unsaid : List.of("Accuracy", "Confusion", "McNemar", "classifier head")) {
      assertFalse(text.contains(unsaid), unsaid);
    }
    long strips =
        all(document, "img").stream()
            .filter(img -> img.getAttribute("alt").startsWith("Reconstructions, "))
            .count();
    assertEquals(12, strips, "two strips of six");
  }

  @Test
  void notFiniteFiguresAppearAsNaNAndAreMarkedInTheCurve() throws Exception {
    Document document = parse(HtmlReport.page(SampleRun.diverged()));
    String text = document.getDocumentElement().getTextContent();
    assertTrue(text.contains("NaN"));
    assertFalse(text.contains("Infinity"));
    List<String> lost =
        all(document, "text").stream()
            .filter(t -> t.getAttribute("class").contains("lost"))
            .map(Element::getTextContent)
            .toList();
    // Epochs 3, 5, 6, 7 of both task losses, the distillation loss and the speed; of both
    // accuracies 5, 6, 7.
    assertEquals(4 * 4 + 2 * 3, lost.size());
    assertTrue(lost.contains("epoch 3: NaN×"), lost.toString());
  }

  @Test
  void oneEpochIsADotAndMissingPartsSaySo() throws Exception {
    Document document = parse(HtmlReport.page(SampleRun.bare()));
    assertTrue(all(document, "circle").size() >= 4);
    assertEquals(0, all(document, "polyline").size());
    String text = document.getDocumentElement().getTextContent();
    assertTrue(text.contains("This run left no example pictures."));
    assertTrue(text.contains("No test image was evaluated"));
  }

  @Test
  void manyClassesBecomeAPictureAndFewATable() throws Exception {
    assertEquals(2, tables(HtmlReport.page(SampleRun.typical()), "confusion"));
    String page = HtmlReport.page(SampleRun.hundredClasses());
    assertEquals(0, tables(page, "confusion"));
    assertEquals(2, all(parse(page), "ol").size());
  }

  private static int tables(String page, String kind) throws Exception {
    return (int)
        all(parse(page), "table").stream()
            .filter(table -> table.getAttribute("class").equals(kind))
            .count();
  }

  @Test
  void writesOverAnOlderReport(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("new").resolve("report.html");
    HtmlReport.write(SampleRun.bare(), file);
    HtmlReport.write(SampleRun.typical(), file);
    assertEquals(HtmlReport.page(SampleRun.typical()), Files.readString(file));
  }

  private static Document parse(String page) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(page)));
  }

  private static List<Element> all(Document document, String tag) {
    NodeList nodes = document.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }
}
