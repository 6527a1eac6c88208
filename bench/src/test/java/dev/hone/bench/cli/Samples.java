package dev.hone.bench.cli;

import dev.hone.nn.model.ResNet;
import dev.hone.nn.model.Shortcut;
import dev.hone.nn.weights.StateDict;
import dev.hone.tensor.Philox;
import dev.hone.tensor.Random;
import dev.hone.tensor.backend.Backend;
import dev.hone.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small files that commands read, made on the spot. */
final class Samples {
  static final Backend ORACLE = ReferenceBackend.float32();

  private Samples() {}

  /** A ResNet-8 with fresh weights, shortcut B. */
  static ResNet resnet8(int classes, int channels) {
    return ResNet.cifar(8, classes, Shortcut.B, channels, Random.of(ORACLE, 7));
  }

  /** The weights of {@link #resnet8} as a file. */
  static Path weights(Path folder, int classes, int channels) {
    Path file = folder.resolve("resnet8.safetensors");
    StateDict.save(resnet8(classes, channels), file);
    return file;
  }

  /** The test split of CIFAR-10, {@code images} of noise with labels 0, 1, ..., 9, 0, ... */
  static Path cifar10(Path folder, int images) throws IOException {
    byte[] records = new byte[images * 3073];
    int[] words = new int[records.length];
    new Philox(images, 0).fill(0, words);
    for (int i = 0; i < records.length; i++) {
      records[i] = (byte) (i % 3073 == 0 ? i / 3073 % 10 : words[i]);
    }
    Path unpacked = Files.createDirectories(folder.resolve("cifar-10-batches-bin"));
    Files.write(unpacked.resolve("test_batch.bin"), records);
    return folder;
  }
}
