package dev.hone.bench.experiment;

import dev.hone.autograd.Tape;
import dev.hone.autograd.Variable;
import dev.hone.bench.report.Album;
import dev.hone.bench.report.Picture;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Epoch;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.nn.Mode;
import dev.hone.nn.Variational;
import dev.hone.nn.model.Vae;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a generative model makes, drawn while it trains: reconstructions of the same images and
 * samples from the same latent numbers, epoch by epoch. They are PNG files in the arm's folder, so
 * that they can be looked at while training goes on, and are still there when a run is resumed.
 *
 * @param shown the images that are reconstructed, a few
 * @param epochs E
 */
public record Sketches(ImageDataset shown, int epochs, long seed, Backend backend) {
  /** So many epochs are drawn at most, however many there are. */
  private static final int MOST = 6;

  private static final int STEPS = 8;
  private static final long SAMPLES = 0x73616d706c6573L; // "samples"

  /** Whether {@code epoch} is drawn: the first, the last, and some evenly between. */
  boolean isDrawn(int epoch) {
    return drawn().contains(epoch);
  }

  private List<Integer> drawn() {
    int n = Math.min(MOST, epochs);
    return IntStream.range(0, n)
        .map(i -> n == 1 ? epochs - 1 : (int) Math.round((double) i * (epochs - 1) / (n - 1)))
        .boxed()
        .toList();
  }

  /** Draws an epoch's reconstructions and samples, if it is one of those that are drawn. */
  void draw(Vae model, int epoch, Path arm) throws IOException {
    if (isDrawn(epoch)) {
      Picture.row(reconstructions(model)).write(file(arm, reconstructions(epoch)));
      Picture.row(samples(model, shown.count())).write(file(arm, samples(epoch)));
    }
  }

  /** Draws what the trained model makes. */
  void draw(Vae model, Path arm) throws IOException {
    Picture.row(originals()).write(file(arm, "originals"));
    Picture.row(reconstructions(model)).write(file(arm, "reconstructions"));
    for (int row = 0; row < 2; row++) {
      Picture.row(
              samples(model, 2 * shown.count())
                  .subList(row * shown.count(), (row + 1) * shown.count()))
          .write(file(arm, "samples-" + (row + 1)));
    }
    for (int pair = 0; pair < 2 && 2 * pair + 1 < shown.count(); pair++) {
      Picture.row(interpolation(model, 2 * pair, 2 * pair + 1, STEPS))
          .write(file(arm, "interpolation-" + (pair + 1)));
    }
  }

  private static String reconstructions(int epoch) {
    return "epoch-%04d-reconstructions".formatted(epoch + 1);
  }

  private static String samples(int epoch) {
    return "epoch-%04d-samples".formatted(epoch + 1);
  }

  private static Path file(Path arm, String name) throws IOException {
    return Files.createDirectories(arm.resolve("pictures")).resolve(name + ".png");
  }

  // ---- pictures ----

  private Tensor images() {
    try (Epoch epoch = Batches.inOrder(shown, shown.count(), Normalization.none()).epoch(0)) {
      return epoch.next().images(backend);
    }
  }

  /** The images themselves. */
  public List<Picture> originals() {
    return pictures(images());
  }

  /** The images, from the mean of q(z | x). */
  public List<Picture> reconstructions(Vae model) {
    try (var tape = Tape.inference()) {
      return decoded(model, means(model, tape));
    }
  }

  /** The mean of q(z | x) of each image, {@code [N, L]}. */
  private Variable means(Vae model, Tape tape) {
    Tensor x = images();
    int pixels = x.shape().size() / x.shape().dim(0);
    return Variational.of(model.apply(tape.constant(x)), pixels).mean();
  }

  /** From {@code n} draws of z, the same ones for every model. */
  public List<Picture> samples(Vae model, int n) {
    try (var tape = Tape.inference()) {
      Random random = Random.of(backend, seed).split(SAMPLES);
      return decoded(model, tape.constant(random.normal(Shape.of(n, model.latentSize()))));
    }
  }

  /**
   * From the mean of one image's q(z | x) in a straight line to another's.
   *
   * @param from the number of the one
   * @param to the number of the other
   * @param steps how many pictures, both ends included
   */
  public List<Picture> interpolation(Vae model, int from, int to, int steps) {
    try (var tape = Tape.inference()) {
      Variable means = means(model, tape);
      Variable a = means.slice(0, from, from + 1);
      Variable b = means.slice(0, to, to + 1);
      var points = new ArrayList<Variable>();
      for (int i = 0; i < steps; i++) {
        double part = (double) i / Math.max(1, steps - 1);
        points.add(a.times(1 - part).plus(b.times(part)));
      }
      return decoded(model, Variable.concat(0, points));
    }
  }

  private List<Picture> decoded(Vae model, Variable z) {
    return pictures(model.decode(z, Mode.eval()).sigmoid().value().contiguous());
  }

  /** Of {@code [N, C, H, W]} in [0, 1]. */
  static List<Picture> pictures(Tensor x) {
    Shape s = x.shape();
    return IntStream.range(0, s.dim(0))
        .mapToObj(
            i -> Picture.ofPlanes(s.dim(1), s.dim(2), s.dim(3), x.slice(0, i, i + 1).toFloats()))
        .toList();
  }

  // ---- the album ----

  /** What is in the folders of the arms; what is missing there is left out. */
  Album album(Path run, List<Method> arms) throws IOException {
    var pages = new ArrayList<Album.Page>();
    var reconstructed = new ArrayList<Album.Strip>();
    add(reconstructed, run, arms.getFirst(), "originals", "original");
    for (Method arm : arms) {
      add(reconstructed, run, arm, "reconstructions", arm.label());
    }
    pages.add(
        new Album.Page(
            "Reconstructions",
            "Test images, and what is left of them after the way through the latent numbers (the"
                + " mean of q(z|x)).",
            reconstructed));
    pages.add(
        finished(
            run,
            arms,
            "samples",
            "Samples",
            "Made from random latent numbers, the same for both arms."));
    pages.add(
        finished(
            run,
            arms,
            "interpolation",
            "Interpolations",
            "From the latent numbers of one test image in a straight line to those of another."));
    for (Method arm : arms) {
      pages.add(byEpoch(run, arm));
    }
    return new Album(pages.stream().filter(page -> !page.strips().isEmpty()).toList());
  }

  private static Album.Page finished(
      Path run, List<Method> arms, String name, String title, String caption) throws IOException {
    var strips = new ArrayList<Album.Strip>();
    for (int i = 1; i <= 2; i++) {
      for (Method arm : arms) {
        add(strips, run, arm, name + "-" + i, arm.label());
      }
    }
    return new Album.Page(title, caption, strips);
  }

  private Album.Page byEpoch(Path run, Method arm) throws IOException {
    var strips = new ArrayList<Album.Strip>();
    for (int epoch : drawn()) {
      add(strips, run, arm, reconstructions(epoch), "epoch " + (epoch + 1));
    }
    for (int epoch : drawn()) {
      add(strips, run, arm, samples(epoch), "samples, " + (epoch + 1));
    }
    return new Album.Page(
        arm.label() + ", epoch by epoch",
        "The same images and the same latent numbers after each of these epochs.",
        strips);
  }

  private static void add(List<Album.Strip> strips, Path run, Method arm, String name, String label)
      throws IOException {
    Path file = run.resolve(arm.label()).resolve("pictures").resolve(name + ".png");
    if (Files.isRegularFile(file)) {
      Picture row = Picture.read(file);
      strips.add(new Album.Strip(label, row.split(row.width() / row.height())));
    }
  }
}
