package dev.hone.datasets;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/**
 * Where Hone keeps what can be made or fetched again: the system property {@value #PROPERTY}; else
 * {@code $HONE_CACHE}; else {@code hone} in {@code $XDG_CACHE_HOME} (if that is absolute), in
 * {@code %LOCALAPPDATA%} on Windows, or in {@code ~/.cache}. It may be deleted at any time.
 */
public final class CacheFolder {
  /** The system property that names the folder. */
  public static final String PROPERTY = "hone.cache";

  private CacheFolder() {}

  /** The folder, which need not exist yet. */
  public static Path path() {
    return path(System.getProperties(), System.getenv());
  }

  static Path path(Properties properties, Map<String, String> environment) {
    String own = properties.getProperty(PROPERTY, environment.getOrDefault("HONE_CACHE", ""));
    if (!own.isBlank()) {
      return parse(own);
    }
    // The XDG specification has relative paths ignored.
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (!xdg.isBlank() && parse(xdg).isAbsolute()) {
      return parse(xdg).resolve("hone");
    }
    String system = properties.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String local = environment.getOrDefault("LOCALAPPDATA", "");
    if (system.startsWith("windows") && !local.isBlank()) {
      return parse(local).resolve("hone");
    }
    return parse(properties.getProperty("user.home", ".")).resolve(".cache").resolve("hone");
  }

  private static Path parse(String path) {
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw DatasetException.of(
          "cache folder", "a path", "'" + path + "'", "correct HONE_CACHE or -D" + PROPERTY);
    }
  }
}
