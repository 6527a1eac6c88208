package dev.hone.datasets.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;

/**
 * One request for the rest of a file. Redirects are followed here and not by the client, which
 * would not say where they led.
 */
final class Transfer {
  private static final int MOST_REDIRECTS = 5;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final HttpClient client;
  private final FetchSettings settings;
  private final FetchListener listener;

  Transfer(HttpClient client, FetchSettings settings, FetchListener listener) {
    this.client = client;
    this.settings = settings;
    this.listener = listener;
  }

  /** Asks {@code mirror} for what {@code part} lacks of {@code file}, and appends what comes. */
  Outcome attempt(PublishedFile file, URI mirror, Part part) throws InterruptedException {
    HttpResponse<InputStream> response;
    try {
      response = follow(mirror, part);
    } catch (RedirectException e) {
      return new Outcome.Useless(e.why);
    } catch (HttpConnectTimeoutException e) {
      return new Outcome.Unreachable("no answer within " + settings.connect().toSeconds() + " s");
    } catch (ConnectException e) {
      return new Outcome.Unreachable(unknownHost(e) ? "unknown host" : "connection refused");
    } catch (SSLHandshakeException e) {
      return new Outcome.Useless("no trusted connection: " + reason(e));
    } catch (HttpTimeoutException e) {
      return Outcome.Cut.of("no answer within " + settings.stall().toSeconds() + " s");
    } catch (IOException e) {
      return Outcome.Cut.of(reason(e));
    }
    try (InputStream body = response.body()) {
      return judge(file, mirror, response, part, body);
    } catch (IOException e) {
      return Outcome.Cut.of(reason(e));
    }
  }

  private static boolean unknownHost(Throwable e) {
    Throwable cause = e.getCause();
    return cause instanceof UnresolvedAddressException || (cause != null && unknownHost(cause));
  }

  static final class RedirectException extends Exception {
    private static final long serialVersionUID = 1L;
    final transient String why;

    RedirectException(String why) {
      super(why);
      this.why = why;
    }
  }

  private HttpResponse<InputStream> follow(URI mirror, Part part)
      throws IOException, InterruptedException, RedirectException {
    URI at = mirror;
    for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
      HttpResponse<InputStream> response =
          client.send(request(at, mirror, part), HttpResponse.BodyHandlers.ofInputStream());
      if (!REDIRECTS.contains(response.statusCode())) {
        return response;
      }
      response.body().close();
      at = next(at, response.headers().firstValue("Location").orElse(""));
    }
    throw new RedirectException("more than " + MOST_REDIRECTS + " redirects");
  }

  static URI next(URI from, String location) throws RedirectException {
    URI to;
    try {
      to = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new RedirectException("a redirect to nowhere");
    }
    String scheme = String.valueOf(to.getScheme());
    boolean secure = scheme.equalsIgnoreCase("https");
    if (location.isEmpty()
        || to.getHost() == null
        || !(secure || scheme.equalsIgnoreCase("http"))) {
      throw new RedirectException("a redirect to nowhere");
    }
    if (!secure && from.getScheme().equalsIgnoreCase("https")) {
      throw new RedirectException("a redirect from https to http (" + to.getHost() + ")");
    }
    return to;
  }

  private HttpRequest request(URI at, URI mirror, Part part) {
    var request =
        HttpRequest.newBuilder(at)
            .timeout(settings.stall())
            // Otherwise a server may compress what is compressed, and no length would fit.
            .header("Accept-Encoding", "identity")
            .header("User-Agent", "hone");
    if (part.size() > 0) {
      request.header("Range", "bytes=" + part.size() + "-");
      String version = part.version(mirror);
      if (!version.isEmpty()) {
        request.header("If-Range", version);
      }
    }
    return request.GET().build();
  }

  private Outcome judge(
      PublishedFile file,
      URI mirror,
      HttpResponse<InputStream> response,
      Part part,
      InputStream body)
      throws IOException {
    int status = response.statusCode();
    return switch (status) {
      case 200 -> fromTheStart(file, mirror, response, part, body);
      case 206 -> fromThere(file, mirror, response, part, body);
      case 416 -> nothingThere(file, response, part);
      case 408, 425, 429, 500, 502, 503, 504 ->
          new Outcome.Cut("status " + status, retryAfter(response));
      default -> new Outcome.Useless("status " + status);
    };
  }

  /** The whole file comes. What was fetched before is only given up for what may be the file. */
  private Outcome fromTheStart(
      PublishedFile file,
      URI mirror,
      HttpResponse<InputStream> response,
      Part part,
      InputStream body)
      throws IOException {
    long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
    if (length >= 0 && length != file.bytes()) {
      return otherSize(file, length);
    }
    if (response.headers().firstValue("Content-Type").orElse("").startsWith("text/html")) {
      return new Outcome.Useless("it sends a page instead of the file");
    }
    part.startOver();
    part.remember(mirror, version(response));
    listener.started(file, mirror, 0);
    return receive(file, part, body);
  }

  /** The rest of the file comes. */
  private Outcome fromThere(
      PublishedFile file,
      URI mirror,
      HttpResponse<InputStream> response,
      Part part,
      InputStream body)
      throws IOException {
    Matcher range =
        CONTENT_RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
    if (!range.matches() || Long.parseLong(range.group(1)) != part.size()) {
      part.startOver();
      return Outcome.Cut.of("it went on elsewhere than asked for");
    }
    if (!range.group(3).equals("*") && Long.parseLong(range.group(3)) != file.bytes()) {
      return otherSize(file, Long.parseLong(range.group(3)));
    }
    String before = part.version(mirror);
    String now = version(response);
    if (!before.isEmpty() && !now.isEmpty() && !before.equals(now)) {
      part.startOver();
      return Outcome.Cut.of("its file has changed since");
    }
    part.goOn(mirror, now);
    listener.started(file, mirror, part.size());
    return receive(file, part, body);
  }

  /** It has no such part: its file is another one, or it does not know what it has. */
  private static Outcome nothingThere(
      PublishedFile file, HttpResponse<InputStream> response, Part part) {
    String range = response.headers().firstValue("Content-Range").orElse("");
    if (range.matches("bytes \\*/\\d{1,18}")) {
      long length = Long.parseLong(range.substring(range.indexOf('/') + 1));
      if (length != file.bytes()) {
        return otherSize(file, length);
      }
    }
    part.startOver();
    return Outcome.Cut.of("status 416");
  }

  private static Outcome otherSize(PublishedFile file, long length) {
    return new Outcome.Useless(
        "it has a file of %,d bytes, published are %,d".formatted(length, file.bytes()));
  }

  /** What identifies the version for If-Range: a strong ETag, else the date of the last change. */
  private static String version(HttpResponse<?> response) {
    String etag = response.headers().firstValue("ETag").orElse("");
    return etag.startsWith("\"") && etag.length() > 2
        ? etag
        : response.headers().firstValue("Last-Modified").orElse("");
  }

  private Outcome receive(PublishedFile file, Part part, InputStream body) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (var guard = new StallGuard(body, settings.stall())) {
      int n;
      while ((n = read(body, buffer, guard)) >= 0) {
        guard.alive();
        if (part.size() + n > file.bytes()) {
          part.startOver();
          return new Outcome.Useless(
              "it sends more than the published %,d bytes".formatted(file.bytes()));
        }
        part.write(ByteBuffer.wrap(buffer, 0, n));
        listener.received(file, part.size());
      }
      if (guard.stalled()) {
        return Outcome.Cut.of("nothing came for " + settings.stall().toSeconds() + " s");
      }
    }
    return part.size() == file.bytes()
        ? new Outcome.Whole()
        : Outcome.Cut.of("the connection ended early");
  }

  /** -1 at the end, be it the file's or that of our patience. */
  private static int read(InputStream body, byte[] buffer, StallGuard guard) throws IOException {
    try {
      return body.read(buffer);
    } catch (IOException e) {
      if (guard.stalled()) {
        return -1;
      }
      throw e;
    }
  }

  /** Seconds or a date; zero without. */
  private static Duration retryAfter(HttpResponse<?> response) {
    String value = response.headers().firstValue("Retry-After").orElse("").strip();
    if (value.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      Instant then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration wait = Duration.between(Instant.now(), then);
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeParseException _) {
      return Duration.ZERO; // none, or one that nobody can read
    }
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.lines().findFirst().orElse("");
  }
}
