import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the embedded subset of Fashion-MNIST from the four published files:
 *
 * <pre>java MakeFashionMnistSubset.java FOLDER_WITH_THE_PUBLISHED_FILES OUTPUT_FOLDER</pre>
 *
 * Of each class the first 1000 training and the first 200 test images are taken, and the images
 * stay in the order of the published files. The output has the published format and names. It
 * stands alone, so that the subset can be made again without building anything.
 */
public final class MakeFashionMnistSubset {
  private static final int CLASSES = 10;
  private static final int IMAGE_BYTES = 28 * 28;

  private MakeFashionMnistSubset() {}

  public static void main(String[] args) throws IOException {
    Path from = Path.of(args[0]);
    Path to = Files.createDirectories(Path.of(args[1]));
    take(from, to, "train", 1000);
    take(from, to, "t10k", 200);
  }

  private static void take(Path from, Path to, String split, int perClass) throws IOException {
    String imagesName = split + "-images-idx3-ubyte.gz";
    String labelsName = split + "-labels-idx1-ubyte.gz";
    DataInputStream images = open(from.resolve(imagesName));
    DataInputStream labels = open(from.resolve(labelsName));
    images.readInt();
    labels.readInt();
    int count = images.readInt();
    labels.readInt();
    images.readLong(); // 28 x 28
    int[] taken = new int[CLASSES];
    var imageBytes = new ByteArrayOutputStream();
    var labelBytes = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++) {
      int label = labels.readUnsignedByte();
      byte[] image = images.readNBytes(IMAGE_BYTES);
      if (taken[label] < perClass) {
        taken[label]++;
        labelBytes.write(label);
        imageBytes.write(image);
      }
    }
    int total = labelBytes.size();
    if (total != CLASSES * perClass) {
      throw new IOException(split + ": found only " + total + " images to take");
    }
    write(to.resolve(imagesName), imageBytes, 0x803, total, 28, 28);
    write(to.resolve(labelsName), labelBytes, 0x801, total);
  }

  private static DataInputStream open(Path file) throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(file))) {
      return new DataInputStream(new ByteArrayInputStream(in.readAllBytes()));
    }
  }

  private static void write(Path file, ByteArrayOutputStream data, int... header)
      throws IOException {
    try (OutputStream raw = Files.newOutputStream(file);
        var out = new DataOutputStream(new BestGzip(raw))) {
      for (int word : header) {
        out.writeInt(word);
      }
      data.writeTo(out);
    }
  }

  /** gzip at level 9. */
  private static final class BestGzip extends GZIPOutputStream {
    BestGzip(OutputStream out) throws IOException {
      super(out);
      def.setLevel(9);
    }
  }
}
