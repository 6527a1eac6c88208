package dev.hone.datasets.fetch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A mirror on this machine that answers as badly as a test wants; every answer ends the connection.
 */
final class TestServer implements AutoCloseable {
  /** What was asked. */
  record Request(int number, String path, Map<String, String> headers) {
    /** The first byte asked for; 0 for all. */
    int from() {
      String range = headers.getOrDefault("range", "bytes=0-");
      return Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    }
  }

  /** Writes the whole answer, head and body. */
  interface Handler {
    void answer(Request request, OutputStream out) throws IOException, InterruptedException;
  }

  private final ServerSocket socket;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicLong bodyBytes = new AtomicLong();
  private volatile Handler handler;

  private TestServer(ServerSocket socket, Handler handler) {
    this.socket = socket;
    this.handler = handler;
  }

  static TestServer start(Handler handler) {
    try {
      var server =
          new TestServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), handler);
      Thread.ofVirtual().start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A mirror as it should be: ranges, an ETag, If-Range heeded. */
  static Handler good(byte[] file) {
    return (request, out) -> serve(request, out, file, "\"1\"", file.length);
  }

  /** A good one that ends each answer after {@code most} bytes of the body. */
  static Handler cutting(byte[] file, int most) {
    return (request, out) -> serve(request, out, file, "\"1\"", most);
  }

  /**
   * At most {@code most} bytes of what was asked for. A body that is cut has no length here, since
   * the client may drop the last bytes before a cut that it notices, and tests count them.
   */
  static void serve(Request request, OutputStream out, byte[] file, String etag, int most)
      throws IOException {
    boolean same = etag.equals(request.headers().getOrDefault("if-range", etag));
    int from = same ? request.from() : 0;
    int to = (int) Math.min(file.length, (long) from + most);
    String length = to < file.length ? "" : "Content-Length: " + (file.length - from) + "\r\n";
    write(out, head(file, from, etag) + length, Arrays.copyOfRange(file, from, to));
  }

  /** Status line and fields, but for the length. */
  static String head(byte[] file, int from, String etag) {
    String status =
        from == 0
            ? "HTTP/1.1 200 OK\r\n"
            : "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %d-%d/%d\r\n"
                .formatted(from, file.length - 1, file.length);
    return status + "ETag: " + etag + "\r\n";
  }

  /** An answer with {@code head} (status line and fields) and {@code body}. */
  static void write(OutputStream out, String head, byte[] body) throws IOException {
    out.write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    out.write(body);
    out.flush();
  }

  static void status(OutputStream out, String statusAndFields) throws IOException {
    write(out, "HTTP/1.1 " + statusAndFields + "\r\nContent-Length: 0\r\n", new byte[0]);
  }

  void answer(Handler other) {
    handler = other;
  }

  List<Request> requests() {
    return List.copyOf(requests);
  }

  /** Bytes of answers, heads included. */
  long sent() {
    return bodyBytes.get();
  }

  URI at(String path) {
    return URI.create(
        "http://" + socket.getInetAddress().getHostAddress() + ":" + socket.getLocalPort() + path);
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        Thread.ofVirtual().start(() -> answer(connection));
      }
    } catch (IOException _) {
      // Closed: the test is over.
    }
  }

  private void answer(Socket connection) {
    try (connection) {
      var in =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
      String line = String.valueOf(in.readLine());
      String path = line.split(" ", 3)[1];
      var headers = new TreeMap<String, String>();
      for (String field = in.readLine(); field != null && !field.isEmpty(); field = in.readLine()) {
        int colon = field.indexOf(':');
        headers.put(
            field.substring(0, colon).toLowerCase(Locale.ROOT), field.substring(colon + 1).strip());
      }
      var request = new Request(requests.size(), path, headers);
      requests.add(request);
      OutputStream counted =
          new java.io.FilterOutputStream(connection.getOutputStream()) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
              out.write(bytes, offset, length);
              bodyBytes.addAndGet(length);
            }
          };
      handler.answer(request, counted);
    } catch (IOException | InterruptedException | RuntimeException _) {
      // The client has gone, which some tests are about.
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
