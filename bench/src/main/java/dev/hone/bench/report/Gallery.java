package dev.hone.bench.report;

import java.util.List;

/**
 * Pictures of what the perturbation does to a few images.
 *
 * @param caption which network and which rule made them, in one sentence
 */
public record Gallery(String caption, List<IcpExample> examples) {

  /** Copies the list. */
  public Gallery {
    examples = List.copyOf(examples);
  }

  /** No pictures, as for a run without perturbation. */
  public static Gallery empty() {
    return new Gallery("", List.of());
  }
}
