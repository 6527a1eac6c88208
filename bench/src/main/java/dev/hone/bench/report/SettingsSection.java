package dev.hone.bench.report;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** How to read the figures, and everything needed to get them again. */
record SettingsSection(Run run) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  void write(Html html) {
    precautions(html);
    html.open("section").leaf("h2", "The run");
    html.leaf("p", "This command reproduces it:").open("pre", "class", "command");
    // Word by word, since browsers would also break a line within "--steps".
    for (String word : run.command().split(" ", -1)) {
      html.leaf("span", word).text(" ");
    }
    html.close();
    html.open("div", "class", "columns");
    html.open("div").leaf("h3", "Settings");
    map(html, run.settings());
    html.close().open("div").leaf("h3", "Machine");
    map(html, machine());
    html.leaf("h3", "Data");
    map(html, data());
    html.close().close();
    html.leaf(
        "h3",
        "Model: %s, %s parameters"
            .formatted(run.model().name(), Numbers.count(run.model().parameters())));
    if (!run.model().summary().isBlank()) {
      html.open("details").leaf("summary", "Summary of its blocks");
      html.leaf("pre", run.model().summary()).close();
    }
    html.close();
  }

  private void precautions(Html html) {
    html.open("section").leaf("h2", "How to read this").open("ul", "class", "prose");
    html.leaf(
        "li",
        "A difference between two trainings mixes what the method does with what the seed does."
            + " Only several seeds tell them apart; the paired test answers the smaller question"
            + " whether these two trained networks differ on more images than chance allows.");
    html.leaf("li", splitUse());
    html.leaf(
        "li",
        "As a(e) falls towards 0, the task loss fades, and with it the gradient of %s: the distillation loss compares features, which lie before that. A late flat curve of a distilled arm has this reason among others."
            .formatted(
                switch (run.measure()) {
                  case ACCURACY -> "the classifier head";
                  case SSIM -> "the decoder's last layer and of the divergence";
                }));
    if (run.measure() == Measure.SSIM) {
      html.leaf(
          "li",
          "SSIM and PSNR compare an image with its reconstruction from the mean of q(z|x); they say"
              + " nothing about samples. The ELBO is that of one draw of z for each image, at full"
              + " weight of the divergence, whatever beta was.");
    }
    html.leaf(
        "li",
        "Training figures are measured while the weights move and on augmented images;"
            + " they are no fair comparison with the evaluation.");
    html.leaf(
        "li",
        "Arms are compared at equal epochs. Where a step costs more, a reference with the same"
            + " compute is the stricter control, and so are a(e) decay without distillation and a"
            + " random perturbation of the same size.");
    html.leaf(
        "li",
        "NaN stands for a figure that was not measured, is infinite or is not a number; in a curve"
            + " it is a gap, marked × on the axis.");
    html.close().close();
  }

  private String splitUse() {
    return run.data().curveSplit().equals("test")
        ? "The curves are of the test split itself. Nothing may be chosen by them, neither an epoch"
            + " nor a setting, or the final result is too good."
        : "The curves are of the "
            + run.data().curveSplit()
            + " split. The test split was used once, after the last epoch, and chose nothing.";
  }

  private Map<String, String> machine() {
    Machine m = run.machine();
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("CPU", m.cpu());
    rows.put("cores", m.cores() + ", threads used " + m.threads());
    rows.put("vector width", m.vector());
    rows.put("JDK", m.jdk());
    rows.put("system", m.os());
    rows.put("Hone", m.hone());
    rows.put("started", TIME.format(run.started()));
    rows.put("wall time", Numbers.seconds(run.wallTime().toMillis() / 1000.0));
    return rows;
  }

  private Map<String, String> data() {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("name", run.data().name());
    for (DataDescription.Split split : run.data().splits()) {
      rows.put(split.name(), Numbers.count(split.images()) + " images; " + split.use());
    }
    rows.put("classes", "" + run.data().classNames().size());
    rows.put("licence", run.data().licence());
    return rows;
  }

  private static void map(Html html, Map<String, String> rows) {
    html.open("dl");
    rows.forEach((name, value) -> html.leaf("dt", name).leaf("dd", value));
    html.close();
  }
}
