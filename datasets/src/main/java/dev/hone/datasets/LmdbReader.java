package dev.hone.datasets;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lmdbjava.ByteArrayProxy;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.LmdbException;
import org.lmdbjava.Txn;

/**
 * One LMDB database, only ever read: no lock file is made, so the folder may be read-only. The only
 * class that names lmdbjava. Keys are given as Latin-1, a character for each byte.
 */
final class LmdbReader implements Closeable {
  private final Env<byte[]> environment;
  private final Dbi<byte[]> database;
  private final Txn<byte[]> transaction;

  private LmdbReader(Env<byte[]> environment) {
    this.environment = environment;
    this.database = environment.openDbi((String) null);
    this.transaction = environment.txnRead();
  }

  static LmdbReader open(Path folder) throws IOException {
    try {
      // Byte arrays: buffers would need the JDK's internals opened.
      Env<byte[]> environment =
          Env.create(ByteArrayProxy.PROXY_BA)
              .setMaxReaders(1)
              .open(folder.toFile(), EnvFlags.MDB_RDONLY_ENV, EnvFlags.MDB_NOLOCK);
      try {
        return new LmdbReader(environment);
      } catch (LmdbException e) {
        environment.close();
        throw e;
      }
    } catch (LmdbException e) {
      throw new IOException(e.toString(), e);
    }
  }

  /** The number of its images. */
  long count() throws IOException {
    try {
      return database.stat(transaction).entries;
    } catch (LmdbException e) {
      throw new IOException(e.toString(), e);
    }
  }

  /** The first {@code n} keys in their order. */
  List<String> keys(int n) throws IOException {
    var keys = new ArrayList<String>();
    if (n == 0) {
      return keys;
    }
    try (CursorIterable<byte[]> all = database.iterate(transaction)) {
      for (CursorIterable.KeyVal<byte[]> one : all) {
        keys.add(new String(one.key(), StandardCharsets.ISO_8859_1));
        if (keys.size() == n) {
          break;
        }
      }
      return keys;
    } catch (LmdbException e) {
      throw new IOException(e.toString(), e);
    }
  }

  byte[] value(String key) throws IOException {
    try {
      byte[] value = database.get(transaction, key.getBytes(StandardCharsets.ISO_8859_1));
      if (value == null) {
        throw new IOException("no image under the key " + DatasetException.printable(key));
      }
      return value;
    } catch (LmdbException e) {
      throw new IOException(e.toString(), e);
    }
  }

  @Override
  public void close() {
    transaction.close();
    environment.close();
  }
}
