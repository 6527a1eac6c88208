package dev.hone.datasets.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it fetches, and another that waits for it. */
@Timeout(60)
class KilledFetchTest {
  private static final byte[] FILE = FetcherTest.noise(7, 2_000_000);
  private static final int BEFORE = 700_000;

  @TempDir private Path root;

  /** What the process to be killed runs. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) {
      Fetcher.of(FetchSettings.defaults(), FetchListener.SILENT)
          .fetch(FetcherTest.set(FILE, URI.create(args[0])), Path.of(args[1]));
    }
  }

  @Test
  void whoeverWaitsGoesOnWhereTheKilledOneEnded() throws Exception {
    var stuck = new CountDownLatch(1);
    TestServer.Handler endless =
        (request, out) -> {
          TestServer.serve(request, out, FILE, "\"1\"", BEFORE);
          stuck.await(50, TimeUnit.SECONDS);
        };
    try (var server = TestServer.start(endless)) {
      URI at = server.at("/file.bin");
      Process victim = start(at);
      Path part = root.resolve("set/file.bin.part");
      while (!Files.exists(part) || Files.size(part) < BEFORE) {
        assertTrue(victim.isAlive(), "it ended by itself");
        Thread.sleep(10);
      }
      server.answer(TestServer.good(FILE));

      var waiting = new CountDownLatch(1);
      CompletableFuture<List<Path>> next = fetch(at, waiting);
      assertTrue(waiting.await(20, TimeUnit.SECONDS), "two fetch at once");
      assertEquals(1, server.requests().size());
      assertFalse(Files.exists(root.resolve("set/file.bin")));

      victim.destroyForcibly().waitFor();
      assertArrayEquals(FILE, Files.readAllBytes(next.get(30, TimeUnit.SECONDS).getFirst()));
      assertEquals(2, server.requests().size());
      assertEquals(BEFORE, server.requests().getLast().from());
      assertTrue(server.sent() < FILE.length + 1000, "sent " + server.sent());
      assertFalse(Files.exists(part));
    } finally {
      stuck.countDown();
    }
  }

  private CompletableFuture<List<Path>> fetch(URI at, CountDownLatch waiting) {
    FetchListener listener =
        new FetchListener() {
          @Override
          public void waiting(Path folder) {
            waiting.countDown();
          }
        };
    return CompletableFuture.supplyAsync(() ->
        Fetcher.of(FetchSettings.defaults(), listener).fetch(FetcherTest.set(FILE, at), root));
  }

  private Process start(URI at) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ProcessBuilder(
            java.toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            Victim.class.getName(),
            at.toString(),
            root.toString())
        .inheritIO()
        .start();
  }
}
