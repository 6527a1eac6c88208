package dev.hone.nn.weights;

import dev.hone.nn.weights.Pickled.Items;
import dev.hone.nn.weights.Pickled.Large;
import dev.hone.nn.weights.Pickled.Stored;
import dev.hone.nn.weights.Pickled.Text;
import dev.hone.nn.weights.Pickled.Whole;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * What {@code torch.save} wrote up to PyTorch 1.5, and still does for {@code
 * _use_new_zipfile_serialization=False}: five pickles (a magic number, the protocol 1001, facts
 * about the machine, the value, the keys of its storages), then for each key the number of elements
 * as eight bytes, and the elements, both with the low byte first on every machine.
 */
final class PyTorchLegacy {
  private static final Large MAGIC = new Large(new BigInteger("1950a86a20f9469cfc6c", 16));
  private static final Whole PROTOCOL = new Whole(1001);

  private final FileChannel channel;
  private final PickleCalls calls = new PickleCalls();
  private final Map<String, Long> positions = new HashMap<>();

  private PyTorchLegacy(FileChannel channel) {
    this.channel = channel;
  }

  static Weights read(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var legacy = new PyTorchLegacy(channel);
      Pickled root = legacy.root();
      return PyTorchFile.weights(file, "PyTorch, legacy", root, legacy::storage);
    }
  }

  private Pickled root() throws IOException {
    // Closing it would close the channel, which the storages are still to be read from.
    var stream = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
    var in = new PickleInput(stream, channel.size());
    if (!Unpickler.read(in, calls).equals(MAGIC)) {
      throw PickleException.damaged("it is a pickle, but not one that torch.save wrote");
    }
    Pickled protocol = Unpickler.read(in, calls);
    if (!protocol.equals(PROTOCOL)) {
      throw PickleException.damaged("its protocol is not 1001");
    }
    Unpickler.read(in, calls); // byte order and sizes of the machine, which change nothing
    Pickled root = Unpickler.read(in, calls);
    locate(Unpickler.read(in, calls), in.position());
    return root;
  }

  /** Finds where each storage's elements begin. */
  private void locate(Pickled keys, long begin) throws IOException {
    if (!(keys instanceof Items list)) {
      throw PickleException.damaged("its list of storages is " + keys.word());
    }
    long at = begin;
    for (Pickled item : list.items) {
      Stored storage = item instanceof Text(String key) ? calls.storages().get(key) : null;
      if (storage == null) {
        throw PickleException.damaged("its list of storages names one that no tensor has");
      }
      requireBytes(storage.key(), at, 8);
      long count = bytes(at, 8).getLong(0);
      at += 8;
      if (count != storage.elements()) {
        throw PickleException.damaged(
            "storage %s has %d elements, but its tensors want %d"
                .formatted(storage.key(), count, storage.elements()));
      }
      long length = count * storage.type().bytes;
      requireBytes(storage.key(), at, length);
      if (positions.putIfAbsent(storage.key(), at) != null) {
        throw PickleException.damaged("storage " + storage.key() + " is there twice");
      }
      at += length;
    }
  }

  private void requireBytes(String key, long at, long count) throws IOException {
    if (count > channel.size() - at) {
      throw PickleException.damaged(
          "storage %s wants %d bytes, but %d are left of the file"
              .formatted(key, count, channel.size() - at));
    }
  }

  private ByteBuffer storage(Stored whole) throws IOException {
    Long at = positions.get(whole.key());
    if (at == null) {
      throw PickleException.damaged("storage " + whole.key() + " is not in the file");
    }
    long length = whole.elements() * whole.type().bytes;
    return bytes(at, PyTorchFile.arrayLength(whole.key(), length));
  }

  private ByteBuffer bytes(long position, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("it ended early");
      }
    }
    return buffer.flip();
  }
}
