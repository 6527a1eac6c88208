package dev.hone.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.Philox;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from mirrors that behave as badly as they can. */
@Timeout(60)
class FetcherTest {
  private static final byte[] FILE = noise(1, 300_000);
  private static final FetchSettings HASTY =
      new FetchSettings(
          Duration.ofSeconds(5),
          Duration.ofMillis(400),
          3,
          Duration.ofMillis(1),
          Duration.ofSeconds(60));

  @TempDir private Path root;
  private final List<String> heard = new ArrayList<>();
  private final List<Duration> waits = new ArrayList<>();

  static byte[] noise(int seed, int bytes) {
    int[] words = new int[bytes];
    new Philox(seed, 0).fill(0, words);
    byte[] noise = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      noise[i] = (byte) words[i];
    }
    return noise;
  }

  static Published set(byte[] file, URI... mirrors) {
    return new Published(
        "set", "Set", "", "1", 1, "", "", "", "set", List.of(file("file.bin", file, mirrors)), "");
  }

  static PublishedFile file(String name, byte[] bytes, URI... mirrors) {
    return new PublishedFile(name, bytes.length, sha256(bytes), "", List.of(mirrors));
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private final FetchListener listener =
      new FetchListener() {
        @Override
        public void waiting(Path folder) {
          heard.add("waiting");
        }

        @Override
        public void present(Path file) {
          heard.add("present");
        }

        @Override
        public void started(PublishedFile file, URI from, long have) {
          heard.add("from " + have);
        }

        @Override
        public void retrying(PublishedFile file, URI mirror, String why, Duration wait) {
          heard.add("again: " + why);
        }

        @Override
        public void refused(PublishedFile file, URI mirror, String why) {
          heard.add("refused: " + why);
        }

        @Override
        public void finished(Path file) {
          heard.add("finished");
        }
      };

  private Fetcher fetcher(Disk disk) {
    return new Fetcher(HASTY, listener, List.of(), disk, waits::add);
  }

  private Path fetch(URI... mirrors) {
    return fetcher(Disk.REAL).fetch(set(FILE, mirrors), root).getFirst();
  }

  private void assertWhole(Path file) throws IOException {
    assertArrayEquals(FILE, Files.readAllBytes(file));
    assertEquals(List.of(".hone.lock", "file.bin"), left());
  }

  /** The names in the set's folder. */
  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("set"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private String refusal(URI... mirrors) {
    String message =
        String.valueOf(assertThrows(FetchException.class, () -> fetch(mirrors)).getMessage());
    assertEquals(1, message.lines().count(), message);
    assertFalse(
        Files.exists(root.resolve("set/file.bin")), "a file that is not whole has its name");
    return message;
  }

  private static void assertContains(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "no '" + part + "' in: " + text);
    }
  }

  @Test
  void aGoodMirrorGivesTheFileAndTheSecondTimeNobodyIsAsked() throws IOException {
    try (var server = TestServer.start(TestServer.good(FILE))) {
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals(List.of("from 0", "finished"), heard);
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals("present", heard.getLast());
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void connectionsThatAreCutGoOnWhereTheyEnded() throws IOException {
    try (var server = TestServer.start(TestServer.cutting(FILE, 70_000))) {
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals(
          List.of(0, 70_000, 140_000, 210_000, 280_000),
          server.requests().stream().map(TestServer.Request::from).toList());
      assertEquals("\"1\"", server.requests().get(1).headers().get("if-range"));
      assertTrue(server.sent() < FILE.length + 2000, "bytes were sent twice: " + server.sent());
      assertEquals(4, waits.size());
    }
  }

  @Test
  void aConnectionThatBreaksOffBeforeItsLengthGoesOnToo() throws IOException {
    TestServer.Handler breaking =
        (request, out) -> {
          int from = request.from();
          int to = Math.min(FILE.length, from + 120_000);
          String length = "Content-Length: " + (FILE.length - from) + "\r\n";
          TestServer.write(
              out,
              TestServer.head(FILE, from, "\"1\"") + length,
              Arrays.copyOfRange(FILE, from, to));
        };
    try (var server = TestServer.start(breaking)) {
      assertWhole(fetch(server.at("/file.bin")));
      // The client may have dropped what it had not handed on.
      assertTrue(server.requests().get(1).from() > 0, () -> server.requests().toString());
      assertTrue(server.sent() < 2L * FILE.length, "sent " + server.sent());
    }
  }

  @Test
  void aNewFetchGoesOnFromWhatAnEarlierOneKept() throws IOException {
    try (var server = TestServer.start(TestServer.cutting(FILE, 100_000))) {
      TestServer.Handler once = TestServer.cutting(FILE, 100_000);
      server.answer((request, out) -> {
        if (request.number() == 0) {
          once.answer(request, out);
        } else {
          TestServer.status(out, "503 Busy");
        }
      });
      assertContains(refusal(server.at("/file.bin")), "status 503", "100.0 KB are kept");
      assertEquals(List.of(".hone.lock", "file.bin.part", "file.bin.part.from"), left());
      server.answer(TestServer.good(FILE));
      assertWhole(fetch(server.at("/file.bin")));
      assertTrue(heard.contains("from 100000"), heard::toString);
    }
  }

  @Test
  void aMirrorThatIgnoresRangesStartsOver() throws IOException {
    TestServer.Handler deaf =
        (request, out) ->
            TestServer.write(
                out,
                "HTTP/1.1 200 OK\r\nContent-Length: " + FILE.length + "\r\n",
                Arrays.copyOf(FILE, request.number() == 0 ? 90_000 : FILE.length));
    try (var server = TestServer.start(deaf)) {
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals(
          List.of("from 0", "from 0", "finished"),
          heard.stream().filter(h -> !h.startsWith("again")).toList());
      assertEquals(90_000, server.requests().get(1).from());
    }
  }

  @Test
  void aFileThatChangesBetweenTriesIsFetchedAnew() throws IOException {
    byte[] before = noise(2, FILE.length);
    TestServer.Handler changing =
        (request, out) ->
            TestServer.serve(
                request,
                out,
                request.number() == 0 ? before : FILE,
                request.number() == 0 ? "\"old\"" : "\"new\"",
                request.number() == 0 ? 100_000 : FILE.length);
    try (var server = TestServer.start(changing)) {
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals("\"old\"", server.requests().get(1).headers().get("if-range"));
      assertEquals("from 0", heard.get(heard.size() - 2));
    }
  }

  @Test
  void aChangeThatTheMirrorDoesNotAdmitIsSeen() throws IOException {
    // It heeds no If-Range and goes on with another version, which its ETag or the checksum tells.
    for (String etag : List.of("\"new\"", "\"old\"")) {
      byte[] before = noise(2, FILE.length);
      TestServer.Handler mixing =
          (request, out) -> {
            if (request.number() == 0) {
              TestServer.serve(request, out, before, "\"old\"", 100_000);
            } else {
              request.headers().remove("if-range");
              TestServer.serve(request, out, FILE, etag, FILE.length);
            }
          };
      try (var server = TestServer.start(mixing)) {
        assertWhole(fetch(server.at("/file.bin")));
        assertEquals(0, server.requests().getLast().from());
      }
      Files.delete(root.resolve("set/file.bin"));
    }
  }

  @Test
  void aPartThatMirrorsShareGoesOnAtTheNext() throws IOException {
    try (var first = TestServer.start(TestServer.cutting(FILE, 100_000));
        var second =
            TestServer.start((r, out) -> TestServer.serve(r, out, FILE, "\"2\"", FILE.length))) {
      TestServer.Handler once = TestServer.cutting(FILE, 100_000);
      first.answer((request, out) -> {
        if (request.number() == 0) {
          once.answer(request, out);
        } else {
          TestServer.status(out, "404 Gone");
        }
      });
      assertWhole(fetch(first.at("/a"), second.at("/b")));
      assertEquals(
          List.of(100_000), second.requests().stream().map(TestServer.Request::from).toList());
    }
  }

  @Test
  void aPartWithWrongBytesIsThrownAwayAndTheMirrorAskedAgain() throws IOException {
    Path folder = Files.createDirectories(root.resolve("set"));
    Files.write(folder.resolve("file.bin.part"), noise(3, 50_000));
    try (var server = TestServer.start(TestServer.good(FILE))) {
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals(
          List.of(50_000, 0), server.requests().stream().map(TestServer.Request::from).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {300_000, 300_001, 500_000})
  void aWholeOrOverlongPartNeedsNoSpecialCare(int length) throws IOException {
    Path folder = Files.createDirectories(root.resolve("set"));
    Files.write(folder.resolve("file.bin.part"), Arrays.copyOf(FILE, length));
    try (var server = TestServer.start(TestServer.good(FILE))) {
      assertWhole(fetch(server.at("/file.bin")));
      // Killed between the last byte and the rename: nothing has to be fetched.
      assertEquals(length == FILE.length ? 0 : 1, server.requests().size());
    }
  }

  @Test
  void wrongBytesAreNeverUsed() throws IOException {
    byte[] wrong = FILE.clone();
    wrong[200_000] ^= 1;
    try (var bad = TestServer.start(TestServer.good(wrong));
        var good = TestServer.start(TestServer.good(FILE))) {
      String message = refusal(bad.at("/file.bin"));
      assertContains(
          message,
          "wrong bytes",
          sha256(wrong),
          sha256(FILE),
          bad.at("/file.bin").toString(),
          root.toString());
      assertEquals(List.of(".hone.lock"), left());
      assertEquals(1, bad.requests().size());
      assertWhole(fetch(bad.at("/file.bin"), good.at("/file.bin")));
    }
  }

  @Test
  void aLengthThatIsNotTheFilesIsRefusedBeforeAnythingIsGivenUp() throws IOException {
    Path folder = Files.createDirectories(root.resolve("set"));
    Files.write(folder.resolve("file.bin.part"), Arrays.copyOf(FILE, 100_000));
    TestServer.Handler page =
        (request, out) ->
            TestServer.write(
                out,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n",
                "<html>Please log in</html>".getBytes(StandardCharsets.UTF_8));
    for (byte[] other : List.of(noise(4, 299_999), noise(4, 300_001), noise(4, 10))) {
      try (var server =
          TestServer.start((request, out) ->
              TestServer.write(
                  out, "HTTP/1.1 200 OK\r\nContent-Length: " + other.length + "\r\n", other))) {
        assertContains(
            refusal(server.at("/file.bin")),
            "it has a file of %,d bytes, published are 300,000".formatted(other.length),
            "100.0 KB are kept");
      }
    }
    try (var server = TestServer.start(page)) {
      assertContains(refusal(server.at("/file.bin")), "a page instead", "100.0 KB are kept");
    }
    try (var server =
        TestServer.start(
            (r, out) -> TestServer.status(out, "416 No\r\nContent-Range: bytes */77"))) {
      assertContains(refusal(server.at("/file.bin")), "a file of 77 bytes", "100.0 KB are kept");
    }
    try (var server = TestServer.start(TestServer.good(FILE))) {
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals(100_000, server.requests().getFirst().from());
    }
  }

  @Test
  void withoutALengthTheBytesDecide() throws IOException {
    for (int length : List.of(299_000, 300_000, 300_001)) {
      byte[] sent = Arrays.copyOf(FILE, length);
      TestServer.Handler chunked =
          (request, out) -> {
            TestServer.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", new byte[0]);
            out.write(("%x\r\n".formatted(sent.length)).getBytes(StandardCharsets.US_ASCII));
            out.write(sent);
            out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
          };
      TestServer.Handler untilClosed =
          (request, out) -> TestServer.write(out, "HTTP/1.1 200 OK\r\n", sent);
      for (TestServer.Handler handler : List.of(chunked, untilClosed)) {
        try (var server = TestServer.start(handler)) {
          if (length == FILE.length) {
            assertWhole(fetch(server.at("/file.bin")));
            Files.delete(root.resolve("set/file.bin"));
          } else {
            assertContains(
                refusal(server.at("/file.bin")),
                length < FILE.length ? "ended early" : "more than the published 300,000");
            Files.deleteIfExists(root.resolve("set/file.bin.part"));
          }
        }
      }
    }
  }

  @Test
  void aRangeOtherThanTheOneAskedForStartsOver() throws IOException {
    TestServer.Handler confused =
        (request, out) -> {
          switch (request.number()) {
            case 0 -> TestServer.serve(request, out, FILE, "\"1\"", 100_000);
            case 1 ->
                TestServer.write(
                    out,
                    "HTTP/1.1 206 OK\r\nContent-Range: bytes 5-299999/300000\r\n",
                    Arrays.copyOfRange(FILE, 5, FILE.length));
            default -> TestServer.serve(request, out, FILE, "\"1\"", FILE.length);
          }
        };
    try (var server = TestServer.start(confused)) {
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals(
          List.of(0, 100_000, 0),
          server.requests().stream().map(TestServer.Request::from).toList());
    }
  }

  @Test
  void statusesThatPassAreWaitedForAndOthersAreNot() throws IOException {
    TestServer.Handler busy =
        (request, out) -> {
          switch (request.number()) {
            case 0 -> TestServer.status(out, "429 Too Many\r\nRetry-After: 7");
            case 1 ->
                TestServer.status(
                    out,
                    "503 Busy\r\nRetry-After: "
                        + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            Instant.now().plusSeconds(30).atZone(ZoneOffset.UTC)));
            default -> TestServer.serve(request, out, FILE, "\"1\"", FILE.length);
          }
        };
    try (var server = TestServer.start(busy)) {
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals(Duration.ofSeconds(7), waits.getFirst());
      assertTrue(waits.get(1).toSeconds() >= 25 && waits.get(1).toSeconds() <= 30, waits::toString);
    }
    Files.delete(root.resolve("set/file.bin"));
    for (String status :
        List.of("404 Gone", "403 No", "500 Broken", "429 Later\r\nRetry-After: 3600")) {
      try (var bad = TestServer.start((request, out) -> TestServer.status(out, status));
          var good = TestServer.start(TestServer.good(FILE))) {
        assertWhole(fetch(bad.at("/file.bin"), good.at("/file.bin")));
        assertEquals(status.startsWith("500") ? 3 : 1, bad.requests().size(), status);
        Files.delete(root.resolve("set/file.bin"));
      }
    }
  }

  @Test
  void waitsGrowAndEnd() {
    try (var server = TestServer.start((request, out) -> TestServer.status(out, "500 Broken"))) {
      assertContains(refusal(server.at("/file.bin")), "no mirror gave file.bin", "status 500");
      assertEquals(List.of(Duration.ofMillis(1), Duration.ofMillis(2)), waits);
    }
    FetchSettings patient = FetchSettings.defaults();
    assertEquals(Duration.ofSeconds(8), patient.wait(4));
    assertEquals(Duration.ofSeconds(60), patient.wait(1000));
  }

  @Test
  void aDropByDropMirrorIsGivenUpInTheEnd() {
    try (var server = TestServer.start(TestServer.cutting(FILE, 1))) {
      refusal(server.at("/file.bin"));
      assertEquals(200, server.requests().size());
    }
  }

  @Test
  void silenceCountsAsACut() throws IOException {
    var over = new CountDownLatch(1);
    TestServer.Handler stalling =
        (request, out) -> {
          switch (request.number()) {
            case 0 -> {
              TestServer.serve(request, out, FILE, "\"1\"", 100_000);
              over.await(20, TimeUnit.SECONDS);
            }
            case 1 -> over.await(20, TimeUnit.SECONDS);
            default -> TestServer.serve(request, out, FILE, "\"1\"", FILE.length);
          }
        };
    try (var server = TestServer.start(stalling)) {
      long start = System.nanoTime();
      assertWhole(fetch(server.at("/file.bin")));
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10));
      assertContains(heard.toString(), "nothing came for", "no answer within", "from 100000");
    } finally {
      over.countDown();
    }
  }

  @Test
  void redirectsAreFollowedButNotForEverNorAnywhere() throws IOException {
    try (var good = TestServer.start(TestServer.good(FILE));
        var hop = TestServer.start(redirect(() -> good.at("/deep/file.bin").toString()));
        var relative =
            TestServer.start((request, out) -> {
              if (request.path().equals("/there")) {
                TestServer.serve(request, out, FILE, "\"1\"", FILE.length);
              } else {
                TestServer.status(out, "307 There\r\nLocation: there");
              }
            })) {
      assertWhole(fetch(hop.at("/file.bin")));
      Files.delete(root.resolve("set/file.bin"));
      assertWhole(fetch(relative.at("/file.bin")));
      Files.delete(root.resolve("set/file.bin"));
    }
    for (String where :
        List.of("/again", "file:///etc/passwd", "ftp://host/file", "", "http:///x", "::")) {
      try (var server = TestServer.start(redirect(() -> where))) {
        String message = refusal(server.at("/file.bin"));
        assertContains(
            message, where.equals("/again") ? "more than 5 redirects" : "redirect to nowhere");
        assertEquals(where.equals("/again") ? 6 : 1, server.requests().size());
      }
    }
  }

  private static TestServer.Handler redirect(java.util.function.Supplier<String> where) {
    return (request, out) -> TestServer.status(out, "302 There\r\nLocation: " + where.get());
  }

  @Test
  void nothingLeadsFromHttpsToHttp() {
    for (String plain : List.of("http://mirror.example/f", "HTTP://mirror.example/f")) {
      var e =
          assertThrows(
              Transfer.RedirectException.class,
              () -> Transfer.next(URI.create("https://mirror.example/f"), plain));
      assertContains(e.why, "from https to http (mirror.example)");
    }
  }

  @Test
  void offlineThereIsOneLineThatSaysWhatToDo() {
    URI nobody;
    try (var server = TestServer.start(TestServer.good(FILE))) {
      nobody = server.at("/file.bin");
    }
    String message = refusal(nobody, URI.create("http://host.invalid/file.bin"));
    assertContains(
        message,
        "no mirror can be reached",
        "127.0.0.1: connection refused",
        "host.invalid: unknown host",
        "fetch " + nobody,
        sha256(FILE),
        "put it into " + root.resolve("set"));
    assertEquals(2, waits.size(), "one more try for each");
  }

  @Test
  void anotherFileOfThatNameIsLeftAlone() throws IOException {
    Path folder = Files.createDirectories(root.resolve("set"));
    for (byte[] other : List.of(new byte[3], noise(9, FILE.length))) {
      Files.write(folder.resolve("file.bin"), other);
      try (var server = TestServer.start(TestServer.good(FILE))) {
        String message =
            String.valueOf(
                assertThrows(FetchException.class, () -> fetch(server.at("/file.bin")))
                    .getMessage());
        assertContains(message, "is there, but is not the published file", "hone data verify");
        assertArrayEquals(other, Files.readAllBytes(folder.resolve("file.bin")));
        assertEquals(List.of(), server.requests());
      }
    }
  }

  /** A disk on which {@code room} bytes fit. */
  private static Disk full(long claimed, long room) {
    return new Disk() {
      private long left = room;

      @Override
      public long usable(Path folder) {
        return claimed;
      }

      @Override
      public void write(FileChannel file, ByteBuffer bytes) throws IOException {
        int fits = (int) Math.min(left, bytes.remaining());
        left -= fits;
        Disk.REAL.write(file, bytes.slice(bytes.position(), fits));
        bytes.position(bytes.position() + fits);
        if (bytes.hasRemaining()) {
          throw new IOException("No space left on device");
        }
      }
    };
  }

  @Test
  void aDiskThatIsTooSmallIsSaidBeforeAnythingIsAsked() {
    try (var server = TestServer.start(TestServer.good(FILE))) {
      var e =
          assertThrows(
              FetchException.class,
              () -> fetcher(full(1000, 0)).fetch(set(FILE, server.at("/file.bin")), root));
      assertContains(
          String.valueOf(e.getMessage()),
          "300.0 KB are needed",
          "only 1.0 KB are free",
          "--data-dir");
      assertEquals(List.of(), server.requests());
    }
  }

  @Test
  void aDiskThatFillsUpLeavesABeginningThatGoesOn() throws IOException {
    try (var server = TestServer.start(TestServer.good(FILE))) {
      var e =
          assertThrows(
              FetchException.class,
              () ->
                  fetcher(full(1L << 40, 123_456)).fetch(set(FILE, server.at("/file.bin")), root));
      assertContains(
          String.valueOf(e.getMessage()),
          "No space left on device",
          "free some space",
          "file.bin.part");
      assertEquals(1, server.requests().size(), "asking again mends no disk");
      assertFalse(Files.exists(root.resolve("set/file.bin")));
      assertArrayEquals(
          Arrays.copyOf(FILE, 123_456), Files.readAllBytes(root.resolve("set/file.bin.part")));
      assertWhole(fetch(server.at("/file.bin")));
      assertEquals(123_456, server.requests().getLast().from());
    }
  }

  @Test
  void twoAtOnceFetchOnce() throws Exception {
    try (var server = TestServer.start(TestServer.good(FILE))) {
      Published set = set(FILE, server.at("/file.bin"));
      var all = new ArrayList<CompletableFuture<List<Path>>>();
      for (int i = 0; i < 4; i++) {
        all.add(
            CompletableFuture.supplyAsync(
                () -> Fetcher.of(HASTY, FetchListener.SILENT).fetch(set, root)));
      }
      for (var one : all) {
        assertWhole(one.get(30, TimeUnit.SECONDS).getFirst());
      }
      assertEquals(1, server.requests().size());
    }
  }

  @Test
  void everyFileOfASetComesFromTheMirrorThatWasNamed() throws IOException {
    byte[] second = noise(5, 1000);
    TestServer.Handler both =
        (request, out) ->
            TestServer.serve(
                request, out, request.path().equals("/m/b") ? second : FILE, "\"1\"", FILE.length);
    try (var server = TestServer.start(both)) {
      URI dead = URI.create("http://host.invalid/");
      var set =
          new Published(
              "two",
              "",
              "",
              "",
              1,
              "",
              "",
              "",
              "two",
              List.of(file("a", FILE, dead), file("b", second, dead)),
              "");
      List<Path> files =
          Fetcher.of(HASTY, listener).from(List.of(server.at("/m"))).fetch(set, root);
      assertEquals(
          List.of("/m/a", "/m/b"),
          server.requests().stream().map(TestServer.Request::path).toList());
      assertArrayEquals(second, Files.readAllBytes(files.get(1)));
      assertThrows(
          IllegalArgumentException.class,
          () -> Fetcher.of(HASTY, listener).from(List.of(URI.create("file:///tmp"))));
    }
  }

  @Test
  void anInterruptStopsItAndKeepsWhatCame() throws Exception {
    var stuck = new CountDownLatch(1);
    try (var server =
        TestServer.start((request, out) -> {
          TestServer.serve(request, out, FILE, "\"1\"", 100_000);
          stuck.await(20, TimeUnit.SECONDS);
        })) {
      var patient =
          new FetchSettings(
              Duration.ofSeconds(5),
              Duration.ofSeconds(30),
              3,
              Duration.ofMillis(1),
              Duration.ofSeconds(1));
      var outcome = new CompletableFuture<String>();
      Thread thread =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  Fetcher.of(patient, FetchListener.SILENT).fetch(set(FILE, server.at("/f")), root);
                } catch (FetchException e) {
                  outcome.complete(e.getMessage() + Thread.currentThread().isInterrupted());
                }
              });
      Path part = root.resolve("set/file.bin.part");
      while (!Files.exists(part) || Files.size(part) < 100_000) {
        Thread.sleep(10);
      }
      thread.interrupt();
      assertContains(outcome.get(10, TimeUnit.SECONDS), "stopped", "true");
      assertEquals(100_000, Files.size(part));
    } finally {
      stuck.countDown();
    }
  }
}
