package dev.hone.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the records of a split's files. The files may come in any order (an archive's members
 * do); the images are numbered in the order of the published names all the same.
 */
final class CifarRecords {
  private final CifarLayout layout;
  private final List<String> files;
  private final int maxRecords;
  private final ImageStore store = new ImageStore(CifarLayout.IMAGE_BYTES);
  private final List<int[]> rowsOfFile;
  private byte[] coarseOrOnly = new byte[1024];
  private byte[] fine = new byte[1024];

  CifarRecords(CifarLayout layout, List<String> files, int maxRecords) {
    this.layout = layout;
    this.files = files;
    this.maxRecords = maxRecords;
    this.rowsOfFile = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      rowsOfFile.add(new int[0]);
    }
  }

  /** Reads all records of {@code data}; {@code file} ends in one of the files' names. */
  void read(String file, InputStream data) throws IOException {
    int first = store.count();
    int labels = layout.labelBounds().size();
    byte[] record = new byte[labels + CifarLayout.IMAGE_BYTES];
    int n = 0;
    for (int got; (got = data.readNBytes(record, 0, record.length)) > 0; n++) {
      if (got < record.length) {
        throw DatasetException.of(
            file,
            "whole records of " + record.length + " bytes",
            n + " records and " + got + " bytes more",
            "the file is cut short or foreign, so fetch the archive again");
      }
      if (n == maxRecords) {
        throw problem(file, "at most " + maxRecords + " records", "more");
      }
      checkLabels(file, record, n);
      append(record, labels);
    }
    if (n == 0) {
      throw problem(file, "at least one record of " + record.length + " bytes", "an empty file");
    }
    int[] rows = new int[n];
    Arrays.setAll(rows, i -> first + i);
    rowsOfFile.set(indexOf(file), rows);
  }

  private void checkLabels(String file, byte[] record, int n) {
    for (int l = 0; l < layout.labelBounds().size(); l++) {
      int label = record[l] & 0xFF;
      int bound = layout.labelBounds().get(l);
      if (label >= bound) {
        throw problem(file, "labels in [0, " + bound + ")", "label " + label + " in record " + n);
      }
    }
  }

  private void append(byte[] record, int labels) {
    int row = store.count();
    if (row == coarseOrOnly.length) {
      coarseOrOnly = Arrays.copyOf(coarseOrOnly, 2 * row);
      fine = Arrays.copyOf(fine, 2 * row);
    }
    coarseOrOnly[row] = record[0];
    fine[row] = record[labels - 1];
    store.add(record, labels);
  }

  private int indexOf(String file) {
    for (int i = 0; i < files.size(); i++) {
      if (file.endsWith(files.get(i))) {
        return i;
      }
    }
    throw new IllegalStateException(file + " is none of " + files);
  }

  private static DatasetException problem(String file, String expected, String found) {
    return DatasetException.of(
        file, expected, found, "is this the binary version? fetch the archive again");
  }

  /** The images with their only, fine or coarse labels. */
  ImageDataset dataset(
      String name, List<String> classNames, Normalization normalization, boolean coarse) {
    int[] rows = new int[store.count()];
    int[] labels = new int[store.count()];
    int i = 0;
    for (int[] ofFile : rowsOfFile) {
      for (int row : ofFile) {
        rows[i] = row;
        labels[i++] = coarse ? coarseOrOnly[row] : fine[row];
      }
    }
    return new ImageDataset(
        name,
        CifarLayout.CHANNELS,
        CifarLayout.SIDE,
        CifarLayout.SIDE,
        classNames,
        normalization,
        store,
        rows,
        labels);
  }
}
