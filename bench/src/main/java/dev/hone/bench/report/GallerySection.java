package dev.hone.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Pictures of x, x' and their difference, with what the network thinks of both. */
record GallerySection(Gallery gallery) {

  void write(Html html) {
    html.open("section").leaf("h2", "What the perturbation does");
    if (gallery.examples().isEmpty()) {
      html.leaf("p", "This run left no example pictures.", "class", "nodata").close();
      return;
    }
    html.leaf("p", gallery.caption());
    html.leaf(
        "p",
        "In the amplified difference, middle grey is unchanged, brighter was raised, darker"
            + " lowered.",
        "class",
        "note");
    html.open("div", "class", "gallery");
    gallery.examples().forEach(example -> example(html, example));
    html.close().close();
  }

  private static void example(Html html, IcpExample e) {
    String factor = "×" + Numbers.plain(e.amplification());
    html.open("article", "class", "example").leaf("h3", e.className());
    html.open("div", "class", "triple");
    picture(html, e.original(), "x", "original image of class " + e.className());
    picture(html, e.perturbed(), "x′", "the same image after the perturbation");
    picture(
        html,
        e.difference(),
        "x′ − x, " + factor,
        "difference between the two, amplified " + factor);
    html.close();
    if (!e.before().isEmpty() || !e.after().isEmpty()) {
      html.open("div", "class", "thoughts");
      probabilities(html, "before", e.before(), e.className());
      probabilities(html, "after", e.after(), e.className());
      html.close();
    }
    trace(html, e.trace());
    html.leaf(
        "p",
        "Change: L∞ %s, L2 %s (%s)"
            .formatted(Numbers.plain(e.linf()), Numbers.plain(e.l2()), e.space().label()),
        "class",
        "note");
    html.close();
  }

  private static void picture(Html html, Picture picture, String caption, String alt) {
    html.open("figure");
    html.empty(
        "img",
        "class",
        "pixels",
        "src",
        picture.dataUri(),
        "width",
        "" + picture.width(),
        "height",
        "" + picture.height(),
        "alt",
        alt);
    html.leaf("figcaption", caption).close();
  }

  private static void probabilities(
      Html html, String when, List<IcpExample.ClassProbability> classes, String truth) {
    html.open("div").leaf("h4", when).open("ul", "class", "bars");
    for (IcpExample.ClassProbability c : classes) {
      double share = Double.isFinite(c.probability()) ? Math.clamp(c.probability(), 0, 1) : 0;
      String width = String.format(Locale.ROOT, "--p:%.1f%%", 100 * share);
      html.open("li", "style", width, "class", c.className().equals(truth) ? "truth" : "other");
      html.leaf("span", c.className()).leaf("b", Numbers.percent(c.probability())).close();
    }
    html.close().close();
  }

  private static void trace(Html html, List<Double> trace) {
    if (trace.isEmpty()) {
      return;
    }
    String values = trace.stream().map(Numbers::plain).collect(Collectors.joining(" → "));
    html.open("p", "class", "trace").leaf("b", "Loss by step ").text(values).close();
  }
}
