package dev.hone.datasets.fetch;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Fetches the files of data sets. A file comes into {@code NAME.part}, goes on there after a cut or
 * a kill, and gets its name only when its length and SHA-256 are the published ones; so whatever
 * has a file's name is that file.
 */
public final class Fetcher {
  private static final long SPARE = 16 << 20;

  /** Requests for one file from one mirror, however much each of them brings. */
  private static final int MOST_REQUESTS = 200;

  private final FetchSettings settings;
  private final FetchListener listener;
  private final List<URI> mirrors;
  private final Disk disk;
  private final Pause pause;

  /** Waits between tries; tests do not. */
  interface Pause {
    void rest(Duration wait) throws InterruptedException;
  }

  Fetcher(
      FetchSettings settings, FetchListener listener, List<URI> mirrors, Disk disk, Pause pause) {
    this.settings = settings;
    this.listener = listener;
    this.mirrors = List.copyOf(mirrors);
    this.disk = disk;
    this.pause = pause;
  }

  /** A fetcher from the published mirrors. */
  public static Fetcher of(FetchSettings settings, FetchListener listener) {
    return new Fetcher(settings, listener, List.of(), Disk.REAL, Thread::sleep);
  }

  /**
   * One that asks {@code mirrors} and nobody else, in that order.
   *
   * @param mirrors http or https URLs of folders, or of a set's only file
   */
  public Fetcher from(List<URI> mirrors) {
    for (URI mirror : mirrors) {
      String scheme = String.valueOf(mirror.getScheme());
      if (!scheme.matches("(?i)https?") || mirror.getHost() == null) {
        throw new IllegalArgumentException(
            "mirror: expected an http or https URL, but got '" + mirror + "'");
      }
    }
    return new Fetcher(settings, listener, mirrors, disk, pause);
  }

  /**
   * Fetches what is missing of {@code set} into its folder below {@code root}, and returns its
   * files. Throws a {@link FetchException} that says what to do; what has come by then stays for
   * the next time.
   */
  public List<Path> fetch(Published set, Path root) {
    if (!set.fetchable()) {
      throw new FetchException(set.name() + ": cannot be fetched; " + set.byHand());
    }
    Path folder = set.folderIn(root);
    try {
      Files.createDirectories(folder);
      try (var _ = FolderLock.take(folder, listener);
          HttpClient client = client()) {
        try {
          return fetch(set, folder, new Transfer(client, settings, listener));
        } finally {
          // A response that was given up would hold up an orderly end.
          client.shutdownNow();
        }
      }
    } catch (IOException e) {
      throw new FetchException(
          "%s: cannot be written to (%s: %s); mend that, or name another --data-dir"
              .formatted(folder, e.getClass().getSimpleName(), e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FetchException(
          set.name() + ": stopped; what has come is kept, and the same command goes on", e);
    }
  }

  private HttpClient client() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(settings.connect())
        .build();
  }

  private List<Path> fetch(Published set, Path folder, Transfer transfer)
      throws IOException, InterruptedException {
    var files = new ArrayList<Path>();
    for (PublishedFile file : set.files()) {
      PublishedFile wanted = mirrors.isEmpty() ? file : file.from(mirrors);
      files.add(fetch(set, wanted, folder.resolve(file.name()), transfer));
    }
    return files;
  }

  private Path fetch(Published set, PublishedFile file, Path target, Transfer transfer)
      throws IOException, InterruptedException {
    if (Files.exists(target)) {
      requirePublished(file, target);
      listener.present(target);
      return target;
    }
    var reasons = new ArrayList<String>();
    boolean offline = true;
    try (Part part = Part.open(target, file.bytes(), disk)) {
      requireSpace(file, target, part.size());
      for (URI mirror : file.mirrors()) {
        Outcome outcome = exhaust(file, mirror, part, transfer);
        if (outcome instanceof Outcome.Whole) {
          part.publish();
          listener.finished(target);
          return target;
        }
        String why = outcome.why();
        listener.refused(file, mirror, why);
        reasons.add(mirror.getHost() + ": " + why);
        offline &= outcome instanceof Outcome.Unreachable;
      }
      throw gaveUp(set, file, target, part.size(), offline, reasons);
    }
  }

  /** Asks one mirror until the file is whole and right, or there is no point in asking again. */
  private Outcome exhaust(PublishedFile file, URI mirror, Part part, Transfer transfer)
      throws InterruptedException {
    int failures = 0;
    for (int request = 1; ; request++) {
      long before = part.size();
      Outcome outcome = checked(file, part, transfer, mirror);
      failures = part.size() > before ? 0 : failures + 1;
      // With nothing at hand nobody waits long for a network that is not there.
      boolean deaf = outcome instanceof Outcome.Unreachable && part.size() == 0;
      int most = deaf ? Math.min(2, settings.tries()) : settings.tries();
      Duration asked = outcome instanceof Outcome.Cut cut ? cut.pause() : Duration.ZERO;
      if (outcome instanceof Outcome.Whole
          || outcome instanceof Outcome.Useless
          || failures >= most
          || request >= MOST_REQUESTS
          || asked.compareTo(settings.longestWait()) > 0) {
        return outcome;
      }
      Duration own = settings.wait(Math.max(1, failures));
      Duration wait = asked.compareTo(own) > 0 ? asked : own;
      listener.retrying(file, mirror, outcome.why(), wait);
      pause.rest(wait);
    }
  }

  /**
   * One try. A whole file that is not the published one is emptied; one in pieces may be wrong
   * where they meet, so the mirror gets another try from the start.
   */
  private static Outcome checked(PublishedFile file, Part part, Transfer transfer, URI mirror)
      throws InterruptedException {
    if (part.size() < file.bytes()) {
      Outcome outcome = transfer.attempt(file, mirror, part);
      if (!(outcome instanceof Outcome.Whole)) {
        return outcome;
      }
    }
    String found = part.sha256();
    if (found.equals(file.sha256())) {
      return new Outcome.Whole();
    }
    boolean mixed = part.mixed();
    part.startOver();
    String why = "wrong bytes, SHA-256 " + found + " instead of " + file.sha256();
    return mixed ? Outcome.Cut.of(why) : new Outcome.Useless(why);
  }

  private static void requirePublished(PublishedFile file, Path target) throws IOException {
    if (Files.size(target) != file.bytes() || !Sha256.of(target).equals(file.sha256())) {
      throw new FetchException(
          target
              + ": is there, but is not the published file; look at it with ./hone data verify "
              + target
              + ", and to fetch the published one, move it away or name another --data-dir");
    }
  }

  private void requireSpace(PublishedFile file, Path target, long have) throws IOException {
    Path folder = Objects.requireNonNull(target.getParent());
    long needed = file.bytes() - have;
    long usable = disk.usable(folder);
    if (usable < needed + SPARE) {
      throw new FetchException(
          "%s: %s are needed, but only %s are free in %s; free some, or name another --data-dir"
              .formatted(file.name(), Bytes.words(needed), Bytes.words(usable), folder));
    }
  }

  private static FetchException gaveUp(
      Published set,
      PublishedFile file,
      Path target,
      long kept,
      boolean offline,
      List<String> reasons) {
    return new FetchException(
        "%s: %s (%s)%s; by hand: fetch %s, see that its SHA-256 is %s, and put it into %s"
            .formatted(
                set.name(),
                offline ? "no mirror can be reached" : "no mirror gave " + file.name(),
                String.join("; ", reasons),
                kept == 0 ? "" : "; " + Bytes.words(kept) + " are kept to go on from",
                file.mirrors().getFirst(),
                file.sha256(),
                target.getParent()));
  }
}
