package dev.hone.bench.distance;

import dev.hone.autograd.Tape;
import dev.hone.nn.Mode;
import dev.hone.nn.model.InceptionV3;
import dev.hone.nn.weights.StateDict;
import dev.hone.tensor.Random;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.List;

/** The 2048 features of pool3 that FID is defined over. */
public final class InceptionFeatures implements FeatureNetwork {
  /** Images at a time: as many as fit the CPU's lanes, and activations of some 20 MB each. */
  private static final int BATCH = 16;

  private static final int COLOURS = 3;

  private final InceptionV3 network;
  private final FidWeights.Found weights;
  private final Mode.Frozen mode = Mode.frozen();

  private InceptionFeatures(InceptionV3 network, FidWeights.Found weights) {
    this.network = network;
    this.weights = weights;
  }

  /** The network with the weights of a file. */
  public static InceptionFeatures load(FidWeights.Found weights, Backend backend) {
    var network = new InceptionV3(Random.of(backend, 0));
    StateDict.load(network, weights.file());
    return new InceptionFeatures(network, weights);
  }

  @Override
  public String distanceName() {
    return DistanceMeter.FID;
  }

  @Override
  public String description() {
    return "Inception-v3 (pool3; %s, SHA-256 %s...)"
        .formatted(weights.file().getFileName(), weights.sha256().substring(0, 8));
  }

  @Override
  public String resize() {
    return "bilinear to 299x299 without antialiasing";
  }

  @Override
  public int features() {
    return InceptionV3.FEATURES;
  }

  @Override
  public Tensor of(Tensor images) {
    int n = images.shape().dim(0);
    var parts = new ArrayList<Tensor>();
    for (int from = 0; from < n; from += BATCH) {
      Tensor some = images.slice(0, from, Math.min(n, from + BATCH));
      try (var tape = Tape.inference()) {
        parts.add(network.features(tape.constant(coloured(some)), mode).value().keep());
      }
    }
    return Tensor.concat(0, parts);
  }

  /** Grey images in three equal channels. */
  private static Tensor coloured(Tensor images) {
    return images.shape().dim(1) == 1 ? Tensor.concat(1, List.of(images, images, images)) : images;
  }

  @Override
  public void close() {
    mode.close();
  }
}
