package dev.hone.nn.weights;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes files of tensors as torch.save does: the pickles byte for byte, by the rules of Python's
 * pickler (what was written once is recalled from the memo).
 */
public final class TorchSave {
  private final boolean zip;
  private final PickleAssembler pickle = PickleAssembler.protocol2();
  private final IdentityHashMap<Object, Integer> memo = new IdentityHashMap<>();
  private final Map<String, Object> globals = new LinkedHashMap<>();
  private final SequencedMap<String, ByteBuffer> storages = new LinkedHashMap<>();
  private final Map<String, Integer> widths = new TreeMap<>();

  private TorchSave(boolean zip) {
    this.zip = zip;
  }

  /**
   * {@code torch.save(value, FOLDER.pt)}.
   *
   * @param value a map from names to tensors, numbers, texts and such maps; a {@link TreeMap} is
   *     written as a plain dictionary, any other map as an ordered one
   */
  public static byte[] zip(String folder, Map<String, ?> value) {
    var save = new TorchSave(true);
    save.write(value);
    var records = new LinkedHashMap<String, byte[]>();
    records.put(folder + "/data.pkl", save.pickle.stop());
    records.put(folder + "/byteorder", "little".getBytes(StandardCharsets.US_ASCII));
    save.storages.forEach((key, data) -> records.put(folder + "/data/" + key, data.array()));
    records.put(folder + "/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    return archive(records);
  }

  /** {@code torch.save(value, file, _use_new_zipfile_serialization=False)}. */
  public static byte[] legacy(Map<String, ?> value) {
    var save = new TorchSave(false);
    save.write(value);
    var keys = new TreeMap<>(save.storages);
    var file = legacyStart().raw(save.pickle.stop()).raw(keys(List.copyOf(keys.keySet())));
    keys.forEach((key, data) ->
        file.int64(data.capacity() / save.widths.getOrDefault(key, 1)).raw(data.array()));
    return file.bytes();
  }

  /** The magic number, the protocol, and facts about the machine: three pickles. */
  static PickleAssembler legacyStart() {
    return PickleAssembler.protocol2()
        .raw("\u008a\12l\u00fc\u009cF\u00f9 j\u00a8P\u0019.")
        .raw("\u0080\2M\u00e9\3.")
        .raw("\u0080\2}q\0(")
        .text("protocol_version")
        .raw("q\1M\u00e9\3")
        .text("little_endian")
        .raw("q\2\u0088")
        .text("type_sizes")
        .raw("q\3}q\4(")
        .text("short")
        .raw("q\5K\2")
        .text("int")
        .raw("q\6K\4")
        .text("long")
        .raw("q\7K\4uu.");
  }

  /** The list of storages that follows the value. */
  static byte[] keys(List<String> keys) {
    var list = PickleAssembler.protocol2().raw("]q\0");
    if (keys.size() == 1) {
      return list.text(keys.getFirst()).raw("q\1a").stop();
    }
    if (!keys.isEmpty()) {
      list.op('(');
      for (int i = 0; i < keys.size(); i++) {
        put(list.text(keys.get(i)), i + 1);
      }
      list.op('e');
    }
    return list.stop();
  }

  /** An uncompressed archive of {@code records}. */
  static byte[] archive(Map<String, byte[]> records) {
    var out = new ByteArrayOutputStream();
    try (var archive = new ZipOutputStream(out)) {
      for (var record : records.entrySet()) {
        var checksum = new CRC32();
        checksum.update(record.getValue());
        var entry = new ZipEntry(record.getKey());
        entry.setMethod(ZipEntry.STORED);
        entry.setTime(0);
        entry.setSize(record.getValue().length);
        entry.setCrc(checksum.getValue());
        archive.putNextEntry(entry);
        archive.write(record.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  // ---- Python's pickler ----

  private static void put(PickleAssembler pickle, int index) {
    if (index < 256) {
      pickle.op('q', index);
    } else {
      pickle.op('r').int32(index);
    }
  }

  private void remember(Object value) {
    int index = memo.size();
    memo.put(value, index);
    put(pickle, index);
  }

  /** Recalls {@code value} if it was written before. */
  private boolean recalled(Object value) {
    Integer index = memo.get(value);
    if (index == null) {
      return false;
    }
    if (index < 256) {
      pickle.op('h', index);
    } else {
      pickle.op('j').int32(index);
    }
    return true;
  }

  private void write(Object value) {
    switch (value) {
      case Integer i -> pickle.whole(i);
      case Long l -> pickle.whole(l);
      case Double d -> pickle.real(d);
      case String s -> text(s);
      case Tensor t -> tensor(t);
      case Map<?, ?> m -> map(m);
      default -> throw new IllegalArgumentException("not written: " + value);
    }
  }

  /** Literals are the same object wherever they stand, in Java as in Python. */
  private void text(String s) {
    if (!recalled(s)) {
      pickle.text(s);
      remember(s);
    }
  }

  private void global(String module, String name) {
    Object identity = globals.computeIfAbsent(module + "." + name, _ -> new Object());
    if (!recalled(identity)) {
      pickle.global(module, name);
      remember(identity);
    }
  }

  private void map(Map<?, ?> m) {
    if (m instanceof TreeMap) {
      pickle.op('}');
      remember(m);
    } else {
      ordered(m);
    }
    var entries = new ArrayList<>(m.entrySet());
    for (int from = 0; from < entries.size(); from += 1000) {
      var batch = entries.subList(from, Math.min(entries.size(), from + 1000));
      boolean several = batch.size() > 1;
      if (several) {
        pickle.op('(');
      }
      for (var e : batch) {
        write(e.getKey());
        write(e.getValue());
      }
      pickle.op(several ? 'u' : 's');
    }
  }

  private void ordered(Object identity) {
    global("collections", "OrderedDict");
    pickle.op(')', 'R');
    remember(identity);
  }

  private void tensor(Tensor t) {
    int[] dims = t.shape().dims();
    var strides = new long[dims.length];
    var extents = new long[dims.length];
    long step = 1;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      extents[axis] = dims[axis];
      strides[axis] = step;
      step *= Math.max(dims[axis], 1);
    }
    global("torch._utils", "_rebuild_tensor_v2");
    pickle.op('(');
    storage(t);
    pickle.whole(0);
    tuple(extents);
    tuple(strides);
    pickle.op(0x89);
    ordered(new Object());
    pickle.op('t');
    remember(new Object());
    pickle.op('R');
    remember(t);
  }

  private void tuple(long... values) {
    if (values.length == 0) {
      pickle.op(')');
      return;
    }
    if (values.length > 3) {
      pickle.op('(');
    }
    for (long v : values) {
      pickle.whole(v);
    }
    pickle.op(values.length > 3 ? 't' : 0x84 + values.length);
    remember(new Object());
  }

  /** Float32, or int64 as PyTorch's counters are. */
  private void storage(Tensor t) {
    boolean whole = t.dtype() == DType.INT32;
    int size = t.shape().size();
    ByteBuffer data = ByteBuffer.allocate((whole ? 8 : 4) * size).order(ByteOrder.LITTLE_ENDIAN);
    if (whole) {
      for (int i : t.toInts()) {
        data.putLong(i);
      }
    } else {
      data.asFloatBuffer().put(t.toFloats());
    }
    long index = storages.size();
    String key = Long.toString(zip ? index : 94_200_000_000_000L + 64 * index);
    storages.put(key, data);
    widths.put(key, whole ? 8 : 4);
    pickle.op('(');
    text("storage");
    global("torch", whole ? "LongStorage" : "FloatStorage");
    text(key);
    text("cpu");
    pickle.whole(size);
    if (!zip) {
      pickle.op('N');
    }
    pickle.op('t');
    remember(new Object());
    pickle.op('Q');
  }
}
