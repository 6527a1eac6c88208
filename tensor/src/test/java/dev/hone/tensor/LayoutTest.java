package dev.hone.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.tensor.reference.ReferenceBackend;
import java.util.Arrays;
import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutTest {
  private static Tensor counting(int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Tensor.of(ReferenceBackend.float32(), shape, values);
  }

  @Test
  void rowMajorStridesAndPositions() {
    var layout = Layout.Strided.contiguous(Shape.of(2, 3, 4));
    assertArrayEquals(new int[] {12, 4, 1}, layout.strides());
    assertEquals(12 + 8 + 3, layout.position(1, 2, 3));
    assertEquals(4, layout.stride(-2));
    assertTrue(layout.isContiguous());
    assertEquals(layout, Layout.Strided.contiguous(Shape.of(2, 3, 4)));
    assertNotEquals(layout, layout.slice(0, 1, 2, 1));
  }

  @Test
  void contiguityLooksAtExtentsAboveOneOnly() {
    var layout = Layout.Strided.contiguous(Shape.of(4, 1, 3));
    assertTrue(layout.slice(0, 1, 3, 1).isContiguous());
    assertTrue(layout.permute(1, 0, 2).isContiguous());
    assertFalse(layout.permute(2, 1, 0).isContiguous());
    assertFalse(layout.slice(2, 0, 2, 1).isContiguous());
    assertFalse(layout.slice(0, 0, 4, 2).isContiguous());
    assertTrue(layout.slice(0, 0, 0, 1).permute(2, 1, 0).isContiguous());
    assertFalse(Layout.Strided.contiguous(Shape.of(3)).expand(Shape.of(2, 3)).isContiguous());
  }

  @Test
  void viewsMoveNoDataAndAReshapeThatNeedsACopyMakesOne() {
    Tensor x = counting(4, 6);
    Tensor view = x.transpose().slice(0, 1, 5, 2).unsqueeze(0).expand(Shape.of(3, 2, 4));
    assertNotEquals(x.storage(), counting(4, 6).storage());
    assertSame(x.storage(), x.transpose().storage());
    assertSame(x.storage(), x.reshape(2, 12).storage());
    assertSame(x.storage(), x.slice(0, 1, 3).reshape(-1).storage());
    Tensor copied = x.transpose().reshape(24);
    assertNotEquals(x.storage(), copied.storage());
    assertArrayEquals(new float[] {0, 6, 12, 18, 1, 7}, Arrays.copyOf(copied.toFloats(), 6));
    assertArrayEquals(new float[] {1, 7, 13, 19, 3, 9, 15, 21}, view.slice(0, 2, 3).toFloats());
  }

  /** Chains of views against arrays that hold, for each element, which one it was at first. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void chainsOfViewsAgreeWithIndexArithmetic(long seed) {
    var philox = new Philox(seed, 4);
    Tensor x = counting(3, 4, 2, 5);
    var model = new IndexModel(new int[] {3, 4, 2, 5}, x.toFloats());
    for (int step = 0; step < 8; step++) {
      int draw = step * 8;
      int axis = model.dims.length == 0 ? 0 : philox.below(model.dims.length, draw + 1);
      switch (philox.below(4, draw)) {
        case 0 -> {
          int[] axes = philox.split(draw).permutation(model.dims.length);
          x = x.permute(axes);
          model = model.permute(axes);
        }
        case 1 -> {
          int from = philox.below(model.dims[axis] + 1, draw + 2) / 2;
          int by = 1 + philox.below(2, draw + 3);
          x = x.slice(axis, from, model.dims[axis], by);
          model = model.slice(axis, from, by);
        }
        case 2 -> {
          if (model.dims[axis] == 1) {
            int[] to = model.dims.clone();
            to[axis] = 3;
            x = x.expand(Shape.of(to));
            model = model.repeat(axis, 3);
          }
        }
        default -> {
          x = x.reshape(x.shape().dim(0), -1, 1, x.shape().dim(-1));
          model = model.reshape(x.shape().dims());
        }
      }
      assertEquals(Shape.of(model.dims), x.shape());
      assertArrayEquals(model.values, x.toFloats());
    }
  }

  /** Views by brute force: new arrays, filled index by index. */
  private static final class IndexModel {
    final int[] dims;
    final float[] values;

    IndexModel(int[] dims, float[] values) {
      this.dims = dims;
      this.values = values;
    }

    private interface Source {
      void of(int[] index);
    }

    /** Element {@code index} of the result is the element that {@code source} turns it into. */
    private IndexModel from(int[] to, Source source) {
      float[] out = new float[Shape.of(to).size()];
      for (int e = 0; e < out.length; e++) {
        int[] index = new int[to.length];
        int rest = e;
        for (int a = to.length - 1; a >= 0; a--) {
          index[a] = rest % to[a];
          rest /= to[a];
        }
        source.of(index);
        int position = 0;
        for (int a = 0; a < dims.length; a++) {
          position = position * dims[a] + index[a];
        }
        out[e] = values[position];
      }
      return new IndexModel(to, out);
    }

    IndexModel permute(int[] axes) {
      int[] to = new int[dims.length];
      for (int a = 0; a < to.length; a++) {
        to[a] = dims[axes[a]];
      }
      return from(
          to,
          index -> {
            int[] moved = index.clone();
            for (int a = 0; a < axes.length; a++) {
              index[axes[a]] = moved[a];
            }
          });
    }

    IndexModel slice(int axis, int from, int by) {
      int[] to = dims.clone();
      to[axis] = 0;
      for (int i = from; i < dims[axis]; i += by) {
        to[axis]++;
      }
      return from(to, index -> index[axis] = from + index[axis] * by);
    }

    IndexModel repeat(int axis, int times) {
      int[] to = dims.clone();
      to[axis] = times;
      return from(to, index -> index[axis] = 0);
    }

    IndexModel reshape(int[] to) {
      return new IndexModel(to, values);
    }
  }

  @Test
  void batchLanesPutOneImageIntoEachLane() {
    var layout = new Layout.BatchLanes(Shape.of(5, 3, 2, 4), 4);
    assertEquals(2, layout.groups());
    assertEquals(3 * 2 * 4 * 4, layout.groupLength());
    int start = Layout.BatchLanes.START;
    assertEquals(64, 16 + 4 * start); // an array's header and what is left free: a cache line
    assertEquals(start + 2 * 96, layout.length());
    assertEquals(start, layout.start(0));
    assertEquals(start + 96, layout.start(1));
    assertEquals(start, layout.position(0, 0, 0, 0));
    assertEquals(start + 3, layout.position(3, 0, 0, 0)); // the next image, in the next lane
    assertEquals(start + 4, layout.position(0, 1, 0, 0)); // the next channel, one vector on
    assertEquals(start + 3 * 4, layout.position(0, 0, 0, 1)); // the next column
    assertEquals(start + 4 * 3 * 4, layout.position(0, 0, 1, 0));
    assertEquals(start + 96, layout.position(4, 0, 0, 0)); // the next group
    var seen = new HashSet<Integer>();
    for (int n = 0; n < 5; n++) {
      for (int c = 0; c < 3; c++) {
        for (int h = 0; h < 2; h++) {
          for (int w = 0; w < 4; w++) {
            int position = layout.position(n, c, h, w);
            assertTrue(position >= start && position < layout.length(), () -> "at " + position);
            assertTrue(seen.add(position), () -> "twice at " + position);
          }
        }
      }
    }
    assertEquals(start, new Layout.BatchLanes(Shape.of(0, 3, 2, 4), 8).length());
    assertThrows(ShapeException.class, () -> new Layout.BatchLanes(Shape.of(5, 3), 4));
  }
}
