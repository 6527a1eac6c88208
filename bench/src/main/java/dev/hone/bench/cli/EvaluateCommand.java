package dev.hone.bench.cli;

import dev.hone.bench.experiment.Evaluation;
import dev.hone.bench.report.GenerationResult;
import dev.hone.bench.report.Interval;
import dev.hone.bench.report.Predictions;
import dev.hone.datasets.ImageDataset;
import dev.hone.nn.weights.Npy;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
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

/** {@code hone evaluate}: a network on the test split. */
@Command(
    name = "evaluate",
    description = "Say how good a trained network is on the test split.",
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./hone evaluate                    the newest run's network",
      "  ./hone evaluate --run runs/first --arm baseline",
      "  ./hone evaluate --run runs/first --json --logits logits.npy",
      "  ./hone evaluate --weights resnet20-12fca82f.th --dataset cifar10 \\",
      "      --data-dir data --mean .485,.456,.406 --std .229,.224,.225",
      "",
      "Weights go by PyTorch's names: conv1, layer1.0.bn1, ..., linear or fc. They are",
      "read as safetensors or as torch.save wrote them; nothing in a file is run. Give",
      "the --mean and --std that they were trained with. Only the file of the test split",
      "is needed. --json prints correct, total, accuracy, meanCrossEntropy and macroF1.",
      "Of an autoencoder's run: SSIM, PSNR and the ELBO.",
      "More about weights: docs/weights.md"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only so many images, balanced over the classes; 0 means all.",
      defaultValue = "0")
  private int limit;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images at a time. Default: ${DEFAULT-VALUE}.",
      defaultValue = "256")
  private int batch = 256;

  @Option(
      names = "--logits",
      paramLabel = "FILE",
      description = "Write the logits, float32 [N, classes], for NumPy.")
  private @Nullable Path logits;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  /** What {@code --json} prints. */
  record Scores(int correct, int total, double accuracy, double meanCrossEntropy, double macroF1) {}

  @Override
  public Integer call() throws IOException {
    if (limit < 0) {
      throw new Refusal("--limit must be 0 (all) or more, but is " + limit);
    }
    if (batch < 1) {
      throw new Refusal("--batch must be 1 or more, but is " + batch);
    }
    if (logits != null) {
      Folders.requireWritable("--logits", logits);
    }
    Optional<Autoencoder> autoencoder = network.autoencoder(spec.commandLine().getErr());
    if (autoencoder.isPresent()) {
      return evaluate(autoencoder.get());
    }
    Network found = network.open(spec.commandLine().getErr());
    ImageDataset data = limit == 0 ? found.test() : found.test().limit(limit);
    Evaluation evaluation =
        Evaluation.of(found.model(), data, found.normalization(), found.backend(), batch);
    if (logits != null) {
      Shape shape = Shape.of(evaluation.count(), evaluation.classes());
      Npy.write(logits, Tensor.of(found.backend(), shape, evaluation.logits()));
    }
    Predictions predictions = evaluation.result().predictions();
    Scores scores =
        new Scores(
            predictions.correct(),
            predictions.size(),
            predictions.accuracy(),
            evaluation.report().meanCrossEntropy(),
            predictions.confusion().macroF1());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
      out.println(mapper.writeValueAsString(scores));
    } else {
      print(out, found, scores, evaluation.result().topFiveAccuracy());
    }
    return ExitCode.OK;
  }

  /** What {@code --json} prints of an autoencoder. */
  record GenerationScores(
      int total,
      double ssim,
      double multiScaleSsim,
      double psnr,
      double negativeElbo,
      double reconstruction,
      double divergence) {}

  private int evaluate(Autoencoder found) {
    if (logits != null) {
      throw new Refusal("--logits is for classifiers; " + found.weights() + " is an autoencoder's");
    }
    ImageDataset data = limit == 0 ? found.test() : found.test().limit(limit);
    GenerationResult r = found.evaluate(data).result();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      var scores =
          new GenerationScores(
              r.images(),
              r.score(),
              r.multiScaleSsim(),
              r.psnr(),
              r.negativeElbo(),
              r.reconstruction(),
              r.divergence());
      JsonMapper mapper = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
      out.println(mapper.writeValueAsString(scores));
      return ExitCode.OK;
    }
    out.println(found.name() + ", weights " + found.weights());
    out.println(
        "test split of %s, device %s".formatted(found.test().name(), found.backend().name()));
    out.println();
    line(out, "images", "%,d", r.images());
    Interval interval = r.interval();
    line(
        out,
        "SSIM",
        "%.4f   (95 %% interval %.4f to %.4f)",
        r.score(),
        interval.low(),
        interval.high());
    line(out, "MS-SSIM", "%.4f   (%d scales)", r.multiScaleSsim(), r.scales());
    line(out, "PSNR", "%.2f dB", r.psnr());
    line(out, "-ELBO", "%.2f nats", r.negativeElbo());
    line(out, "  -log p(x|z)", "%.2f", r.reconstruction());
    line(out, "  KL", "%.2f", r.divergence());
    return ExitCode.OK;
  }

  private void print(PrintWriter out, Network found, Scores scores, double topFive) {
    Interval interval = Interval.wilson(scores.correct(), scores.total());
    out.println(found.name() + ", weights " + found.weights());
    out.println(
        "test split of %s, device %s".formatted(found.test().name(), found.backend().name()));
    out.println();
    line(out, "images", "%,d", scores.total());
    line(out, "correct", "%,d", scores.correct());
    line(
        out,
        "accuracy",
        "%.2f %%   (95 %% interval %.2f to %.2f %%)",
        100 * scores.accuracy(),
        100 * interval.low(),
        100 * interval.high());
    line(out, "top-5 accuracy", "%.2f %%", 100 * topFive);
    line(out, "macro-F1", "%.4f", scores.macroF1());
    line(out, "mean cross-entropy", "%.4f", scores.meanCrossEntropy());
    if (logits != null) {
      line(out, "logits", "%s", logits);
    }
  }

  private static void line(PrintWriter out, String name, String format, Object... values) {
    out.println("%-20s".formatted(name) + String.format(Locale.ROOT, format, values));
  }
}
