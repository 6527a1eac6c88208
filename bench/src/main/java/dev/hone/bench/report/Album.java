package dev.hone.bench.report;

import java.util.List;

/** Pictures that a generative model made, page by page. */
public record Album(List<Page> pages) {

  /** Copies the list. */
  public Album {
    pages = List.copyOf(pages);
  }

  /** No pictures, as of a classifier. */
  public static Album empty() {
    return new Album(List.of());
  }

  /**
   * Strips of pictures under one heading.
   *
   * @param caption what is to be seen, in one sentence
   */
  public record Page(String title, String caption, List<Strip> strips) {
    /** Copies the list. */
    public Page {
      strips = List.copyOf(strips);
    }
  }

  /**
   * Pictures side by side.
   *
   * @param label such as {@code original} or {@code epoch 3}
   */
  public record Strip(String label, List<Picture> pictures) {
    /** Copies the list. */
    public Strip {
      pictures = List.copyOf(pictures);
    }
  }
}
