package dev.hone.kernels.cudnn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a library knows of the handles and descriptors that were made: those in use, what they were
 * set to, and those that are gone. Where the library would end the process, this fails the test.
 */
final class FakeDescriptors {
  static final int OK = 0;
  static final int BAD_PARAMETER = 2000;

  private final Map<Object, int[]> live = new IdentityHashMap<>();
  private final Set<Object> gone = Collections.newSetFromMap(new IdentityHashMap<>());

  int create(Object d) {
    if (live.put(d, new int[0]) != null) {
      throw new AssertionError("created twice: " + d.getClass().getSimpleName());
    }
    return OK;
  }

  /** All numbers from {@code first} on must be positive. */
  int set(Object d, int first, int... values) {
    require(d);
    for (int i = first; i < values.length; i++) {
      if (values[i] < 1) {
        return BAD_PARAMETER;
      }
    }
    live.put(d, values);
    return OK;
  }

  /** What {@code d} was set to. */
  int[] get(Object d) {
    require(d);
    int[] values = live.getOrDefault(d, new int[0]);
    if (values.length == 0) {
      throw new AssertionError("used before it was set: " + d.getClass().getSimpleName());
    }
    return values;
  }

  void require(Object d) {
    if (!live.containsKey(d)) {
      throw new AssertionError(
          (gone.contains(d) ? "used after it was destroyed: " : "never created: ")
              + d.getClass().getSimpleName());
    }
  }

  int destroy(Object d) {
    require(d);
    live.remove(d);
    gone.add(d);
    return OK;
  }

  /** The kinds that were not destroyed. */
  List<String> leaked() {
    var names = new ArrayList<String>();
    live.keySet().forEach(d -> names.add(d.getClass().getSimpleName()));
    Collections.sort(names);
    return names;
  }
}
