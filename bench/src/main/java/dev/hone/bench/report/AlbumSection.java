package dev.hone.bench.report;

/** What a generative model makes: its reconstructions, samples and interpolations. */
record AlbumSection(Album album) {

  void write(Html html) {
    if (album.pages().isEmpty()) {
      return;
    }
    html.open("section").leaf("h2", "What the model makes");
    for (Album.Page page : album.pages()) {
      html.leaf("h3", page.title());
      html.leaf("p", page.caption(), "class", "note");
      html.open("div", "class", "strips");
      page.strips().forEach(strip -> strip(html, page, strip));
      html.close();
    }
    html.close();
  }

  private static void strip(Html html, Album.Page page, Album.Strip strip) {
    html.leaf("span", strip.label(), "class", "name");
    html.open("div", "style", "--n:" + strip.pictures().size());
    for (int i = 0; i < strip.pictures().size(); i++) {
      Picture picture = strip.pictures().get(i);
      html.empty(
          "img",
          "class",
          "pixels",
          "src",
          picture.dataUri(),
          "width",
          "" + picture.width(),
          "height",
          "" + picture.height(),
          "alt",
          "%s, %s, picture %d".formatted(page.title(), strip.label(), i + 1));
    }
    html.close();
  }
}
