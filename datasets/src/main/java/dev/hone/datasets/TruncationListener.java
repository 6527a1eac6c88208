package dev.hone.datasets;

import java.io.IOException;
import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/**
 * Hears a reader's warnings. A JPEG that is cut short is no error to ImageIO: it fills what is
 * missing with grey and warns. Other warnings (stray bytes, odd tags) leave the picture whole.
 */
final class TruncationListener implements IIOReadWarningListener {
  private String heard = "";

  @Override
  public void warningOccurred(ImageReader source, String warning) {
    String lower = warning.toLowerCase(Locale.ROOT);
    if (lower.contains("premature end") || lower.contains("truncated")) {
      heard = warning;
    }
  }

  void requireWhole() throws IOException {
    if (!heard.isEmpty()) {
      throw new IOException("one that is cut short (" + heard + ")");
    }
  }
}
