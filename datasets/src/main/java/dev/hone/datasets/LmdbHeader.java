package dev.hone.datasets;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The two meta pages that an LMDB database starts with (lmdb's mdb.c, {@code MDB_meta}; little
 * endian and 64 bits, as published sets are). LMDB maps the file and believes it: reading a page
 * that a shortened file no longer has would end the whole JVM, so this is checked first.
 */
final class LmdbHeader {
  private static final String DATA = "data.mdb";
  private static final int MAGIC = 0xBEEFC0DE;
  private static final int VERSION = 1;

  private static final int PAGE_HEADER_BYTES = 16;
  private static final int PAGE_SIZE_AT = PAGE_HEADER_BYTES + 24; // md_pad of the first database
  private static final int LAST_PAGE_AT = PAGE_HEADER_BYTES + 24 + 2 * 48;
  private static final int HEADER_BYTES = LAST_PAGE_AT + 8;

  private LmdbHeader() {}

  static Path file(Path folder) {
    return folder.resolve(DATA);
  }

  /** Refuses a database that is none, or that is shorter than its meta pages say. */
  static void check(Path folder) throws IOException {
    Path file = file(folder);
    if (!Files.isRegularFile(file)) {
      throw problem(folder, DATA + " in it", "none");
    }
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      long pageBytes = checkPage(file, in, 0);
      checkPage(file, in, pageBytes);
    }
  }

  /** Checks the meta page at {@code position} and returns the size of all pages. */
  private static long checkPage(Path file, FileChannel in, long position) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (page.hasRemaining() && in.read(page, position + page.position()) >= 0) {
      // Until the header is whole or the file ends.
    }
    if (page.hasRemaining()
        || page.getInt(PAGE_HEADER_BYTES) != MAGIC
        || page.getInt(PAGE_HEADER_BYTES + 4) != VERSION) {
      throw problem(file, "an LMDB database of version " + VERSION, "something else");
    }
    long pageBytes = Integer.toUnsignedLong(page.getInt(PAGE_SIZE_AT));
    if (pageBytes < 512 || pageBytes > 1 << 16 || Long.bitCount(pageBytes) != 1) {
      throw problem(file, "pages of 512 to 65,536 bytes", pageBytes + " bytes");
    }
    long lastPage = page.getLong(LAST_PAGE_AT);
    if (lastPage < 0 || lastPage >= in.size() / pageBytes) {
      throw problem(
          file,
          "%s pages of %d bytes".formatted(Long.toUnsignedString(lastPage + 1), pageBytes),
          in.size() + " bytes");
    }
    return pageBytes;
  }

  private static DatasetException problem(Path file, String expected, String found) {
    return DatasetException.of(
        file.toString(),
        expected,
        found,
        "the download was cut short or is not LSUN's; get it again");
  }
}
