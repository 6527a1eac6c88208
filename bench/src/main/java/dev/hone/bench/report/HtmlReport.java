package dev.hone.bench.report;

import dev.hone.nn.weights.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The picture report of a run: one HTML file without scripts or outside assets, and with a policy
 * that forbids the browser to fetch any.
 */
public final class HtmlReport {
  private HtmlReport() {}

  /** Writes the report, atomically. */
  public static void write(Run run, Path file) throws IOException {
    AtomicFile.write(file, page(run));
  }

  /** The whole page. */
  static String page(Run run) {
    Verdict verdict = Verdict.of(run);
    Html html = new Html();
    html.open("html", "lang", "en");
    head(html, run);
    html.open("body").open("main");
    html.open("header").leaf("p", run.name(), "class", "eyebrow");
    html.leaf("h1", verdict.headline());
    html.open("div", "class", "verdict");
    verdict.sentences().forEach(sentence -> html.leaf("p", sentence));
    html.close().close();
    new ResultSection(run).write(html);
    new CurveSection(run).write(html);
    new AlbumSection(run.album()).write(html);
    new GallerySection(run.gallery()).write(html);
    if (run.measure() == Measure.ACCURACY) {
      new ConfusionSection(run).write(html);
    }
    new SettingsSection(run).write(html);
    html.leaf("footer", "Written by Hone " + run.machine().hone());
    html.close().close().close();
    return html.finish();
  }

  private static void head(Html html, Run run) {
    html.open("head").empty("meta", "charset", "utf-8");
    html.empty(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'");
    html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.empty("meta", "name", "color-scheme", "content", "light dark");
    html.leaf("title", run.name() + " · Hone");
    html.style(styleSheet()).close();
  }

  private static String styleSheet() {
    try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
      if (css == null) {
        throw new IllegalStateException("report: report.css is missing from the hone-bench jar");
      }
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report: report.css cannot be read from the jar", e);
    }
  }
}
