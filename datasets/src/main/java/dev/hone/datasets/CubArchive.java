package dev.hone.datasets;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CUB-200-2011's archive, streamed: nothing is unpacked. Its members come in no particular order
 * and a pass takes seconds, so the text files are kept in the cache.
 */
final class CubArchive implements EncodedImages {
  /** As published it has some 12,000 members and 1.2 GB. */
  private static final Archive.Limits LIMITS = new Archive.Limits(50_000, 4L << 30);

  private static final String PUBLISHED_MD5 = "97eceeb196236b17998738112f37df78";

  private final Path file;

  CubArchive(Path file) {
    this.file = file;
  }

  /** Of the archive's present state. */
  String identity() throws IOException {
    return String.join(
        "\0",
        file.toRealPath().toString(),
        String.valueOf(Files.size(file)),
        Files.getLastModifiedTime(file).toString());
  }

  /** The contents of {@link CubIndex#FILES}, from the cache or by a pass over the archive. */
  Map<String, String> texts(boolean cached) throws IOException {
    byte[] key = FolderLayout.sha256().digest(identity().getBytes(StandardCharsets.UTF_8));
    var cache = new CacheFile(HexFormat.of().formatHex(key) + ".texts");
    if (cached) {
      var kept = cache.read(CubArchive::kept);
      if (kept.isPresent()) {
        return kept.get();
      }
    }
    var texts = new HashMap<String, String>();
    new Archive(file, LIMITS)
        .readSome(
            Set.copyOf(CubIndex.FILES),
            CubArchive::inFolder,
            (name, member, data) -> texts.put(name, CubIndex.text(member, data)));
    if (cached) {
      cache.write(out -> keep(texts, out));
    }
    return texts;
  }

  private static Map<String, String> kept(CacheFile.Reader in) throws IOException {
    ByteBuffer bytes = in.fill(ByteBuffer.allocate(in.onlyBlockBytes(CubIndex.MAX_TEXT_BYTES * 5)));
    in.requireChecksum();
    var data = new DataInputStream(new ByteArrayInputStream(bytes.array()));
    var texts = new HashMap<String, String>();
    for (String name : CubIndex.FILES) {
      int length = data.readInt();
      if (length < 0) {
        throw new IOException("it is of something else");
      }
      texts.put(name, new String(data.readNBytes(length), StandardCharsets.UTF_8));
    }
    return texts;
  }

  private static void keep(Map<String, String> texts, CacheFile.Writer out) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var data = new DataOutputStream(bytes);
    for (String name : CubIndex.FILES) {
      byte[] text = texts.getOrDefault(name, "").getBytes(StandardCharsets.UTF_8);
      data.writeInt(text.length);
      data.write(text);
    }
    out.write(ByteBuffer.wrap(bytes.toByteArray()));
    out.writeChecksum();
  }

  @Override
  public void each(List<ImageEntry> entries, Sink sink) {
    var places = new HashMap<String, Integer>();
    for (int i = 0; i < entries.size(); i++) {
      places.put(CubIndex.FOLDER + "/" + entries.get(i).path(), i);
    }
    new Archive(file, LIMITS)
        .read(
            places.keySet(),
            CubArchive::inFolder,
            PUBLISHED_MD5,
            (name, member, data) ->
                sink.accept(places.getOrDefault(name, -1), whole(member, data)));
  }

  private static byte[] whole(String member, InputStream data) throws IOException {
    byte[] bytes = data.readNBytes(MAX_FILE_BYTES + 1);
    if (bytes.length > MAX_FILE_BYTES) {
      throw EncodedImages.tooLarge(member);
    }
    return bytes;
  }

  /** The name below the archive's only folder, or the whole name of what lies outside it. */
  private static String inFolder(String member) {
    String start = Cub.FOLDER + "/";
    String name = member.startsWith("./") ? member.substring(2) : member;
    return name.startsWith(start) ? name.substring(start.length()) : member;
  }

  @Override
  public String nameOf(String path) {
    return file + "!" + Cub.FOLDER + "/" + CubIndex.FOLDER + "/" + path;
  }
}
