package dev.hone.bench.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The lines of {@code --version}. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    return new String[] {"Hone " + hone(), "JDK " + jdk(), "Vectors: " + Devices.vectors()};
  }

  static String hone() throws IOException {
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IOException("version.properties is missing beside " + Version.class.getName());
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    }
  }

  static String jdk() {
    return "%s (%s, %s)"
        .formatted(
            Runtime.version(), System.getProperty("java.vendor"), System.getProperty("java.home"));
  }
}
