package dev.hone.datasets;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Philox;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Seeded mutations of good files: a reader either takes the file or refuses it with a {@link
 * DatasetException}; it never throws anything else, hangs, or pays for sizes that are not there.
 */
@Timeout(60)
class HostileFilesTest {
  private static final int ROUNDS = 200;
  private static final long MOST_BYTES = 24L << 20;

  /** Held here, since the platform keeps only a weak reference to a configured logger. */
  private static final Logger LOGGER = Logger.getLogger(Archive.class.getName());

  @TempDir Path dir;

  /** Hundreds of harmless mutants would each be reported as "not the archive as published". */
  @BeforeAll
  static void quiet() {
    LOGGER.setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    LOGGER.setLevel(null);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void idx(long seed) {
    Consumer<byte[]> images =
        file -> Idx.images("f", new ByteArrayInputStream(file), 28, 2, 60_000);
    Consumer<byte[]> labels = file -> Idx.labels("f", new ByteArrayInputStream(file), 10, 60_000);
    assault(seed, TestFiles.idxImages(3), images);
    assault(seed, TestFiles.gzip(TestFiles.idxImages(3)), images);
    assault(seed, TestFiles.idxLabels(100), labels);
    assault(seed, TestFiles.gzip(TestFiles.idxLabels(100)), labels);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {3, 4})
  void records(long seed) {
    assault(
        seed,
        TestFiles.cifar10(0, 4),
        file -> {
          TestFiles.write(dir.resolve("test_batch.bin"), file);
          Datasets.load("cifar10", Split.TEST, dir);
        });
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {5, 6})
  void archives(long seed) {
    Consumer<byte[]> load =
        file -> {
          TestFiles.write(dir.resolve("cifar-10-binary.tar.gz"), file);
          Datasets.load("cifar10", Split.TRAIN, dir);
        };
    byte[] tar = TestFiles.tar(TestFiles.cifar10Members());
    assault(seed, TestFiles.gzip(tar), load);
    // Behind the gzip checksum the tar headers themselves are at stake.
    assault(seed, tar, file -> load.accept(TestFiles.gzip(file)));
    assaultHeaders(seed, tar, file -> load.accept(TestFiles.gzip(file)));
  }

  private static void assault(long seed, byte[] good, Consumer<byte[]> reader) {
    var random = new Philox(seed, good.length);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      refused += survives(mutant(good, random.split(round)), reader, seed, round) ? 0 : 1;
    }
    assertTrue(refused > ROUNDS / 10, "the mutations hardly hurt: " + refused + " refused");
    reader.accept(good);
  }

  /**
   * Mutates the first 512 bytes with their checksum kept right, so that the fields are believed.
   */
  private static void assaultHeaders(long seed, byte[] good, Consumer<byte[]> reader) {
    var random = new Philox(seed, 512);
    for (int round = 0; round < ROUNDS; round++) {
      Philox words = random.split(round);
      byte[] mutant = good.clone();
      int first = words.below(500, 0);
      int last = Math.min(512, first + 1 + words.below(12, 1));
      for (int i = first; i < last; i++) {
        mutant[i] = (byte) words.bits(2 + i);
      }
      mutant[156] = (byte) "0157LKxgSD".charAt(words.below(10, 600));
      int sum = 0;
      for (int i = 0; i < 512; i++) {
        sum += i >= 148 && i < 156 ? ' ' : mutant[i] & 0xFF;
      }
      byte[] octal = "%06o\0 ".formatted(sum).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      System.arraycopy(octal, 0, mutant, 148, 8);
      survives(mutant, reader, seed, round);
    }
  }

  /** Whether the reader took the file; anything but taking or refusing it fails the test. */
  private static boolean survives(byte[] file, Consumer<byte[]> reader, long seed, int round) {
    String where = "seed " + seed + ", round " + round;
    long before = TestFiles.allocated();
    long start = System.nanoTime();
    boolean taken = false;
    try {
      reader.accept(file);
      taken = true;
    } catch (DatasetException refused) {
      assertEquals(1, String.valueOf(refused.getMessage()).lines().count(), where);
    } catch (RuntimeException | StackOverflowError wrong) {
      throw new AssertionError(where + ": " + wrong, wrong);
    }
    long cost = TestFiles.allocated() - before;
    assertTrue(cost < MOST_BYTES, () -> where + ": allocated " + cost + " bytes");
    assertTrue(System.nanoTime() - start < SECONDS.toNanos(10), where);
    return taken;
  }

  private static byte[] mutant(byte[] good, Philox random) {
    byte[] mutant = good.clone();
    switch (random.below(4, 0)) {
      case 0 -> {
        return Arrays.copyOf(mutant, random.below(mutant.length, 1));
      }
      case 1 -> {
        return TestFiles.concat(mutant, TestFiles.noise(random.bits(1), 1 + random.below(900, 2)));
      }
      case 2 -> flip(mutant, random, Math.min(64, mutant.length));
      default -> flip(mutant, random, mutant.length);
    }
    return mutant;
  }

  private static void flip(byte[] bytes, Philox random, int within) {
    for (int i = 0; i < 1 + random.below(8, 3); i++) {
      bytes[random.below(within, 10 + i)] = (byte) random.bits(50 + i);
    }
  }
}
