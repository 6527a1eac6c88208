package dev.hone.bench.report;

import dev.hone.tensor.Philox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Invented runs to look at and to test with; nothing in them was measured. */
public final class SampleRun {
  static final List<String> CLOTHES =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  private SampleRun() {}

  /** Two arms, one seed, ten classes. */
  public static Run typical() {
    return run(CLOTHES, List.of(baseline(CLOTHES, 8, 1), icp(CLOTHES, 8, 1)), gallery(6));
  }

  /** Two arms with three seeds each. */
  static Run threeSeeds() {
    return run(CLOTHES, List.of(baseline(CLOTHES, 30, 3), icp(CLOTHES, 30, 3)), gallery(2));
  }

  /** A hundred classes. */
  static Run hundredClasses() {
    List<String> names = IntStream.range(0, 100).mapToObj(i -> "class no. " + i).toList();
    return run(names, List.of(baseline(names, 100, 1), icp(names, 100, 1)), gallery(1));
  }

  /** One epoch, one arm, no pictures, no test images. */
  static Run bare() {
    Arm arm = baseline(CLOTHES, 1, 1);
    SeedRun seed = arm.seeds().getFirst();
    TestResult none =
        new ClassificationResult(Predictions.of(10, new int[0], new int[0]), 0, Double.NaN);
    SeedRun empty = new SeedRun(1, seed.epochs(), none, Double.NaN, Double.NaN);
    return run(
        CLOTHES, List.of(new Arm("baseline", "task loss only", List.of(empty))), Gallery.empty());
  }

  /** The second arm's losses become NaN, infinite and huge. */
  static Run diverged() {
    List<EpochRecord> epochs =
        IntStream.range(0, 8)
            .<EpochRecord>mapToObj(e -> {
              double bad = e == 3 ? Double.NaN : e >= 5 ? Double.POSITIVE_INFINITY : Math.exp(e);
              double accuracy = e >= 5 ? Double.NaN : 0.1;
              return new ClassificationEpoch(
                  e, e < 2 ? 1 : 0.5, 0.1, bad, bad, accuracy, bad, accuracy, bad, bad);
            })
            .toList();
    SeedRun broken = new SeedRun(1, epochs, result(CLOTHES, 7, 0.1), 12, Double.NaN);
    Arm arm = new Arm("icp", "diverged on purpose", List.of(broken));
    return run(CLOTHES, List.of(baseline(CLOTHES, 8, 1), arm), gallery(0));
  }

  /** Six arms with long names. */
  static Run sixArms() {
    List<Arm> arms = new ArrayList<>();
    arms.add(baseline(CLOTHES, 8, 1));
    for (String name : List.of("icp-sgd", "icp-sign", "icp-adam", "icp-ademamix", "random-delta")) {
      Arm like = icp(CLOTHES, 8, 1);
      arms.add(new Arm(name, "one of the controls", like.seeds()));
    }
    return run(CLOTHES, arms, gallery(1));
  }

  static Run run(List<String> classNames, List<Arm> arms, Gallery gallery) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("method", "both");
    settings.put("model", "resnet20, shortcut B");
    settings.put("epochs", "8");
    settings.put("k", "2");
    settings.put("rule", "adam");
    settings.put("steps", "5");
    settings.put("eps", "0.002 (normalised values)");
    settings.put("batch", "128");
    settings.put("lr", "0.1");
    settings.put("seed", "1");
    int test = arms.getFirst().seeds().getFirst().test().images();
    return new Run(
        "Invented sample: ResNet-20 on Fashion-MNIST",
        Instant.parse("2026-01-02T03:04:05Z"),
        Duration.ofSeconds(161),
        "./hone train --method both --rule adam --steps 5 --eps 0.002 --k 2 --epochs 8 --seed 1",
        settings,
        new Machine(
            "Example CPU @ 2.50GHz", 2, 2, "Temurin 25.0.3+9", "512 bit", "Linux 6.1", "0.1.0"),
        new DataDescription(
            "Fashion-MNIST (embedded subset)",
            List.of(
                new DataDescription.Split("train", 9_000, "every epoch, cropped and flipped"),
                new DataDescription.Split("validation", 1_000, "after every epoch"),
                new DataDescription.Split("test", test, "once, after the last epoch")),
            classNames,
            "validation",
            "MIT, Zalando Research"),
        new ModelDescription(
            "ResNet-20",
            272_474,
            """
            block                shape               parameters
            conv1                [N, 16, 32, 32]            432
            layer1.0             [N, 16, 32, 32]          4,672
            linear               [N, 10]                    650
            """),
        arms,
        Album.empty(),
        gallery);
  }

  /** Two autoencoders, one seed, with pictures. */
  static Run generation(double lift) {
    var tile = new ArrayList<Picture>();
    for (int i = 0; i < 6; i++) {
      tile.add(example("bird", 3, i).original());
    }
    var strips = List.of(new Album.Strip("original", tile), new Album.Strip("icp", tile));
    Album album =
        new Album(
            List.of(
                new Album.Page("Reconstructions", "Invented.", strips),
                new Album.Page("icp, epoch by epoch", "Invented.", strips)));
    Run like =
        run(CLOTHES, List.of(autoencoder("baseline", 0), autoencoder("icp", lift)), gallery(2));
    return new Run(
        "Invented sample: VAE on birds",
        like.started(),
        like.wallTime(),
        "./hone train --task vae --dataset birds --data-dir data",
        like.settings(),
        like.machine(),
        like.data(),
        like.model(),
        like.arms(),
        album,
        like.gallery());
  }

  private static Arm autoencoder(String name, double lift) {
    List<EpochRecord> epochs =
        IntStream.range(0, 8)
            .<EpochRecord>mapToObj(e ->
                new GenerationEpoch(
                    e,
                    1,
                    0.001,
                    Math.min(1, e / 2.0),
                    7300 - 10 * e,
                    0,
                    7240 - 10 * e,
                    60 + e,
                    7250 - 9 * e,
                    61 + e,
                    0.2 + 0.03 * e + lift,
                    15 + 0.4 * e,
                    Double.NaN,
                    400,
                    14))
            .toList();
    Philox random = new Philox(3, name.length());
    var ssim = new ArrayList<Double>();
    for (int i = 0; i < 500; i++) {
      double image = 0.3 + 0.4 * new Philox(9, 1).uniform(i);
      ssim.add(image + lift + 0.02 * (random.uniform(i) - 0.5));
    }
    var result =
        new GenerationResult(
            ssim,
            0.61,
            3,
            17.9,
            7190,
            68,
            Distance.none("no weights were given"),
            new Distance("Fréchet distance (own classifier)", 3.21, 100, "N = 100 images each"));
    var seed = new SeedRun(1, epochs, result, 200, 0.1);
    return new Arm(name, "invented", List.of(seed));
  }

  static Arm baseline(List<String> names, int epochs, int seeds) {
    return arm("baseline", "task loss only", names, epochs, seeds, false);
  }

  static Arm icp(List<String> names, int epochs, int seeds) {
    return arm("icp", "self-distillation with Adam-ICP, T = 5", names, epochs, seeds, true);
  }

  private static Arm arm(
      String name, String what, List<String> names, int epochs, int seeds, boolean distils) {
    List<SeedRun> runs = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      Philox random = new Philox(seed, distils ? 1 : 0);
      List<EpochRecord> records = new ArrayList<>();
      for (int e = 0; e < epochs; e++) {
        records.add(epoch(e, epochs, distils, random));
      }
      TestResult test =
          result(names, 10 * seed + (distils ? 1 : 0), distils ? 0.835 + 0.02 * (seed % 3) : 0.85);
      runs.add(new SeedRun(seed, records, test, distils ? 124.5 : 36.2, distils ? 0.212 : 0.0519));
    }
    return new Arm(name, what, runs);
  }

  private static EpochRecord epoch(int e, int epochs, boolean distils, Philox random) {
    double progress = (e + 1.0) / epochs;
    double noise = 0.02 * (random.uniform(e) - 0.5);
    double accuracy = 0.87 - 0.35 * Math.exp(-4 * progress) + noise - (distils ? 0.01 : 0);
    double k = epochs / 4.0;
    double a = !distils || e <= k ? 1 : Math.cos(Math.PI * (e - k) / (2 * (epochs - k)));
    return new ClassificationEpoch(
        e,
        a,
        0.05 * (1 + Math.cos(Math.PI * e / epochs)),
        1.6 * Math.exp(-1.8 * progress) + 0.1 - noise,
        e < k || !distils ? 0 : 0.02 * Math.exp(-progress),
        accuracy + 0.03 * progress,
        1.4 * Math.exp(-1.6 * progress) + 0.2 + 2 * noise,
        accuracy,
        distils && e >= k ? 604 : 2460,
        distils && e >= k ? 14.9 : 3.7);
  }

  /** Two thousand predictions of about the given accuracy. */
  static TestResult result(List<String> names, long seed, double accuracy) {
    int classes = names.size();
    Philox random = new Philox(seed, 99);
    int[] labels = new int[2000];
    int[] predicted = new int[labels.length];
    int correct = 0;
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % classes;
      boolean right =
          new Philox(i, 5).uniform(0) < 0.9 * accuracy || random.uniform(i) < accuracy - 0.3;
      int near = (labels[i] + 2 + 2 * random.below(2, 5000 + i)) % classes;
      predicted[i] =
          right ? labels[i] : random.below(4, 9000 + i) > 0 ? near : random.below(classes, i);
      correct += predicted[i] == labels[i] ? 1 : 0;
    }
    int topFive = correct + (labels.length - correct) * 9 / 10;
    return new ClassificationResult(Predictions.of(classes, labels, predicted), topFive, 0.4567);
  }

  static Gallery gallery(int examples) {
    List<IcpExample> list = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      list.add(example(CLOTHES.get(i % 10), i % 2 == 0 ? 1 : 3, i));
    }
    return new Gallery(
        "Adam-ICP, T = 5, eps 0.002, on the first test image of each class, with the network of arm"
            + " icp after the last epoch.",
        list);
  }

  static IcpExample example(String className, int channels, int seed) {
    float[] before = new float[channels * 32 * 32];
    float[] after = new float[before.length];
    Philox random = new Philox(seed, 3);
    for (int i = 0; i < before.length; i++) {
      int channel = i / 1024;
      int y = i / 32 % 32;
      int x = i % 32;
      boolean body = Math.abs(x - 16) < 7 + seed % 3 && y > 5 && y < 27;
      boolean sleeve = y > 6 && y < 13 + seed % 5 && Math.abs(x - 16) < 13;
      float shade = 0.55f + 0.3f * (float) Math.sin(x * 0.9 + seed + channel);
      before[i] = body || sleeve ? shade : 0.02f;
      after[i] =
          before[i] + 0.004f * (random.uniform(i) < 0.5f ? -1 : 1) * random.uniform(i + 4096);
    }
    double amplification = Picture.amplificationFor(before, after);
    return new IcpExample(
        className,
        Picture.ofPlanes(channels, 32, 32, before),
        Picture.ofPlanes(channels, 32, 32, after),
        Picture.difference(channels, 32, 32, before, after, amplification),
        amplification,
        List.of(
            new IcpExample.ClassProbability(className, 0.612),
            new IcpExample.ClassProbability("Pullover", 0.301),
            new IcpExample.ClassProbability("Coat", 0.05)),
        List.of(
            new IcpExample.ClassProbability(className, 0.981),
            new IcpExample.ClassProbability("Pullover", 0.0112),
            new IcpExample.ClassProbability("Coat", 0.004)),
        List.of(0.491, 0.322, 0.204, 0.121, 0.0655, 0.0192),
        0.00998,
        0.531,
        IcpExample.Space.NORMALISED);
  }
}
