package dev.hone.bench.report;

import java.time.Duration;
import java.util.Locale;

/** How the report writes figures: the same everywhere, whatever the machine's locale. */
final class Numbers {
  private Numbers() {}

  private static String format(String pattern, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, pattern, value) : "NaN";
  }

  /** {@code 0.8421} as {@code 84.2 %}. */
  static String percent(double share) {
    return Double.isFinite(share) ? format("%.1f", 100 * share) + "\u00a0%" : "NaN";
  }

  /** A difference of shares in percentage points, with its sign: {@code +0.7}. */
  static String points(double difference) {
    if (!Double.isFinite(difference)) {
      return "NaN";
    }
    String text = format("%+.1f", 100 * difference);
    // A rounded zero has no sign; a real minus is as wide as a plus.
    return text.equals("+0.0") || text.equals("-0.0") ? "0.0" : text.replace('-', '\u2212');
  }

  /** {@code 82.5–85.8 %}. */
  static String percent(Interval interval) {
    return Double.isFinite(interval.low()) && Double.isFinite(interval.high())
        ? format("%.1f", 100 * interval.low()) + "\u2013" + percent(interval.high())
        : "NaN";
  }

  /** {@code −0.4 to +1.8}. */
  static String points(Interval interval) {
    return Double.isFinite(interval.low()) && Double.isFinite(interval.high())
        ? points(interval.low()) + " to " + points(interval.high())
        : "NaN";
  }

  /** Four decimals: {@code 0.6123}. */
  static String fixed(double value) {
    return format("%.4f", value);
  }

  /** {@code 0.6101–0.6145}. */
  static String fixed(Interval interval) {
    return Double.isFinite(interval.low()) && Double.isFinite(interval.high())
        ? fixed(interval.low()) + "\u2013" + fixed(interval.high())
        : "NaN";
  }

  /** Four decimals and the sign: {@code +0.0123}. */
  static String signed(double value) {
    if (!Double.isFinite(value)) {
      return "NaN";
    }
    String text = format("%+.4f", value);
    return text.substring(1).equals("0.0000") ? "0.0000" : text.replace('-', '\u2212');
  }

  /** {@code −0.0004 to +0.0018}. */
  static String signed(Interval interval) {
    return Double.isFinite(interval.low()) && Double.isFinite(interval.high())
        ? signed(interval.low()) + " to " + signed(interval.high())
        : "NaN";
  }

  /** A count with thousands separated. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Four significant digits, without trailing zeros; powers of ten when very large or small. */
  static String plain(double value) {
    if (!Double.isFinite(value)) {
      return "NaN";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e6)) {
      String[] parts = format("%.2e", value).split("e", 2);
      return trimZeros(parts[0]) + "e" + Integer.parseInt(parts[1]);
    }
    int decimals = size == 0 ? 0 : Math.clamp(3 - (int) Math.floor(Math.log10(size)), 0, 6);
    return trimZeros(format("%." + decimals + "f", value));
  }

  private static String trimZeros(String text) {
    return text.indexOf('.') < 0 ? text : text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }

  /** A factor: {@code 4.1×}. */
  static String factor(double factor) {
    return Double.isFinite(factor) ? format(factor < 10 ? "%.2f" : "%.0f", factor) + "×" : "NaN";
  }

  /** A p-value; very small ones as a bound. */
  static String p(double p) {
    return p < 0.001 ? "< 0.001" : format("%.3f", p);
  }

  /** Seconds for people: {@code 42.0 s}, {@code 2 min 05 s}, {@code 1 h 20 min}. */
  static String seconds(double seconds) {
    if (!Double.isFinite(seconds)) {
      return "NaN";
    }
    if (seconds < 1) {
      return plain(1000 * seconds) + "\u00a0ms";
    }
    if (seconds < 60) {
      return format("%.1f", seconds) + "\u00a0s";
    }
    Duration time = Duration.ofSeconds(Math.round(seconds));
    return time.toHours() > 0
        ? "%d\u00a0h %02d\u00a0min".formatted(time.toHours(), time.toMinutesPart())
        : "%d\u00a0min %02d\u00a0s".formatted(time.toMinutes(), time.toSecondsPart());
  }
}
