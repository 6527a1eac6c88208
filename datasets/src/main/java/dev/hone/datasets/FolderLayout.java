package dev.hone.datasets;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the paths of image files say: {@code class/image}, or {@code train/class/image} with {@code
 * test}, {@code val} or {@code validation} beside it. One folder around it all counts for nothing.
 *
 * <p>Without such folders a fifth of each class, rounded, is the test split: the images whose
 * {@code class/image} has the smallest SHA-256. This depends on nothing but the names; a new image
 * changes places with one other at most.
 *
 * @param entries by class and name
 * @param rule how the images were split, as a sentence
 */
record FolderLayout(List<ImageEntry> entries, List<String> classNames, String rule) {
  private static final Set<String> TEST_FOLDERS = Set.of("test", "val", "validation");
  private static final int TEST_PART = 5;
  private static final String LAYOUT = "folder/class/image.jpg or folder/train/class/image.jpg";

  /** An image's place: the folder of its split, if there is one, its class and its name. */
  private record Placed(String split, String className, String name, ImageFiles.Found found) {
    String key() {
      return className + "/" + name;
    }
  }

  static FolderLayout of(ImageFiles files, List<ImageFiles.Found> found) {
    String place = files.place().toString();
    if (found.isEmpty()) {
      throw problem(place, "no .jpg, .jpeg or .png in it");
    }
    int wrapping = wrapping(found);
    var placed = new ArrayList<Placed>();
    for (ImageFiles.Found one : found) {
      List<String> parts = List.of(one.path().split("/"));
      parts = parts.subList(wrapping, parts.size());
      switch (parts.size()) {
        case 2 -> placed.add(new Placed("", parts.get(0), parts.get(1), one));
        case 3 -> placed.add(new Placed(parts.get(0), parts.get(1), parts.get(2), one));
        default -> throw problem(place, "'" + one.path() + "'");
      }
    }
    Set<String> splits = new TreeSet<>();
    placed.forEach(one -> splits.add(one.split()));
    return splits.equals(Set.of("")) ? byHash(placed) : byFolder(place, placed, splits);
  }

  /** How many folders surround everything, of which none is a class or a split. */
  private static int wrapping(List<ImageFiles.Found> found) {
    int wrapping = 0;
    while (true) {
      Set<String> names = new TreeSet<>();
      for (ImageFiles.Found one : found) {
        String[] parts = one.path().split("/");
        if (parts.length - wrapping < 3) {
          return wrapping;
        }
        names.add(parts[wrapping]);
        if (names.size() > 1) {
          return wrapping;
        }
      }
      if (names.contains("train") || names.stream().anyMatch(TEST_FOLDERS::contains)) {
        return wrapping;
      }
      wrapping++;
    }
  }

  private static FolderLayout byFolder(String place, List<Placed> placed, Set<String> splits) {
    if (splits.contains("")) {
      throw problem(place, "images at different depths");
    }
    var tests = new TreeSet<>(splits);
    tests.remove("train");
    if (!TEST_FOLDERS.containsAll(tests)) {
      tests.removeAll(TEST_FOLDERS);
      throw problem(place, "'" + tests.getFirst() + "' between the folder and the classes");
    }
    if (tests.size() > 1) {
      throw problem(place, "several test splits, " + String.join(" and ", tests));
    }
    List<String> classes = classes(placed);
    var entries = new ArrayList<ImageEntry>();
    for (Placed one : placed) {
      entries.add(entry(one, classes, one.split().equals("train") ? Split.TRAIN : Split.TEST));
    }
    return new FolderLayout(
        entries, classes, "split by its folders " + String.join(" and ", splits));
  }

  private static FolderLayout byHash(List<Placed> placed) {
    Map<String, List<Placed>> ofClass = new TreeMap<>();
    for (Placed one : placed) {
      ofClass.computeIfAbsent(one.className(), name -> new ArrayList<>()).add(one);
    }
    Set<String> test = new TreeSet<>();
    for (List<Placed> members : ofClass.values()) {
      members.stream()
          .map(Placed::key)
          .sorted(Comparator.comparing(FolderLayout::hash))
          .limit(Math.round((double) members.size() / TEST_PART))
          .forEach(test::add);
    }
    List<String> classes = List.copyOf(ofClass.keySet());
    var entries = new ArrayList<ImageEntry>();
    for (Placed one : placed) {
      Split split = test.contains(one.key()) ? Split.TEST : Split.TRAIN;
      entries.add(entry(one, classes, split));
    }
    return new FolderLayout(
        entries,
        classes,
        "no split is published, so a fifth of each class, chosen by the hash of its names, is the"
            + " test split");
  }

  private static List<String> classes(List<Placed> placed) {
    Set<String> names = new TreeSet<>();
    placed.forEach(one -> names.add(one.className()));
    return List.copyOf(names);
  }

  private static ImageEntry entry(Placed one, List<String> classes, Split split) {
    int label = Collections.binarySearch(classes, one.className());
    return new ImageEntry(one.found().path(), one.found().stamp(), label, split, new Crop.Centre());
  }

  private static String hash(String key) {
    return HexFormat.of().formatHex(sha256().digest(key.getBytes(StandardCharsets.UTF_8)));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static DatasetException problem(String place, String found) {
    return DatasetException.of(
        place, "images as " + LAYOUT, found, "put each class's images into a folder of its own");
  }
}
