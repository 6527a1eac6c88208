package dev.hone.nn.weights;

import dev.hone.nn.weights.Pickled.Dictionary;
import dev.hone.nn.weights.Pickled.Items;
import dev.hone.nn.weights.Pickled.Named;
import dev.hone.nn.weights.Pickled.Other;
import dev.hone.nn.weights.Pickled.Stored;
import dev.hone.nn.weights.Pickled.Text;
import dev.hone.nn.weights.Pickled.View;
import dev.hone.nn.weights.Pickled.Whole;
import dev.hone.tensor.Shape;
import dev.hone.tensor.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a {@link PickleGlobal} makes of its arguments, and what a persistent id stands for. */
final class PickleCalls {
  /** By key; a pickle says of each tensor again how large its storage is. */
  private final Map<String, Stored> storages = new HashMap<>();

  /** The storages named so far, whole, by key. */
  Map<String, Stored> storages() {
    return storages;
  }

  /** The result of {@code function(arguments...)}. */
  Pickled call(PickleGlobal function, Items arguments) {
    return switch (function) {
      case ORDERED_DICT, COUNTER -> dictionary(function, arguments);
      case SIZE, RESTORE_TYPE_TAG -> argument(function, arguments, 0);
      case DEVICE -> new Other("a device");
      case PARAMETER, REBUILD_PARAMETER -> view(function, argument(function, arguments, 0));
      case REBUILD_TENSOR, REBUILD_TENSOR_V2 -> tensor(function, arguments);
      case DOUBLE_STORAGE,
          FLOAT_STORAGE,
          HALF_STORAGE,
          BFLOAT16_STORAGE,
          LONG_STORAGE,
          INT_STORAGE,
          SHORT_STORAGE,
          CHAR_STORAGE,
          BYTE_STORAGE,
          BOOL_STORAGE ->
          throw PickleException.refused("a call of " + function.qualified());
    };
  }

  private static Pickled argument(PickleGlobal function, Items arguments, int at) {
    if (at >= arguments.items.size()) {
      throw PickleException.damaged(
          function.qualified() + " has " + arguments.items.size() + " arguments");
    }
    return arguments.items.get(at);
  }

  private static View view(PickleGlobal function, Pickled value) {
    if (value instanceof View view) {
      return view;
    }
    throw PickleException.damaged(function.qualified() + " got " + value.word());
  }

  /** Python 3 fills it afterwards; Python 2 gave a list of pairs. A counter's counts are unused. */
  private static Dictionary dictionary(PickleGlobal function, Items arguments) {
    var dictionary = new Dictionary();
    if (function == PickleGlobal.ORDERED_DICT && !arguments.items.isEmpty()) {
      if (!(arguments.items.getFirst() instanceof Items pairs)) {
        throw PickleException.damaged(
            function.qualified() + " got " + arguments.items.getFirst().word());
      }
      for (Pickled pair : pairs.items) {
        if (!(pair instanceof Items two) || two.items.size() != 2) {
          throw PickleException.damaged(function.qualified() + " got something that is no pair");
        }
        put(dictionary, two.items.get(0), two.items.get(1));
      }
    }
    return dictionary;
  }

  /** Sets an entry; names are given once. */
  static void put(Dictionary dictionary, Pickled key, Pickled value) {
    if (!(key instanceof Text(String name))) {
      dictionary.unnamed++;
    } else if (dictionary.entries.putIfAbsent(name, value) != null) {
      throw PickleException.damaged("the name " + name + " is given twice");
    }
  }

  /** {@code (storage, offset, size, strides, ...)}; what follows is about gradients. */
  private static View tensor(PickleGlobal function, Items arguments) {
    if (!(argument(function, arguments, 0) instanceof Stored storage)
        || !(argument(function, arguments, 1) instanceof Whole(long offset))
        || !(argument(function, arguments, 2) instanceof Items size)
        || !(argument(function, arguments, 3) instanceof Items steps)) {
      throw PickleException.damaged(function.qualified() + " has arguments of other kinds");
    }
    if (size.items.size() > Shape.MAX_RANK || steps.items.size() != size.items.size()) {
      throw PickleException.damaged(
          "a tensor has %d extents and %d strides, but at most %d are held, and as many of both"
              .formatted(size.items.size(), steps.items.size(), Shape.MAX_RANK));
    }
    List<Long> extents = numbers(size);
    List<Long> strides = numbers(steps);
    Shape shape = shape(extents);
    if (offset < 0 || (shape.size() > 0 && last(offset, shape, strides) >= storage.count())) {
      throw PickleException.damaged(
          "a tensor of shape %s, strides %s and offset %d lies outside its storage of %d elements"
              .formatted(shape, strides, offset, storage.count()));
    }
    return new View(storage, offset, shape, strides);
  }

  private static List<Long> numbers(Items items) {
    var numbers = new ArrayList<Long>();
    for (Pickled item : items.items) {
      if (!(item instanceof Whole(long number)) || number < 0) {
        throw PickleException.damaged("a tensor's extents or strides are not all sizes");
      }
      numbers.add(number);
    }
    return List.copyOf(numbers);
  }

  private static Shape shape(List<Long> extents) {
    try {
      return Shape.of(extents.stream().mapToInt(Math::toIntExact).toArray());
    } catch (ArithmeticException | ShapeException _) {
      throw PickleException.damaged("a tensor's shape " + extents + " is too large");
    }
  }

  /** The storage's element that the tensor's last one is; no tensor's is the largest number. */
  private static long last(long offset, Shape shape, List<Long> strides) {
    try {
      long last = offset;
      for (int axis = 0; axis < shape.rank(); axis++) {
        long way = Math.multiplyExact(strides.get(axis), shape.dim(axis) - 1L);
        last = Math.addExact(last, way);
      }
      return last;
    } catch (ArithmeticException _) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * {@code ('storage', type, key, location, elements)}, in the older format with a sixth that is
   * None or {@code (key, first, count)} of a part.
   */
  Stored persistent(Pickled id) {
    if (!(id instanceof Items parts) || parts.items.size() < 5 || parts.items.size() > 6) {
      throw PickleException.refused("a persistent id that is " + id.word());
    }
    List<Pickled> p = parts.items;
    if (!(p.get(0) instanceof Text(String kind)) || !kind.equals("storage")) {
      throw PickleException.refused("a persistent id of another kind than 'storage'");
    }
    if (!(p.get(1) instanceof Named(PickleGlobal global))
        || global.type().isEmpty()
        || !(p.get(2) instanceof Text(String key))
        || !(p.get(4) instanceof Whole(long elements))) {
      throw PickleException.damaged("a storage's id has parts of other kinds");
    }
    var whole = new Stored(global.type().get(), key, elements, 0, elements);
    // Compared with what is there before any of it is read.
    if (elements < 0 || elements > Integer.MAX_VALUE - 16) {
      throw PickleException.damaged(
          "storage %s would have %d elements, and a part holds at most 2^31 - 17"
              .formatted(key, elements));
    }
    Stored before = storages.putIfAbsent(key, whole);
    if (before != null && !before.equals(whole)) {
      throw PickleException.damaged(
          "storage %s has %d elements of %s in one place and %d of %s in another"
              .formatted(key, before.elements(), before.type(), elements, whole.type()));
    }
    return p.size() == 6 && p.get(5) instanceof Items part ? part(whole, part) : whole;
  }

  private static Stored part(Stored whole, Items part) {
    if (part.items.size() != 3
        || !(part.items.get(1) instanceof Whole(long first))
        || !(part.items.get(2) instanceof Whole(long count))
        || first < 0
        || count < 0
        || first > whole.elements() - count) {
      throw PickleException.damaged(
          "a part of storage " + whole.key() + " does not lie in its elements");
    }
    return new Stored(whole.type(), whole.key(), whole.elements(), first, count);
  }
}
