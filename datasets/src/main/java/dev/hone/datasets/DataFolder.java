package dev.hone.datasets;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Where fetched data sets lie when nobody says where: a folder for each set below one root.
 *
 * <p>The root is {@code $HONE_CACHE/data}, or {@code hone/data} in {@code $XDG_CACHE_HOME}, {@code
 * %LOCALAPPDATA%} or {@code ~/.cache}, whichever is the first that is there.
 */
public final class DataFolder {
  private DataFolder() {}

  /** The root on this machine. */
  public static Path root() {
    return root(System.getenv(), System.getProperty("user.home"), System.getProperty("os.name"));
  }

  static Path root(Map<String, String> environment, String home, String system) {
    String own = environment.getOrDefault("HONE_CACHE", "");
    if (!own.isEmpty()) {
      return Path.of(own).resolve("data");
    }
    // The XDG specification has relative paths ignored.
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    if (!xdg.isEmpty() && Path.of(xdg).isAbsolute()) {
      return Path.of(xdg, "hone", "data");
    }
    String local = environment.getOrDefault("LOCALAPPDATA", "");
    if (system.toLowerCase(Locale.ROOT).startsWith("windows") && !local.isEmpty()) {
      return Path.of(local, "hone", "data");
    }
    return Path.of(home, ".cache", "hone", "data");
  }

  /**
   * Where {@code root} holds the set {@code name}: its own folder below {@code root} if there is
   * one, else {@code root} itself, which is what people give who have nothing but one archive.
   */
  public static Path of(Path root, String name) {
    Path own = root.resolve(name);
    return Files.isDirectory(own) ? own : root;
  }
}
