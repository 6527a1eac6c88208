package dev.hone.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The text files of CUB-200-2011, held against each other. Each line starts with the number of an
 * image (or of a class, in {@code classes.txt}), from 1 on.
 *
 * @param classNames as published, such as {@code 001.Black_footed_Albatross}
 */
record CubIndex(List<Image> images, List<String> classNames) {
  /** The folder of the image files, each in the folder of its class. */
  static final String FOLDER = "images";

  static final String IMAGES = "images.txt";
  private static final String LABELS = "image_class_labels.txt";
  private static final String SPLIT = "train_test_split.txt";
  private static final String BOXES = "bounding_boxes.txt";
  private static final String CLASSES = "classes.txt";

  static final List<String> FILES = List.of(IMAGES, LABELS, SPLIT, BOXES, CLASSES);

  /** The largest as published has 0.8 MB. */
  static final int MAX_TEXT_BYTES = 8 << 20;

  private static final String WAY_OUT = "fetch the archive as published again";

  /** One image; its box in pixels. */
  record Image(
      String path, int label, Split split, double left, double top, double width, double height) {}

  /**
   * @param prefix of the files' names in errors
   * @param texts the contents of {@link #FILES} by their names
   */
  static CubIndex parse(String prefix, Map<String, String> texts) {
    List<String[]> classes = rows(prefix, texts, CLASSES, 1);
    List<String[]> paths = rows(prefix, texts, IMAGES, 1);
    List<String[]> labels = rows(prefix, texts, LABELS, 1);
    List<String[]> splits = rows(prefix, texts, SPLIT, 1);
    List<String[]> boxes = rows(prefix, texts, BOXES, 4);
    requireSame(prefix + LABELS, paths.size(), labels.size());
    requireSame(prefix + SPLIT, paths.size(), splits.size());
    requireSame(prefix + BOXES, paths.size(), boxes.size());
    List<String> names = classes.stream().map(row -> row[0]).toList();
    var images = new ArrayList<Image>();
    for (int i = 0; i < paths.size(); i++) {
      int id = i + 1;
      int label = label(prefix, id, labels.get(i)[0], names.size());
      String path = path(prefix, id, paths.get(i)[0], names.get(label));
      images.add(image(prefix, id, path, label, splits.get(i)[0], boxes.get(i)));
    }
    return new CubIndex(List.copyOf(images), names);
  }

  private static Image image(
      String prefix, int id, String path, int label, String split, String[] box) {
    if (!split.equals("0") && !split.equals("1")) {
      throw problem(prefix + SPLIT, "0 or 1 for each image", "'" + split + "' for image " + id);
    }
    double[] numbers = new double[4];
    for (int i = 0; i < 4; i++) {
      try {
        numbers[i] = Double.parseDouble(box[i]);
      } catch (NumberFormatException e) {
        numbers[i] = Double.NaN;
      }
      // Beyond a million pixels the decoder's bounds would refuse the image anyhow.
      if (!(Math.abs(numbers[i]) <= 1e6) || (i >= 2 && numbers[i] <= 0)) {
        throw problem(
            prefix + BOXES,
            "left, top, width and height in pixels",
            "'" + String.join(" ", box) + "' for image " + id);
      }
    }
    return new Image(
        path,
        label,
        split.equals("1") ? Split.TRAIN : Split.TEST,
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3]);
  }

  private static int label(String prefix, int id, String text, int classes) {
    int label = number(text);
    if (label < 1 || label > classes) {
      throw problem(
          prefix + LABELS,
          "classes from 1 to " + classes + ", as " + CLASSES + " has them",
          "'" + text + "' for image " + id);
    }
    return label - 1;
  }

  private static String path(String prefix, int id, String path, String className) {
    String name = path.substring(path.indexOf('/') + 1);
    if (!path.equals(className + "/" + name)
        || name.isEmpty()
        || name.startsWith(".")
        || name.indexOf('/') >= 0
        || name.indexOf('\\') >= 0
        || className.startsWith(".")) {
      throw problem(
          prefix + IMAGES,
          "image " + id + " in the folder of its class, " + className,
          "'" + path + "'");
    }
    return path;
  }

  private static void requireSame(String file, int expected, int found) {
    if (expected != found) {
      throw problem(
          file, "a line for each of the " + expected + " images of " + IMAGES, found + " lines");
    }
  }

  /**
   * The fields behind the number of each line, by number; the numbers are 1, 2, ... in any order.
   */
  private static List<String[]> rows(
      String prefix, Map<String, String> texts, String file, int fields) {
    var rows = new TreeMap<Integer, String[]>();
    List<String> lines = texts.getOrDefault(file, "").lines().filter(l -> !l.isBlank()).toList();
    for (String line : lines) {
      String[] parts = line.strip().split("\\s+");
      int id = number(parts[0]);
      if (parts.length != fields + 1 || id < 1) {
        throw problem(
            prefix + file,
            "lines of a number and " + fields + " field(s)",
            "'" + line.substring(0, Math.min(80, line.length())) + "'");
      }
      if (rows.put(id, Arrays.copyOfRange(parts, 1, parts.length)) != null) {
        throw problem(prefix + file, "a line for each number", "two for " + id);
      }
    }
    if (rows.isEmpty() || rows.lastKey() != rows.size()) {
      throw problem(
          prefix + file,
          "the numbers from 1 on, none left out",
          rows.isEmpty() ? "none" : rows.size() + " lines up to " + rows.lastKey());
    }
    return List.copyOf(rows.values());
  }

  /** A whole number, or -1. */
  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static DatasetException problem(String file, String expected, String found) {
    return DatasetException.of(file, expected, found, WAY_OUT);
  }

  static String text(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw problem(file.toString(), "all text files of the data set", "this one missing");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return text(file.toString(), in);
    }
  }

  /** Bytes that are no UTF-8 become replacement characters, which then match nothing. */
  static String text(String name, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(MAX_TEXT_BYTES + 1);
    if (bytes.length > MAX_TEXT_BYTES) {
      throw problem(name, "at most " + MAX_TEXT_BYTES + " bytes", "more");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * The images to read.
   *
   * @param stamps of the files by their paths, or empty if something else tells that they changed
   */
  List<ImageEntry> entries(double margin, Map<String, String> stamps) {
    var entries = new ArrayList<ImageEntry>();
    for (Image image : images) {
      String stamp = stamps.getOrDefault(image.path(), "");
      var crop =
          new Crop.AroundBox(image.left(), image.top(), image.width(), image.height(), margin);
      entries.add(new ImageEntry(image.path(), stamp, image.label(), image.split(), crop));
    }
    return entries;
  }
}
