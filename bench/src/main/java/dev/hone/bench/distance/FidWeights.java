package dev.hone.bench.distance;

import dev.hone.datasets.CacheFolder;
import dev.hone.nn.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where the standard weights of FID's Inception network are, if they are on this machine. They are
 * never fetched: 91 MB from elsewhere are nothing to surprise people with.
 */
public sealed interface FidWeights {
  /** The file's name without its extension, as pytorch-fid publishes it. */
  String NAME = "pt_inception-2015-12-05-6726825d";

  /** With what the SHA-256 of the published file begins; its name says so too. */
  String PUBLISHED = "6726825d";

  /**
   * They are there.
   *
   * @param sha256 of the file, in lower-case hexadecimal digits
   */
  record Found(Path file, String sha256) implements FidWeights {}

  /**
   * They are not.
   *
   * @param reason and the way out
   */
  record Missing(String reason) implements FidWeights {}

  /** The file that somebody names; safetensors, or as PyTorch writes them. */
  static FidWeights at(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new WeightsException(
          file.toString(),
          Files.exists(file) ? "is not a file" : "there is no such file",
          "give the file of FID's Inception weights, " + NAME + ".pth or .safetensors");
    }
    String sha256 = sha256(file);
    String name = file.getFileName().toString();
    if (name.equals(NAME + ".pth") && !sha256.startsWith(PUBLISHED)) {
      throw new WeightsException(
          file.toString(),
          "its SHA-256 is "
              + sha256
              + ", but the published file's begins with "
              + PUBLISHED
              + ": it is cut short or changed",
          "fetch it again");
    }
    return new Found(file, sha256);
  }

  /** The file in the cache folder, {@link CacheFolder}. */
  static FidWeights inCache() {
    return in(CacheFolder.path());
  }

  /** The file in {@code folder}. */
  static FidWeights in(Path folder) {
    for (String extension : new String[] {".safetensors", ".pth"}) {
      Path file = folder.resolve(NAME + extension);
      if (Files.isRegularFile(file)) {
        return at(file);
      }
    }
    return new Missing(
        "there are no Inception weights in %s; fetch %s.pth from the release fid_weights of github.com/mseitzer/pytorch-fid into that folder, or give --fid-weights FILE"
            .formatted(folder, NAME));
  }

  private static String sha256(Path file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new WeightsException(
          file.toString(), "cannot be read (" + e + ")", "check its permissions");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
