package dev.hone.kernels.ptx;

import java.util.List;

/** A PTX file, parsed and verified. */
public final class PtxModule {
  private final Source source;
  private final List<PtxEntry> entries;

  PtxModule(Source source, List<PtxEntry> entries) {
    this.source = source;
    this.entries = List.copyOf(entries);
  }

  /**
   * Reads and verifies a source.
   *
   * @param name what its errors call it, without {@code .ptx}
   * @throws PtxException at the first thing that is wrong, with its place
   */
  public static PtxModule parse(String text, String name) {
    return new PtxParser(Source.of(text, name)).module();
  }

  public String name() {
    return source.name();
  }

  /** The text it was read from. */
  public String source() {
    return source.text();
  }

  /** A line of the source, from 1; empty beyond its end. */
  public String line(int number) {
    return source.line(number);
  }

  /** In the order of the source. */
  public List<PtxEntry> entries() {
    return entries;
  }

  /** The entry of that name; an unknown one is an error that lists those there are. */
  public PtxEntry entry(String name) {
    return entries.stream()
        .filter(e -> e.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s.ptx: there is no entry %s; it has %s"
                    .formatted(
                        source.name(),
                        name,
                        entries.stream().map(PtxEntry::name).sorted().toList())));
  }

  @Override
  public String toString() {
    return source.name() + ".ptx";
  }
}
