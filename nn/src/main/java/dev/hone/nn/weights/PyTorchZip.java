package dev.hone.nn.weights;

import dev.hone.nn.weights.Pickled.Stored;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * What {@code torch.save} writes since PyTorch 1.6: a zip archive, uncompressed, of {@code
 * NAME/data.pkl} and {@code NAME/data/KEY} for each storage; the name is that of the file saved to.
 */
final class PyTorchZip {
  private static final String PICKLE = "/data.pkl";
  private static final int MAX_ENTRIES = 1_000_000;
  private static final String SAVE_AGAIN =
      "save it again with torch.save(model.state_dict(), FILE)";

  private final Path file;
  private final ZipFile zip;
  private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

  private PyTorchZip(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  static Weights read(Path file) throws IOException {
    try (var zip = new ZipFile(file.toFile())) {
      var archive = new PyTorchZip(file, zip);
      archive.list();
      String folder = archive.folder();
      byte[] pickle = archive.content(archive.entry(folder + PICKLE));
      var in = new PickleInput(new ByteArrayInputStream(pickle), pickle.length);
      Pickled root = Unpickler.read(in, new PickleCalls());
      return PyTorchFile.weights(
          file, "PyTorch, zip", root, whole -> archive.storage(folder, whole));
    }
  }

  /** Takes stock, without believing that entries do not overlap or that names are given once. */
  private void list() throws IOException {
    if (zip.size() > MAX_ENTRIES) {
      throw PickleException.damaged("it has " + zip.size() + " entries");
    }
    long size = Files.size(file);
    long total = 0;
    for (var all = zip.entries(); all.hasMoreElements(); ) {
      ZipEntry entry = all.nextElement();
      if (entry.getMethod() != ZipEntry.STORED) {
        throw new WeightsException(
            file.toString(),
            entry.getName() + " is compressed, as torch.save never does",
            SAVE_AGAIN);
      }
      total += entry.getSize();
      if (entry.getSize() < 0 || total < 0 || total > size) {
        throw PickleException.damaged("its entries have more bytes than the file");
      }
      if (entries.putIfAbsent(entry.getName(), entry) != null) {
        throw PickleException.damaged("it has two entries called " + entry.getName());
      }
    }
  }

  /** The only folder that has a {@code data.pkl} in it. */
  private String folder() throws IOException {
    var folders =
        entries.keySet().stream()
            .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - 9)
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .toList();
    if (folders.size() != 1) {
      boolean arrays = entries.keySet().stream().anyMatch(name -> name.endsWith(".npy"));
      throw new WeightsException(
          file.toString(),
          folders.isEmpty()
              ? "a zip archive without PyTorch's data.pkl"
                  + (arrays ? ": NumPy's .npz is not read" : "")
              : "a zip archive with " + folders.size() + " files data.pkl",
          SAVE_AGAIN);
    }
    String folder = folders.getFirst();
    if (entries.containsKey(folder + "/constants.pkl")) {
      throw new WeightsException(
          file.toString(),
          "a TorchScript archive: it holds a program, not weights alone",
          "in PyTorch: torch.save(torch.jit.load(FILE).state_dict(), 'weights.pth')");
    }
    requireLowByteFirst(entries.get(folder + "/byteorder"));
    return folder;
  }

  /** Files from before PyTorch 2.1 do not say; they come from machines of this kind. */
  private void requireLowByteFirst(@Nullable ZipEntry order) throws IOException {
    if (order != null && order.getSize() < 100) {
      String said = new String(content(order), StandardCharsets.ISO_8859_1);
      if (!said.equals("little")) {
        throw new WeightsException(
            file.toString(),
            "its numbers have the byte order '" + said + "'; only 'little' is read",
            "save it on a machine of that kind");
      }
    }
  }

  private ZipEntry entry(String name) {
    ZipEntry entry = entries.get(name);
    if (entry == null) {
      throw PickleException.damaged("there is no " + name + " in it");
    }
    return entry;
  }

  private ByteBuffer storage(String folder, Stored whole) throws IOException {
    ZipEntry entry = entry(folder + "/data/" + whole.key());
    long wanted = whole.elements() * whole.type().bytes;
    if (entry.getSize() != wanted) {
      throw PickleException.damaged(
          "%s has %d bytes, but its tensors want %d"
              .formatted(entry.getName(), entry.getSize(), wanted));
    }
    return ByteBuffer.wrap(content(entry)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private byte[] content(ZipEntry entry) throws IOException {
    int size = PyTorchFile.arrayLength(entry.getName(), entry.getSize());
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      bytes = in.readNBytes(size);
    }
    if (bytes.length < size) {
      throw new EOFException("it ended early");
    }
    var checksum = new CRC32(); // which ZipFile leaves to its callers
    checksum.update(bytes);
    if (checksum.getValue() != entry.getCrc()) {
      throw PickleException.damaged("the checksum of " + entry.getName() + " is wrong");
    }
    return bytes;
  }
}
