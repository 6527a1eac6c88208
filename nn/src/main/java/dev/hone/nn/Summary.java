package dev.hone.nn;

import dev.hone.autograd.Tape;
import dev.hone.tensor.Random;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Backend;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model consists of: a row per block, in the order of {@link Block#children}. {@link
 * #toString} is a table for people.
 *
 * @param input the shape it was asked for, such as {@code [1, 3, 32, 32]}
 */
public record Summary(Shape input, List<Row> rows) {

  /**
   * A block, without its parts' parameters and work, so that columns add up.
   *
   * @param path dotted from the root, which is {@code ""}
   * @param kind its class
   * @param output the shape it returned last, or null if the pass did not come through it
   * @param parameters how many numbers training changes
   * @param multiplyAdds how many multiplications with a weight the input took
   */
  public record Row(
      String path, String kind, @Nullable Shape output, long parameters, long multiplyAdds) {}

  public Summary {
    rows = List.copyOf(rows);
  }

  /**
   * Runs {@code model} once over zeros of shape {@code input}, leaving no trace in it. In train
   * mode, since eval mode computes a convolution and its batch norm as one.
   */
  public static Summary of(Block model, Shape input) {
    Backend backend =
        model.state().values().stream()
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "summary: this model has neither parameters nor buffers"))
            .backend();
    var outputs = new IdentityHashMap<Block, Shape>();
    var work = new IdentityHashMap<Block, Long>();
    try (var tape = Tape.inference()) {
      Block.Observer observer =
          (block, y) -> {
            outputs.put(block, y.shape());
            work.merge(block, block.multiplyAdds(y.shape()), Long::sum);
          };
      var x = tape.constant(Tensor.zeros(backend, input));
      Mode mode = Mode.batchNoUpdate(Random.of(backend, 0));
      ScopedValue.where(Block.OBSERVER, observer).run(() -> model.apply(x, mode));
    }
    var rows = new ArrayList<Row>();
    collect("", model, outputs, work, rows);
    return new Summary(input, rows);
  }

  private static void collect(
      String path, Block block, Map<Block, Shape> outputs, Map<Block, Long> work, List<Row> rows) {
    long own = 0;
    for (Parameter p : block.ownParameters().values()) {
      own += p.shape().size();
    }
    rows.add(
        new Row(
            path,
            block.getClass().getSimpleName(),
            outputs.get(block),
            own,
            work.getOrDefault(block, 0L)));
    String prefix = path.isEmpty() ? "" : path + ".";
    block.children().forEach((n, child) -> collect(prefix + n, child, outputs, work, rows));
  }

  /** How many numbers training changes. */
  public long parameters() {
    return rows.stream().mapToLong(Row::parameters).sum();
  }

  /** Multiplications with a weight (each with its addition) that the input took. */
  public long multiplyAdds() {
    return rows.stream().mapToLong(Row::multiplyAdds).sum();
  }

  @Override
  public String toString() {
    var cells = new ArrayList<List<String>>();
    cells.add(List.of("block", "kind", "output", "parameters", "MACs"));
    for (Row r : rows) {
      cells.add(
          List.of(
              r.path.isEmpty() ? "(model)" : r.path,
              r.kind,
              r.output == null ? "-" : r.output.toString(),
              count(r.parameters),
              count(r.multiplyAdds)));
    }
    cells.add(List.of("total", "", "", grouped(parameters()), grouped(multiplyAdds())));
    return table(cells) + "input " + input + "\n";
  }

  private static String count(long n) {
    return n == 0 ? "-" : grouped(n);
  }

  private static String grouped(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** Text to the left, the last two columns to the right, a rule under the head and the body. */
  private static String table(List<List<String>> cells) {
    int columns = cells.getFirst().size();
    int[] width = new int[columns];
    for (List<String> row : cells) {
      for (int c = 0; c < columns; c++) {
        width[c] = Math.max(width[c], row.get(c).length());
      }
    }
    var out = new StringBuilder();
    for (int r = 0; r < cells.size(); r++) {
      var line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String cell = cells.get(r).get(c);
        String gap = " ".repeat(width[c] - cell.length());
        line.append(c == 0 ? "" : "  ").append(c < columns - 2 ? cell + gap : gap + cell);
      }
      if (r == cells.size() - 1) {
        out.append("-".repeat(line.length())).append('\n');
      }
      out.append(line.toString().stripTrailing()).append('\n');
      if (r == 0) {
        out.append("-".repeat(line.length())).append('\n');
      }
    }
    return out.toString();
  }
}
