package dev.hone.bench.cli;

import dev.hone.bench.experiment.Method;
import dev.hone.bench.experiment.Sketches;
import dev.hone.bench.report.Picture;
import dev.hone.bench.report.PictureGrid;
import dev.hone.tensor.backend.MathMode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hone sample}: pictures that a trained autoencoder makes. */
@Command(
    name = "sample",
    description =
        "Draw what a trained autoencoder makes: new images, reconstructions, ways between.",
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone sample                      sixteen new images, the newest run's autoencoder",
      "  ./hone sample --run runs/birds --count 32 --seed 7 --out birds.png",
      "  ./hone sample --what reconstructions --image 3,17,200",
      "  ./hone sample --what interpolation --image 3,17 --count 10",
      "",
      "Train one with ./hone train --task vae."
    })
final class SampleCommand implements Callable<Integer> {
  /** What is drawn. */
  enum What {
    SAMPLES,
    RECONSTRUCTIONS,
    INTERPOLATION
  }

  private static final int COLUMNS = 8;

  /** Pixels that a picture is enlarged to, at least. */
  private static final int LEGIBLE = 128;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--what",
      paramLabel = "samples|reconstructions|interpolation",
      description =
          "New images from random latent numbers; test images and what is left of them; the way"
              + " from one test image to another. Default: ${DEFAULT-VALUE}.",
      defaultValue = "samples")
  private What what = What.SAMPLES;

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many samples, or steps from one image to another. Default: 16, 8 steps.")
  private @Nullable Integer count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the random latent numbers. Default: ${DEFAULT-VALUE}.",
      defaultValue = "1")
  private long seed = 1;

  @Option(
      names = "--image",
      paramLabel = "I,...",
      split = ",",
      hideParamSyntax = true,
      description = "Which images of the test split, from 0. Default: 0 to 7; 0,1 to go between.")
  private List<Integer> images = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The picture, a PNG. Default: ${DEFAULT-VALUE}.",
      defaultValue = "sample.png")
  private Path out = Path.of("sample.png");

  @Option(
      names = "--run",
      paramLabel = "DIR",
      description = "A run folder; the newest under runs/ if not given.")
  private @Nullable Path run;

  @Option(
      names = "--arm",
      paramLabel = "baseline|icp",
      description = "Whose weights of the run; icp if it has them.")
  private @Nullable Method arm;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the data set is, if it has moved.")
  private @Nullable Path dataDir;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "What computes: " + Devices.NAMES + ". Default: ${DEFAULT-VALUE}.",
      defaultValue = "cpu")
  private String device = "cpu";

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the cpu; 0 means all cores. Results do not depend on it.",
      defaultValue = "0")
  private int threads;

  @Option(names = "--math", paramLabel = "NAME", description = Devices.MATH, defaultValue = "fma")
  private MathMode math = MathMode.FMA;

  @Override
  public Integer call() throws IOException {
    refuseContradictions();
    Folders.requireWritable("--out", out);
    PrintWriter notes = spec.commandLine().getErr();
    Path folder = run;
    if (folder == null) {
      folder = Folders.newestRun(Folders.RUNS);
      notes.println("using the newest run, " + folder);
    }
    Autoencoder found =
        Autoencoder.open(folder, arm, dataDir, Devices.open(device, threads, math, notes));
    int scale = Math.max(1, LEGIBLE / found.model().size());
    new PictureGrid(scale, rows(found)).write(out);
    PrintWriter result = spec.commandLine().getOut();
    result.println(found.name() + ", weights " + found.weights());
    result.println("Look at " + out);
    return ExitCode.OK;
  }

  private void refuseContradictions() {
    if (arm == Method.BOTH) {
      throw new Refusal("--arm chooses between the weights of a run: baseline or icp");
    }
    if (count != null && count < 1) {
      throw new Refusal("--count must be 1 or more, but is " + count);
    }
    switch (what) {
      case SAMPLES -> {
        if (!images.isEmpty()) {
          throw new Refusal("--image is for --what reconstructions and interpolation");
        }
      }
      case RECONSTRUCTIONS -> {
        if (count != null) {
          throw new Refusal("--count is for samples and interpolation; name images with --image");
        }
      }
      case INTERPOLATION -> {
        if (!images.isEmpty() && images.size() != 2) {
          throw new Refusal(
              "--image: an interpolation goes between two images, but %d are named"
                  .formatted(images.size()));
        }
      }
    }
  }

  private List<PictureGrid.Row> rows(Autoencoder found) {
    Sketches sketches = new Sketches(found.test().subset(chosen(found)), 1, seed, found.backend());
    return switch (what) {
      case SAMPLES -> {
        var all = sketches.samples(found.model(), count == null ? 2 * COLUMNS : count);
        yield inRows("samples, seed " + seed, all);
      }
      case RECONSTRUCTIONS -> {
        var rows = new ArrayList<>(inRows("test images", sketches.originals()));
        rows.addAll(inRows("reconstructions", sketches.reconstructions(found.model())));
        yield rows;
      }
      case INTERPOLATION -> {
        int steps = count == null ? COLUMNS : count;
        yield inRows(
            "from image %d to image %d".formatted(chosen(found)[0], chosen(found)[1]),
            sketches.interpolation(found.model(), 0, 1, steps));
      }
    };
  }

  private int[] chosen(Autoencoder found) {
    int n = found.test().count();
    for (int image : images) {
      if (image < 0 || image >= n) {
        throw new Refusal(
            "--image: there is no image %d; the test split of %s has 0 to %d"
                .formatted(image, found.test().name(), n - 1));
      }
    }
    if (!images.isEmpty()) {
      return images.stream().mapToInt(i -> i).toArray();
    }
    int least = what == What.INTERPOLATION ? 2 : 1;
    if (n < least) {
      throw new Refusal(
          "the test split of %s has %d images, too few for this".formatted(found.test().name(), n));
    }
    return IntStream.range(0, Math.min(what == What.INTERPOLATION ? 2 : COLUMNS, n)).toArray();
  }

  private static List<PictureGrid.Row> inRows(String title, List<Picture> pictures) {
    var rows = new ArrayList<PictureGrid.Row>();
    for (int from = 0; from < pictures.size(); from += COLUMNS) {
      rows.add(
          new PictureGrid.Row(
              from == 0 ? title : "",
              pictures.subList(from, Math.min(from + COLUMNS, pictures.size())).stream()
                  .map(picture -> new PictureGrid.Cell(picture, List.of()))
                  .toList()));
    }
    return rows;
  }
}
