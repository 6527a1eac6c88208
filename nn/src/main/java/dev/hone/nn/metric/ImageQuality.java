package dev.hone.nn.metric;

import dev.hone.nn.loss.MultiScaleSsim;
import dev.hone.nn.loss.Ssim;
import dev.hone.tensor.ShapeException;
import dev.hone.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How close images are to others, such as reconstructions to their originals, accumulated batch by
 * batch in double: SSIM, MS-SSIM over as many of the five scales as fit the images, and the peak
 * signal-to-noise ratio
 *
 * <pre>psnr = 10 log10(range^2 / mean((x - y)^2))  decibel,</pre>
 *
 * infinite for equal images. The values of single images, in the order they were added, serve
 * paired tests.
 */
public final class ImageQuality {
  private final double range;
  private final List<Double> ssim = new ArrayList<>();
  private final List<Double> multiScaleSsim = new ArrayList<>();
  private final List<Double> psnr = new ArrayList<>();
  private int scales;

  /**
   * @param range the distance from the darkest possible pixel to the brightest
   */
  public ImageQuality(double range) {
    this.range = new Ssim(range).range();
  }

  /**
   * Adds a batch of pairs.
   *
   * @param x {@code [N, C, H, W]}
   * @param y {@code [N, C, H, W]}, H and W those of every other batch
   */
  public void add(Tensor x, Tensor y) {
    Tensor similarity = new Ssim(range).of(x, y);
    int fitting = MultiScaleSsim.scalesFor(Math.min(x.shape().dim(2), x.shape().dim(3)));
    if (scales != 0 && scales != fitting) {
      throw new ShapeException(
          "image quality: earlier images fit "
              + scales
              + " scales of MS-SSIM, but x "
              + x.shape()
              + " fits "
              + fitting
              + "; accumulate each size of image for itself");
    }
    scales = fitting;
    append(similarity, ssim);
    append(MultiScaleSsim.ofScales(range, scales).of(x, y), multiScaleSsim);
    addNoise(x, y);
  }

  private static void append(Tensor values, List<Double> to) {
    for (double v : values.toDoubles()) {
      to.add(v);
    }
  }

  private void addNoise(Tensor x, Tensor y) {
    double[] a = x.toDoubles();
    double[] b = y.toDoubles();
    int n = x.shape().dim(0);
    int size = n == 0 ? 0 : a.length / n;
    for (int i = 0; i < n; i++) {
      double squares = 0;
      for (int e = i * size; e < (i + 1) * size; e++) {
        squares += (a[e] - b[e]) * (a[e] - b[e]);
      }
      psnr.add(10 * Math.log10(range * range * size / squares));
    }
  }

  /** How many pairs there were. */
  public int count() {
    return ssim.size();
  }

  /** How many scales MS-SSIM goes over: 5 from 176 pixels a side, 3 at 64; 0 of nothing. */
  public int scales() {
    return scales;
  }

  /** The SSIM of each pair. */
  public List<Double> ssim() {
    return Collections.unmodifiableList(ssim);
  }

  /** The MS-SSIM of each pair. */
  public List<Double> multiScaleSsim() {
    return Collections.unmodifiableList(multiScaleSsim);
  }

  /** The peak signal-to-noise ratio of each pair in decibel. */
  public List<Double> psnr() {
    return Collections.unmodifiableList(psnr);
  }

  /** NaN of nothing. */
  public double meanSsim() {
    return mean(ssim);
  }

  /** NaN of nothing. */
  public double meanMultiScaleSsim() {
    return mean(multiScaleSsim);
  }

  /** The mean of the decibels; NaN of nothing, infinite if a pair is equal. */
  public double meanPsnr() {
    return mean(psnr);
  }

  private static double mean(List<Double> values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    return sum / values.size();
  }
}
