package dev.hone.bench.cli;

import dev.hone.bench.experiment.Evaluation;
import dev.hone.bench.experiment.PerturbationTrace;
import dev.hone.bench.experiment.Rule;
import dev.hone.bench.experiment.SettingsDraft;
import dev.hone.bench.report.IcpExample;
import dev.hone.bench.report.PictureGrid;
import dev.hone.datasets.ImageDataset;
import dev.hone.icp.Direction;
import dev.hone.icp.Projection;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** {@code hone icp}: a few images, perturbed step by step. */
@Command(
    name = "icp",
    description = "Perturb a few images by a trained network's own gradient, step by step.",
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone icp                         three test images, the newest run's network",
      "  ./hone icp --run runs/first --image 3,17 --steps 10 --out seen.png",
      "  ./hone icp --image 3 --rule sign --direction adversarial --space pixel \\",
      "      --eps .00784 --norm linf --radius .0314          i-FGSM, 8/255",
      "  ./hone icp --file mine.png --label Sneaker --json",
      "",
      "Normalised pixels are (pixel - mean) / std. Eps, radius, L2 and Linf are in the",
      "units that --space names."
    })
final class IcpCommand implements Callable<Integer> {
  /** What eps and radius are stated in. */
  enum Units {
    NORMALIZED,
    PIXEL
  }

  /** What keeps an image near its start. */
  enum Norm {
    NONE,
    LINF,
    L2
  }

  private static final int SCALE = 8;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--image",
      paramLabel = "I,...",
      split = ",",
      hideParamSyntax = true,
      description = "Which images of the test split, from 0. Default: 0,1,2.")
  private List<Integer> images = List.of();

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "A picture of yours instead, as large as the network's images.")
  private @Nullable Path file;

  @Option(
      names = "--label",
      paramLabel = "CLASS",
      description = "Its class, by name or number. Default: what the network takes it for.")
  private @Nullable String label;

  @Option(
      names = "--rule",
      paramLabel = "sgd|sign|adam|ademamix",
      description = "How a gradient becomes a step. Default: ${DEFAULT-VALUE}.",
      defaultValue = "adam")
  private Rule rule = Rule.ADAM;

  @Option(
      names = "--steps",
      paramLabel = "T",
      description = "How many. Default: ${DEFAULT-VALUE}.",
      defaultValue = "5")
  private int steps = 5;

  @Option(
      names = "--eps",
      paramLabel = "E",
      description = "Length of a step. Default: 0.002, with --rule sgd 0.2.")
  private @Nullable Double eps;

  @Option(
      names = "--direction",
      paramLabel = "constructive|adversarial",
      description = "Down the loss or up. Default: ${DEFAULT-VALUE}.",
      defaultValue = "constructive")
  private Direction direction = Direction.CONSTRUCTIVE;

  @Option(
      names = "--space",
      paramLabel = "normalized|pixel",
      description = "Units of eps, radius and what is printed. Default: ${DEFAULT-VALUE}.",
      defaultValue = "normalized")
  private Units space = Units.NORMALIZED;

  @Option(
      names = "--norm",
      paramLabel = "none|linf|l2",
      description = "Keep within --radius of the start by this norm. Default: ${DEFAULT-VALUE}.",
      defaultValue = "none")
  private Norm norm = Norm.NONE;

  @Option(names = "--radius", paramLabel = "R", description = "See --norm.")
  private @Nullable Double radius;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The picture of x, x' and their difference. Default: ${DEFAULT-VALUE}.",
      defaultValue = "icp.png")
  private Path out = Path.of("icp.png");

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Mixin private NetworkOptions network = new NetworkOptions();

  /** What {@code --json} prints. */
  record Result(
      String rule,
      int steps,
      double eps,
      String direction,
      String space,
      String weights,
      String picture,
      List<Image> images) {}

  /** An image of a {@link Result}. */
  record Image(
      String image,
      String className,
      List<PerturbationTrace.Point> trace,
      List<IcpExample.ClassProbability> before,
      List<IcpExample.ClassProbability> after) {}

  @Override
  public Integer call() throws IOException {
    PerturbationTrace.Settings settings = settings();
    Folders.requireWritable("--out", out);
    Network found = network.open(spec.commandLine().getErr());
    ImageDataset chosen = chosen(found);
    List<PerturbationTrace> traces =
        PerturbationTrace.of(
            found.model(), chosen, found.normalization(), settings, found.backend());
    PictureGrid.of(SCALE, traces.stream().map(PerturbationTrace::example).toList()).write(out);
    PrintWriter result = spec.commandLine().getOut();
    if (json) {
      JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
      result.println(mapper.writeValueAsString(result(settings, found, traces)));
    } else {
      result.println(found.name() + ", weights " + found.weights());
      result.println(
          "%s, eps %s, %s, T=%d; eps, L2 and Linf in %s values"
              .formatted(
                  SettingsDraft.typed(rule),
                  settings.eps(),
                  SettingsDraft.typed(direction),
                  steps,
                  SettingsDraft.typed(space)));
      for (int i = 0; i < traces.size(); i++) {
        print(result, name(i), traces.get(i));
      }
      result.println();
      result.println("Look at " + out);
    }
    return ExitCode.OK;
  }

  private PerturbationTrace.Settings settings() {
    double length = eps == null ? SettingsDraft.defaultEps(rule) : eps;
    if (!(length >= 0 && Double.isFinite(length))) {
      throw new Refusal(
          "--eps must be 0 or more, but is " + length + "; to climb: --direction adversarial");
    }
    if (steps < 0) {
      throw new Refusal("--steps must be 0 or more, but is " + steps);
    }
    if ((norm == Norm.NONE) != (radius == null)) {
      throw new Refusal("--norm linf or l2 and --radius belong together: give both or none");
    }
    double limit = radius == null ? 0 : radius;
    if (!(limit >= 0)) {
      throw new Refusal("--radius must be 0 or more, but is " + limit);
    }
    Projection projection =
        switch (norm) {
          case NONE -> Projection.none();
          case LINF -> Projection.linf(limit);
          case L2 -> Projection.l2(limit);
        };
    return new PerturbationTrace.Settings(
        rule, steps, length, direction, space == Units.PIXEL, projection);
  }

  private ImageDataset chosen(Network found) throws IOException {
    ImageDataset test = found.test();
    if (file != null) {
      if (!images.isEmpty()) {
        throw new Refusal("--image and --file exclude each other");
      }
      ImageDataset unnamed = ImageFile.read(file, test, 0);
      return label == null
          ? ImageFile.read(file, test, predicted(found, unnamed))
          : ImageFile.read(file, test, classOf(label, test.classNames()));
    }
    if (label != null) {
      throw new Refusal("--label is for --file; images of the test split have theirs");
    }
    for (int image : indices(test.count())) {
      if (image < 0 || image >= test.count()) {
        throw new Refusal(
            "--image: there is no image %d; the test split of %s has 0 to %d"
                .formatted(image, test.name(), test.count() - 1));
      }
    }
    return test.subset(indices(test.count()).stream().mapToInt(i -> i).toArray());
  }

  private List<Integer> indices(int count) {
    return images.isEmpty() ? List.of(0, 1, 2).subList(0, Math.min(3, count)) : images;
  }

  private static int predicted(Network found, ImageDataset image) {
    return Evaluation.of(found.model(), image, found.normalization(), found.backend())
        .result()
        .predictions()
        .predicted(0);
  }

  private static int classOf(String text, List<String> names) {
    for (int c = 0; c < names.size(); c++) {
      if (names.get(c).equalsIgnoreCase(text) || String.valueOf(c).equals(text)) {
        return c;
      }
    }
    throw new Refusal(
        "--label: '%s' is not one of %s, or 0 to %d"
            .formatted(text, String.join(", ", names), names.size() - 1));
  }

  private String name(int i) {
    return file != null ? file.toString() : String.valueOf(indices(i + 1).get(i));
  }

  private Result result(
      PerturbationTrace.Settings settings, Network found, List<PerturbationTrace> traces) {
    var shown = new ArrayList<Image>();
    for (int i = 0; i < traces.size(); i++) {
      IcpExample example = traces.get(i).example();
      shown.add(
          new Image(
              name(i),
              example.className(),
              traces.get(i).points(),
              example.before(),
              example.after()));
    }
    return new Result(
        SettingsDraft.typed(rule),
        steps,
        settings.eps(),
        SettingsDraft.typed(direction),
        SettingsDraft.typed(space),
        found.weights().toString(),
        out.toString(),
        List.copyOf(shown));
  }

  private static void print(PrintWriter out, String name, PerturbationTrace trace) {
    out.println();
    out.println("image " + name + ": " + trace.example().className());
    out.println("step        loss   probability          L2        Linf");
    for (PerturbationTrace.Point p : trace.points()) {
      out.println(
          String.format(
              Locale.ROOT,
              "%4d  %10.5f  %10.3f %%  %10.5f  %10.6f",
              p.step(),
              p.loss(),
              100 * p.probability(),
              p.l2(),
              p.linf()));
    }
  }
}
