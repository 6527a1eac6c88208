package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.hone.datasets.fetch.Catalogue;
import dev.hone.datasets.fetch.PublishedFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class DataCommandTest {
  @TempDir private Path root;

  private Invocation data(String... args) {
    String[] all = new String[args.length + 3];
    all[0] = "data";
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--data-dir";
    all[args.length + 2] = root.toString();
    return Invocation.of(all);
  }

  private static void assertContains(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "no '" + part + "' in: " + text);
    }
  }

  @Test
  void listSaysWhereEachSetIs() throws IOException {
    Files.write(
        Files.createDirectory(root.resolve("mnist")).resolve("train-images-idx3-ubyte.gz.part"),
        new byte[9]);
    String out = data("list").succeeded().out();
    List<String> lines = out.lines().toList();
    assertEquals(1 + Catalogue.sets().size(), lines.size());
    assertTrue(lines.getFirst().startsWith("NAME"), out);
    assertTrue(
        lines.stream().anyMatch(l -> l.matches("fashion-mnist .* MIT +embedded subset")), out);
    assertTrue(
        lines.stream().anyMatch(l -> l.matches("mnist .* 11\\.6 MB +CC BY-SA 3\\.0 +begun")), out);
    assertTrue(
        lines.stream().anyMatch(l -> l.matches("cifar100 .* 168\\.5 MB +none stated +missing")),
        out);
    assertTrue(lines.stream().anyMatch(l -> l.matches("birds .* by hand")), out);
  }

  @Test
  void listAsJsonHasTheSame() {
    JsonNode rows = JsonMapper.shared().readTree(data("list", "--json").succeeded().out());
    assertEquals(Catalogue.sets().size(), rows.size());
    assertEquals("fashion-mnist", rows.get(0).get("name").asString());
    assertEquals("embedded subset", rows.get(0).get("found").asString());
    assertEquals(30_878_645, rows.get(0).get("bytes").asLong());
  }

  @Test
  void infoHasLicenceSumsAndMirrors() {
    String out = data("info", "cub200-2011").succeeded().out();
    PublishedFile file = Catalogue.of("cub200-2011").files().getFirst();
    assertContains(
        out, "licence   none stated", "1,150,585,339 bytes (1.15 GB)", file.sha256(), file.md5());
    assertContains(out, "cite      Wah", "mirror    https://data.caltech.edu/");
    assertContains(
        data("info", "lsun").succeeded().out(), "by hand", "church_outdoor_train_lmdb.zip");
    data("info", "cifar").refused("no data set 'cifar'", "cifar10, cifar100");
  }

  @Test
  void fetchAsksFirst() {
    Invocation asked = data("fetch", "mnist");
    assertEquals(2, asked.code());
    assertContains(
        asked.out(), "4 files, 11.6 MB, into " + root.resolve("mnist"), "licence: CC BY-SA 3.0");
    assertContains(asked.err(), "--yes");
    assertFalse(Files.exists(root.resolve("mnist")), "something was done before it was agreed to");
    data("fetch", "birds").refused("cannot be fetched", "--data-dir");
    Invocation odd = data("fetch", "mnist", "--yes", "--mirror", "ftp://host/");
    assertEquals(2, odd.code());
    assertContains(odd.err(), "expected an http or https URL");
  }

  @Test
  void aMirrorThatHasAnotherFileIsNamed() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body =
              exchange.getRequestURI().getPath().getBytes(java.nio.charset.StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String mirror = "http://127.0.0.1:" + server.getAddress().getPort() + "/sets";
      Invocation failed = data("fetch", "cifar10", "--yes", "--mirror", mirror);
      assertEquals(1, failed.code());
      String last = failed.err().lines().reduce("", (a, b) -> b);
      assertContains(
          last,
          "hone data fetch: cifar10: no mirror gave cifar-10-binary.tar.gz",
          "it has a file of 28 bytes, published are 170,052,171",
          mirror + "/cifar-10-binary.tar.gz",
          Catalogue.of("cifar10").files().getFirst().sha256());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void verifyReadsEveryRecord() throws IOException {
    Samples.cifar10(root, 20);
    Path unpacked = root.resolve("cifar-10-batches-bin");
    for (int batch = 1; batch <= 5; batch++) {
      Files.copy(
          unpacked.resolve("test_batch.bin"), unpacked.resolve("data_batch_" + batch + ".bin"));
    }
    String out = data("verify", "cifar10").succeeded().out();
    assertContains(
        out,
        "ok       train: 100 images [3, 32, 32], 10 classes, 10 to 10 images each",
        "ok       test: 20 images",
        "cifar10 can be used\n");
    Files.write(unpacked.resolve("test_batch.bin"), new byte[100]);
    Invocation broken = data("verify", "cifar10");
    assertEquals(1, broken.code());
    assertContains(
        broken.out(), "ok       train", "problem  ", "test_batch.bin", "cifar10 cannot be used");
  }

  @Test
  void verifyTakesTheFileOfASet() throws IOException {
    Path archive = Files.write(root.resolve("cifar-100-binary.tar.gz"), new byte[30]);
    Invocation broken = Invocation.of("data", "verify", archive.toString());
    assertEquals(1, broken.code());
    assertContains(broken.out(), "warning  " + archive + ": 30 bytes", "problem  ");
    Path other = Files.write(root.resolve("notes.txt"), new byte[30]);
    Invocation.of("data", "verify", other.toString())
        .refused("no data set has a file of that name");
    // Two sets have files of this name; the folder tells which.
    Path idx =
        Files.write(
            Files.createDirectory(root.resolve("mnist")).resolve("train-labels-idx1-ubyte.gz"),
            new byte[3]);
    assertContains(Invocation.of("data", "verify", idx.toString()).out(), "mnist cannot be used");
    Path homeless = Files.write(root.resolve("train-labels-idx1-ubyte.gz"), new byte[3]);
    Invocation.of("data", "verify", homeless.toString()).refused("give the data set's name");
  }

  @Test
  void theEmbeddedSubsetCanBeVerified() {
    String before = System.getProperty("hone.cache");
    System.setProperty("hone.cache", root.toString());
    try {
      String out = Invocation.of("data", "verify", "fashion-mnist").succeeded().out();
      assertContains(out, "train: 10,000 images [1, 32, 32]", "fashion-mnist can be used\n");
    } finally {
      if (before == null) {
        System.clearProperty("hone.cache");
      } else {
        System.setProperty("hone.cache", before);
      }
    }
  }

  @Test
  void linesSayHowFarAndHowFast() {
    var text = new StringWriter();
    var clock = new AtomicLong();
    var lines = new DownloadLines(new PrintWriter(text), clock::get);
    var file = Catalogue.of("cifar10").files().getFirst();
    URI mirror = file.mirrors().getFirst();
    lines.started(file, mirror, 20_052_171);
    lines.received(file, 30_000_000);
    clock.set(Duration.ofSeconds(20).toNanos());
    lines.received(file, 70_052_171);
    lines.received(file, 70_052_172);
    lines.retrying(file, mirror, "status 503", Duration.ofSeconds(90));
    lines.refused(file, mirror, "status 404");
    assertEquals(
        """
        cifar-10-binary.tar.gz from www.cs.toronto.edu, going on at 20.1 MB
        cifar-10-binary.tar.gz: 70.1 MB of 170.1 MB, 2.5 MB/s, 40 s left
        www.cs.toronto.edu: status 503; trying again in 1 min 30 s
        www.cs.toronto.edu: status 404; this mirror is given up
        """,
        text.toString().replace("\r", ""));
  }
}
