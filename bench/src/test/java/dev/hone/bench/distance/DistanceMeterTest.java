package dev.hone.bench.distance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Normalization;
import dev.hone.kernels.cpu.CpuBackendProvider;
import dev.hone.nn.model.InceptionV3;
import dev.hone.nn.weights.StateDict;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistanceMeterTest {
  private static final Backend CPU = CpuBackendProvider.withThreads(1);
  private static final int SIDE = 16;

  @TempDir Path folder;

  /** Stripes along the rows against stripes along the columns, with noise. */
  private static ImageDataset stripes(int n, int classes, long seed) {
    var random = new java.util.Random(seed);
    byte[] pixels = new byte[n * SIDE * SIDE];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = i % classes;
      for (int p = 0; p < SIDE * SIDE; p++) {
        int along = labels[i] == 0 ? p / SIDE : p % SIDE;
        pixels[i * SIDE * SIDE + p] = (byte) ((along / 2 % 2) * 150 + random.nextInt(100));
      }
    }
    List<String> names = List.of("rows", "columns").subList(0, classes);
    return ImageDataset.of("stripes", 1, SIDE, SIDE, names, Normalization.none(), pixels, labels);
  }

  private static Tensor images(ImageDataset data) {
    float[] pixels = new float[data.count() * SIDE * SIDE];
    for (int i = 0; i < data.count(); i++) {
      byte[] image = data.image(i);
      for (int p = 0; p < image.length; p++) {
        pixels[i * image.length + p] = (image[p] & 0xff) / 255f;
      }
    }
    return Tensor.of(CPU, Shape.of(data.count(), 1, SIDE, SIDE), pixels);
  }

  private static double distance(DistanceMeter meter, Tensor... batches) {
    DistanceReport report = meter.measure(List.of(batches));
    return assertInstanceOf(DistanceReport.Measured.class, report).distance().value();
  }

  @Test
  void ownClassifierTellsSetsApart() {
    Path file = folder.resolve("features.safetensors");
    ImageDataset train = stripes(64, 2, 1);
    Tensor real = images(stripes(100, 2, 2));
    Tensor alike = images(stripes(100, 2, 3));
    try (DistanceMeter meter = ClassifierFeatures.meter(train, file, 5, CPU)) {
      meter.addReference(real.slice(0, 0, 30));
      meter.addReference(real.slice(0, 30, 100));
      assertEquals(0, distance(meter, real), 1e-4);
      double near = distance(meter, alike.slice(0, 0, 99), alike.slice(0, 99, 100));
      double far = distance(meter, Random.of(CPU, 6).uniform(real.shape(), 0, 1));
      assertTrue(far > 10 * near, near + " and " + far);
      DistanceReport report = meter.measure(List.of(alike));
      assertEquals("Fréchet distance (own classifier)", report.name());
      assertTrue(
          report
              .note()
              .startsWith(
                  "N = 100 images each, 64 features of a ResNet-8 trained on the 2 classes of"
                      + " stripes, averaged down to about 32x32; two samples of the reference's own"
                      + " Gaussian would be "),
          report.note());
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> meter.measure(List.of(alike.slice(0, 0, 99))));
      assertEquals(
          "frechet distance: the sets have 100 and 99 images; its bias depends on their number, so"
              + " use equally many",
          e.getMessage());
      // The classifier is trained once; who resumes the run gets the same figures.
      assertTrue(Files.exists(file));
      try (DistanceMeter again = ClassifierFeatures.meter(train, file, 77, CPU)) {
        again.addReference(real.slice(0, 0, 30));
        again.addReference(real.slice(0, 30, 100));
        assertEquals(near, distance(again, alike.slice(0, 0, 99), alike.slice(0, 99, 100)));
      }
    }
  }

  @Test
  void oneClassTeachesNothing() {
    ImageDataset train = stripes(8, 1, 1);
    try (DistanceMeter meter =
        ClassifierFeatures.meter(train, folder.resolve("none.safetensors"), 1, CPU)) {
      meter.addReference(images(train));
      assertEquals(
          "Fréchet distance (own classifier) not computed: stripes has one class only, so that no"
              + " classifier can be trained on it",
          meter.measure(List.of()).text());
    }
  }

  @Test
  void withoutWeightsFidSaysSo() {
    try (DistanceMeter meter = DistanceMeter.fid(FidWeights.in(folder), CPU)) {
      meter.addReference(Tensor.zeros(CPU, Shape.of(1, 3, 8, 8)));
      DistanceReport report = meter.measure(List.of());
      assertEquals("FID", report.name());
      assertTrue(
          report.text().startsWith("FID not computed: there are no Inception weights in " + folder),
          report.text());
    }
  }

  /** The last 192 features are made constants: a multiplication by 0 and an addition of 3. */
  @Test
  void inceptionFeaturesAreThoseOfTheWeightsInTheFile() {
    var network = new InceptionV3(Random.of(CPU, 9));
    assign(network, "Mixed_7c.branch_pool.bn.weight", 0);
    assign(network, "Mixed_7c.branch_pool.bn.bias", 3);
    Path file = folder.resolve(FidWeights.NAME + ".safetensors");
    StateDict.save(network, file);
    Tensor grey = Random.of(CPU, 10).uniform(Shape.of(2, 1, SIDE, SIDE), 0, 1);
    var weights = assertInstanceOf(FidWeights.Found.class, FidWeights.in(folder));
    try (var features = InceptionFeatures.load(weights, CPU)) {
      Tensor found = features.of(grey);
      assertEquals(Shape.of(2, 2048), found.shape());
      float[] threes = new float[2 * 192];
      Arrays.fill(threes, 3);
      assertArrayEquals(threes, found.slice(1, 2048 - 192, 2048).toFloats());
      Tensor varied = found.slice(1, 0, 320);
      assertTrue(varied.slice(0, 0, 1).minus(varied.slice(0, 1, 2)).abs().max().item() > 0);
      assertEquals("FID", features.distanceName());
      assertTrue(
          features
              .description()
              .matches(
                  "Inception-v3 \\(pool3; pt_inception.*safetensors, SHA-256 [0-9a-f]{8}...\\)"),
          features.description());
    }
  }

  private static void assign(InceptionV3 network, String name, double value) {
    Tensor t = Objects.requireNonNull(network.state().get(name));
    t.assign(t.fullLike(value));
  }
}
