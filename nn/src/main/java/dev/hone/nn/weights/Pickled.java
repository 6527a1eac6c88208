package dev.hone.nn.weights;

import dev.hone.nn.weights.Safetensors.Type;
import dev.hone.tensor.Shape;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value that a pickle holds, as inert data: whatever the pickle asks for, there is nothing here
 * that could run. Lists and dictionaries may contain themselves, as in Python; nothing here walks
 * through them, and they are compared by identity.
 */
sealed interface Pickled {
  /** A whole number of up to 64 bits. */
  record Whole(long value) implements Pickled {}

  /** A larger one. */
  record Large(BigInteger value) implements Pickled {}

  record Real(double value) implements Pickled {}

  record Text(String value) implements Pickled {}

  /** What is of no use for weights, such as None, a device or a byte string. */
  record Other(String what) implements Pickled {}

  /** One of the few classes and functions that may be named. */
  record Named(PickleGlobal global) implements Pickled {}

  /**
   * Memory that tensors look at.
   *
   * @param key its name in the file
   * @param elements of the whole of it, as the pickle has it
   * @param first the element of the whole at which the part meant here begins
   * @param count of the elements of that part
   */
  record Stored(Type type, String key, long elements, long first, long count) implements Pickled {}

  /**
   * A tensor; element {@code [i, j, ...]} of it is the storage's number {@code offset + i *
   * strides[0] + j * strides[1] + ...}, which was checked to exist for every one of them.
   */
  record View(Stored storage, long offset, Shape shape, List<Long> strides) implements Pickled {
    /** Whether its elements lie in a row, the last axis innermost. */
    boolean contiguous() {
      long expected = 1;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        if (shape.dim(axis) != 1 && strides.get(axis) != expected) {
          return false;
        }
        expected *= shape.dim(axis);
      }
      return true;
    }

    /** The bytes that its elements take in a row. */
    long bytes() {
      return (long) shape.size() * storage.type().bytes;
    }
  }

  /** A list or a tuple. */
  final class Items implements Pickled {
    final boolean tuple;
    final List<Pickled> items;

    Items(boolean tuple, List<Pickled> items) {
      this.tuple = tuple;
      this.items = items;
    }

    static Items list() {
      return new Items(false, new ArrayList<>());
    }
  }

  /** A dictionary: its entries with text for a key, in order, and how many others there were. */
  final class Dictionary implements Pickled {
    final Map<String, Pickled> entries = new LinkedHashMap<>();
    int unnamed;

    /** The entries that are tensors. */
    Map<String, View> views() {
      var views = new LinkedHashMap<String, View>();
      entries.forEach((name, value) -> {
        if (value instanceof View view) {
          views.put(name, view);
        }
      });
      return views;
    }
  }

  /** What it is, in a word for an error. */
  default String word() {
    return switch (this) {
      case Whole _, Large _, Real _ -> "a number";
      case Text _ -> "a text";
      case Other other -> other.what;
      case Named named -> named.global.qualified();
      case Stored _ -> "a storage";
      case View _ -> "a tensor";
      case Items items -> items.tuple ? "a tuple" : "a list";
      case Dictionary _ -> "a dictionary";
    };
  }
}
