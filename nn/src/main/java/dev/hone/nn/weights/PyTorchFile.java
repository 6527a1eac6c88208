package dev.hone.nn.weights;

import dev.hone.nn.weights.Pickled.Stored;
import dev.hone.nn.weights.Pickled.View;
import dev.hone.nn.weights.Safetensors.Entry;
import dev.hone.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the tensors of what {@code torch.save} wrote: a zip archive since PyTorch 1.6 ({@link
 * PyTorchZip}), before that pickles with the numbers behind them ({@link PyTorchLegacy}). Both hold
 * a pickle, which is a program; {@link Unpickler} runs the part of it that puts tensors together,
 * and nothing else. No number is read for a tensor that was not chosen.
 */
final class PyTorchFile {
  /** Views of one storage may be many, so that a small file could ask for much memory. */
  private static final int MOST_TIMES_THE_FILE = 8;

  private PyTorchFile() {}

  /** The numbers of a storage, the low byte of each first, once its size was found right. */
  @FunctionalInterface
  interface Storages {
    ByteBuffer read(Stored whole) throws IOException;
  }

  static Weights read(Path file, boolean zip) throws IOException {
    try {
      return zip ? PyTorchZip.read(file) : PyTorchLegacy.read(file);
    } catch (PickleException e) {
      throw e.in(file.toString());
    }
  }

  /** The weights that {@code root} holds. */
  static Weights weights(Path file, String format, Pickled root, Storages storages)
      throws IOException {
    var choice = StateDictChoice.from(root, file.toString());
    requireModestSize(choice.views(), Files.size(file));
    var contents = new Safetensors(file.toString());
    var read = new HashMap<String, ByteBuffer>();
    for (var named : choice.views().entrySet()) {
      if (named.getKey().equals(Safetensors.METADATA)) {
        throw PickleException.damaged("a tensor is called " + Safetensors.METADATA);
      }
      View view = named.getValue();
      Stored s = view.storage();
      ByteBuffer whole = read.get(s.key());
      if (whole == null) {
        whole = storages.read(new Stored(s.type(), s.key(), s.elements(), 0, s.elements()));
        read.put(s.key(), whole);
      }
      contents.add(named.getKey(), new Entry(s.type(), view.shape(), data(view, whole)));
    }
    return new Weights(file.toString(), format, choice.notes(), contents);
  }

  /** The length of the array for {@code bytes} bytes. */
  static int arrayLength(String name, long bytes) {
    if (bytes > Integer.MAX_VALUE - 16) {
      throw PickleException.damaged(
          name + " has " + bytes + " bytes, more than this reader holds in one piece");
    }
    return (int) bytes;
  }

  private static void requireModestSize(Map<String, View> views, long fileSize) {
    long bytes = 0;
    for (View view : views.values()) {
      bytes += view.bytes();
      if (view.bytes() > Integer.MAX_VALUE - 16 || bytes > MOST_TIMES_THE_FILE * fileSize) {
        throw PickleException.damaged(
            "its tensors look at the same numbers again and again, and would need over %d bytes"
                .formatted(bytes));
      }
    }
  }

  /** The elements of {@code view} in a row; they are copied only if they do not lie so. */
  private static ByteBuffer data(View view, ByteBuffer whole) {
    int size = view.storage().type().bytes;
    int start = (int) ((view.storage().first() + view.offset()) * size);
    if (view.shape().size() == 0) {
      return ByteBuffer.allocate(0);
    }
    if (view.contiguous()) {
      return whole.slice(start, (int) view.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
    ByteBuffer row = ByteBuffer.allocate((int) view.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    int[] index = new int[view.shape().rank()];
    long at = start;
    while (row.hasRemaining()) {
      row.put(row.position(), whole, (int) at, size);
      row.position(row.position() + size);
      at += size * step(view, index);
    }
    return row;
  }

  /** Moves {@code index} to the next element, and says how far that lies in the storage. */
  private static long step(View view, int[] index) {
    Shape shape = view.shape();
    long way = 0;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      index[axis]++;
      way += view.strides().get(axis);
      if (index[axis] < shape.dim(axis)) {
        return way;
      }
      way -= view.strides().get(axis) * index[axis];
      index[axis] = 0;
    }
    return way;
  }
}
