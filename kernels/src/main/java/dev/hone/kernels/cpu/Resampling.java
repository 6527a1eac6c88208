package dev.hone.kernels.cpu;

import dev.hone.tensor.Layout;
import dev.hone.tensor.Pooling;
import java.util.Arrays;

/**
 * Pooling and resizing of images in lanes. A pixel is {@code C * lanes} floats in a row, which the
 * compiler's own vectorisation handles.
 */
final class Resampling {
  private final Workers workers;
  private final Layout.BatchLanes in;
  private final Layout.BatchLanes out;
  private final int inH;
  private final int inW;
  private final int outH;
  private final int outW;
  private final int pixel;

  /** From {@code in}, the larger for pooling, to {@code out}; gradients go the other way. */
  Resampling(Workers workers, Layout.BatchLanes in, Layout.BatchLanes out) {
    this.workers = workers;
    this.in = in;
    this.out = out;
    inH = in.shape().dim(2);
    inW = in.shape().dim(3);
    outH = out.shape().dim(2);
    outW = out.shape().dim(3);
    pixel = in.shape().dim(1) * in.lanes();
  }

  private int inAt(int group, int h, int w) {
    return in.start(group) + (h * inW + w) * pixel;
  }

  private int outAt(int group, int h, int w) {
    return out.start(group) + (h * outW + w) * pixel;
  }

  private static int first(int o, Pooling p) {
    return Math.max(0, o * p.stride() - p.padding());
  }

  private static int end(int o, Pooling p, int extent) {
    return Math.min(extent, o * p.stride() - p.padding() + p.kernel());
  }

  // ---- average ----

  void averagePool(float[] x, float[] y, Pooling p) {
    float share = 1f / (p.kernel() * p.kernel());
    workers.parallelFor(
        out.groups() * outH,
        task -> {
          int group = task / outH;
          int oh = task % outH;
          for (int ow = 0; ow < outW; ow++) {
            int to = outAt(group, oh, ow);
            Arrays.fill(y, to, to + pixel, 0f);
            for (int h = first(oh, p); h < end(oh, p, inH); h++) {
              for (int w = first(ow, p); w < end(ow, p, inW); w++) {
                add(x, inAt(group, h, w), 1, y, to);
              }
            }
            for (int i = to; i < to + pixel; i++) {
              y[i] *= share;
            }
          }
        });
  }

  private void add(float[] from, int at, float factor, float[] to, int target) {
    for (int i = 0; i < pixel; i++) {
      to[target + i] += factor * from[at + i];
    }
  }

  /** dx gathers from the windows over each pixel, so rows are independent. */
  void averagePoolGradient(float[] dy, float[] dx, Pooling p) {
    float share = 1f / (p.kernel() * p.kernel());
    workers.parallelFor(
        in.groups() * inH,
        task -> {
          int group = task / inH;
          int h = task % inH;
          for (int w = 0; w < inW; w++) {
            int to = inAt(group, h, w);
            Arrays.fill(dx, to, to + pixel, 0f);
            for (int oh = firstWindow(h, p); oh <= lastWindow(h, p, outH); oh++) {
              for (int ow = firstWindow(w, p); ow <= lastWindow(w, p, outW); ow++) {
                add(dy, outAt(group, oh, ow), share, dx, to);
              }
            }
          }
        });
  }

  /** The first window over place i. */
  private static int firstWindow(int i, Pooling p) {
    return Math.max(0, Math.floorDiv(i + p.padding() - p.kernel(), p.stride()) + 1);
  }

  private static int lastWindow(int i, Pooling p, int extent) {
    return Math.min(extent - 1, (i + p.padding()) / p.stride());
  }

  // ---- maximum ----

  void maxPool(float[] x, float[] y, Pooling p) {
    workers.parallelFor(
        out.groups() * outH,
        task -> {
          int group = task / outH;
          int oh = task % outH;
          for (int ow = 0; ow < outW; ow++) {
            int to = outAt(group, oh, ow);
            Arrays.fill(y, to, to + pixel, Float.NEGATIVE_INFINITY);
            for (int h = first(oh, p); h < end(oh, p, inH); h++) {
              for (int w = first(ow, p); w < end(ow, p, inW); w++) {
                int at = inAt(group, h, w);
                for (int i = 0; i < pixel; i++) {
                  y[to + i] = Math.max(y[to + i], x[at + i]);
                }
              }
            }
          }
        });
  }

  /** Each window's gradient goes to its first maximum; tasks are blocks of channels of a group. */
  void maxPoolGradient(float[] dy, float[] x, float[] dx, Pooling p) {
    int blocks = in.shape().size() == 0 ? 0 : Math.min(8, in.shape().dim(1));
    workers.parallelFor(
        in.groups() * blocks,
        task -> {
          int group = task / blocks;
          int channels = in.shape().dim(1);
          int from = channels * (task % blocks) / blocks * in.lanes();
          int to = channels * (task % blocks + 1) / blocks * in.lanes();
          for (int at = inAt(group, 0, 0); at < inAt(group + 1, 0, 0); at += pixel) {
            Arrays.fill(dx, at + from, at + to, 0f);
          }
          for (int oh = 0; oh < outH; oh++) {
            for (int ow = 0; ow < outW; ow++) {
              for (int i = from; i < to; i++) {
                dx[firstMaximum(x, group, oh, ow, i, p)] += dy[outAt(group, oh, ow) + i];
              }
            }
          }
        });
  }

  /** A NaN counts as a maximum, as {@link #maxPool} returns it. */
  private int firstMaximum(float[] x, int group, int oh, int ow, int i, Pooling p) {
    int best = inAt(group, first(oh, p), first(ow, p)) + i;
    for (int h = first(oh, p); h < end(oh, p, inH); h++) {
      for (int w = first(ow, p); w < end(ow, p, inW); w++) {
        int at = inAt(group, h, w) + i;
        if (x[at] > x[best] || (Float.isNaN(x[at]) && !Float.isNaN(x[best]))) {
          best = at;
        }
      }
    }
    return best;
  }

  // ---- resizing ----

  void upsampleNearest(float[] x, float[] y, int factor) {
    workers.parallelFor(
        out.groups() * outH,
        task -> {
          int group = task / outH;
          int oh = task % outH;
          for (int ow = 0; ow < outW; ow++) {
            int from = inAt(group, oh / factor, ow / factor);
            System.arraycopy(x, from, y, outAt(group, oh, ow), pixel);
          }
        });
  }

  /** The mean over all pixels of each image of {@code in}: y row-major {@code [N, C]}. */
  static void meanOverPixels(Workers workers, Layout.BatchLanes in, float[] x, float[] y) {
    int images = in.shape().dim(0);
    int channels = in.shape().dim(1);
    int lanes = in.lanes();
    int pixels = in.shape().dim(2) * in.shape().dim(3);
    int pixel = channels * lanes;
    workers.parallelFor(
        in.groups(),
        group -> {
          double[] sums = Workspace.ofThread().doubles(pixel);
          Arrays.fill(sums, 0, pixel, 0);
          for (int p = 0; p < pixels; p++) {
            int at = in.start(group) + p * pixel;
            for (int i = 0; i < pixel; i++) {
              sums[i] += x[at + i];
            }
          }
          int valid = Math.min(lanes, images - group * lanes);
          for (int lane = 0; lane < valid; lane++) {
            for (int c = 0; c < channels; c++) {
              y[(group * lanes + lane) * channels + c] = (float) (sums[c * lanes + lane] / pixels);
            }
          }
        });
  }
}
