package dev.hone.bench.report;

import dev.hone.nn.weights.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures side by side with captions, as one PNG; needs neither screen nor fonts.
 *
 * @param scale each picture's pixel becomes a square this wide
 */
public record PictureGrid(int scale, List<Row> rows) {
  private static final int MARGIN = 16;
  private static final int TEXT = 2;
  private static final int LINE = (PixelFont.HEIGHT + 2) * TEXT;
  private static final int INK = 0x1b2330;
  private static final int PAPER = 0xffffff;

  /** Checks the scale and copies the rows. */
  public PictureGrid {
    rows = List.copyOf(rows);
    if (scale < 1) {
      throw new IllegalArgumentException("picture grid: scale must be at least 1, got " + scale);
    }
    if (rows.isEmpty() || rows.stream().anyMatch(row -> row.cells().isEmpty())) {
      throw new IllegalArgumentException("picture grid: needs a row, and a picture in every row");
    }
  }

  /** A row of pictures under one title. */
  public record Row(String title, List<Cell> cells) {
    /** Copies the cells. */
    public Row {
      cells = List.copyOf(cells);
    }
  }

  /** A picture and the caption lines below it; what is too long for its width is cut. */
  public record Cell(Picture picture, List<String> caption) {
    /** Copies the lines. */
    public Cell {
      caption = List.copyOf(caption);
    }
  }

  /** x, x' and the amplified difference, one row per example. */
  public static PictureGrid of(int scale, List<IcpExample> examples) {
    List<Row> rows = new ArrayList<>();
    for (IcpExample e : examples) {
      String title =
          "%s  Linf %s, L2 %s (%s)"
              .formatted(
                  e.className(), Numbers.plain(e.linf()), Numbers.plain(e.l2()), e.space().label());
      List<String> difference =
          new ArrayList<>(List.of("difference x" + Numbers.plain(e.amplification())));
      if (!e.trace().isEmpty()) {
        difference.add(
            "loss "
                + Numbers.plain(e.trace().getFirst())
                + " > "
                + Numbers.plain(e.trace().getLast()));
      }
      rows.add(
          new Row(
              title,
              List.of(
                  new Cell(e.original(), caption("x", e.before())),
                  new Cell(e.perturbed(), caption("x'", e.after())),
                  new Cell(e.difference(), difference))));
    }
    return new PictureGrid(scale, rows);
  }

  private static List<String> caption(String name, List<IcpExample.ClassProbability> classes) {
    List<String> lines = new ArrayList<>(List.of(name));
    classes.stream()
        .limit(3)
        .forEach(c -> lines.add(Numbers.percent(c.probability()) + " " + c.className()));
    return lines;
  }

  /** Writes the PNG, atomically. */
  public void write(Path file) throws IOException {
    AtomicFile.write(file, png());
  }

  /** The PNG's bytes. */
  public byte[] png() {
    int width = MARGIN;
    int height = MARGIN;
    for (Row row : rows) {
      width = Math.max(width, width(row));
      height += height(row);
    }
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    fill(image, 0, 0, width, height, PAPER);
    int y = MARGIN;
    for (Row row : rows) {
      draw(image, row, y);
      y += height(row);
    }
    return Picture.png(image);
  }

  private int width(Row row) {
    return MARGIN
        + row.cells().stream().mapToInt(cell -> cell.picture().width() * scale + MARGIN).sum();
  }

  private int height(Row row) {
    return LINE
        + tallest(row)
        + row.cells().stream().mapToInt(cell -> cell.caption().size()).max().orElse(0) * LINE
        + MARGIN;
  }

  private int tallest(Row row) {
    return row.cells().stream().mapToInt(cell -> cell.picture().height() * scale).max().orElse(0);
  }

  private void draw(BufferedImage image, Row row, int top) {
    text(image, row.title(), MARGIN, top, image.getWidth() - 2 * MARGIN);
    int left = MARGIN;
    for (Cell cell : row.cells()) {
      Picture picture = cell.picture();
      for (int y = 0; y < picture.height(); y++) {
        for (int x = 0; x < picture.width(); x++) {
          fill(image, left + x * scale, top + LINE + y * scale, scale, scale, picture.rgb(x, y));
        }
      }
      int below = top + LINE + tallest(row) + TEXT * 2;
      for (String line : cell.caption()) {
        text(image, line, left, below, picture.width() * scale);
        below += LINE;
      }
      left += picture.width() * scale + MARGIN;
    }
  }

  private static void text(BufferedImage image, String text, int x, int y, int room) {
    String drawable = PixelFont.drawable(text);
    int letters = Math.max(0, room / (PixelFont.ADVANCE * TEXT));
    String cut =
        drawable.length() <= letters
            ? drawable
            : drawable.substring(0, Math.max(0, letters - 2)) + "..";
    // Under two letters of room not even the dots fit.
    PixelFont.draw(image, letters < 2 ? "" : cut, x, y, TEXT, INK);
  }

  private static void fill(BufferedImage image, int left, int top, int width, int height, int rgb) {
    for (int y = top; y < top + height; y++) {
      for (int x = left; x < left + width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
  }
}
