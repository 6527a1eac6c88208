package dev.hone.kernels.ptx;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A kernel: an {@code .entry} of a module. */
public final class PtxEntry {
  private final Body body;
  private @Nullable Program program;
  private Translator.@Nullable Translation translation;

  /**
   * What the source says of an entry.
   *
   * @param constants the module's constant memory, in 32-bit words
   * @param maxThreads 0 where none is declared
   */
  record Body(
      Source source,
      String name,
      List<PtxParameter> parameters,
      List<Register> registers,
      List<Instruction> instructions,
      List<Variable> shared,
      List<Integer> constants,
      int constantBytes,
      int sharedBytes,
      int sharedAlign,
      int maxThreads) {}

  PtxEntry(Body body) {
    this.body = body;
  }

  Body body() {
    return body;
  }

  public String name() {
    return body.name();
  }

  /** The name of the module it is from. */
  public String module() {
    return body.source().name();
  }

  /** A line of its source, from 1. */
  public String line(int number) {
    return body.source().line(number);
  }

  public List<PtxParameter> parameters() {
    return body.parameters();
  }

  /** Shared memory that it declares with a size; dynamic memory comes on top. */
  public int sharedBytes() {
    return body.sharedBytes();
  }

  /** The most threads per block that it allows, as {@code .maxntid} says; 1024 without it. */
  public int maxThreads() {
    return body.maxThreads() == 0 ? 1024 : body.maxThreads();
  }

  /** Whether the source limits the threads per block. */
  public boolean declaresMaxThreads() {
    return body.maxThreads() != 0;
  }

  /** How many registers of each type it declares: virtual ones, not what the hardware takes. */
  public Map<PtxType, Integer> registers() {
    var counts = new EnumMap<PtxType, Integer>(PtxType.class);
    body.registers().forEach(r -> counts.merge(r.type(), 1, Integer::sum));
    return counts;
  }

  /** The source lines that hold its instructions. */
  public Set<Integer> lines() {
    var lines = new TreeSet<Integer>();
    body.instructions().forEach(i -> lines.add(i.at().line()));
    return lines;
  }

  /** What the engines run; made once. */
  synchronized Program program() {
    if (program == null) {
      program = new Lowering(body).program();
    }
    return program;
  }

  /** The translator's code for it; made once. */
  synchronized Translator.Translation translation() {
    if (translation == null) {
      translation = new Translator(program()).translate();
    }
    return translation;
  }

  @Override
  public String toString() {
    return body.name();
  }
}
