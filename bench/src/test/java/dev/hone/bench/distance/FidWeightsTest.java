package dev.hone.bench.distance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hone.bench.distance.FidWeights.Found;
import dev.hone.bench.distance.FidWeights.Missing;
import dev.hone.nn.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FidWeightsTest {
  /** The SHA-256 of "abc", from the standard (FIPS 180-2, appendix B.1). */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path folder;

  @Test
  void withoutThemTheReasonSaysHowToGetThem() {
    assertEquals(
        new Missing(
            "there are no Inception weights in "
                + folder
                + "; fetch pt_inception-2015-12-05-6726825d.pth from the release fid_weights of"
                + " github.com/mseitzer/pytorch-fid into that folder, or give --fid-weights FILE"),
        FidWeights.in(folder));
  }

  @Test
  void aConvertedFileIsTakenAsItIs() throws IOException {
    Path file = Files.writeString(folder.resolve(FidWeights.NAME + ".safetensors"), "abc");
    assertEquals(new Found(file, ABC), FidWeights.in(folder));
  }

  @Test
  void thePublishedNameMustHoldThePublishedBytes() throws IOException {
    Path file = Files.writeString(folder.resolve(FidWeights.NAME + ".pth"), "abc");
    var e = assertThrows(WeightsException.class, () -> FidWeights.in(folder));
    assertEquals(
        file
            + ": its SHA-256 is "
            + ABC
            + ", but the published file's begins with 6726825d: it is cut short or changed; fetch"
            + " it again",
        e.getMessage());
    Path other = Files.move(file, folder.resolve("other.pth"));
    assertEquals(new Found(other, ABC), FidWeights.at(other));
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path none = folder.resolve("none.pth");
    var e = assertThrows(WeightsException.class, () -> FidWeights.at(none));
    assertEquals(
        none
            + ": there is no such file; give the file of FID's Inception weights,"
            + " pt_inception-2015-12-05-6726825d.pth or .safetensors",
        e.getMessage());
    assertThrows(WeightsException.class, () -> FidWeights.at(folder));
  }
}
