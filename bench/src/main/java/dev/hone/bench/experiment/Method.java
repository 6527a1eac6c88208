package dev.hone.bench.experiment;

import java.util.List;

/** What {@code --method} trains. */
public enum Method {
  /** Both arms, same seed and epochs: the comparison. */
  BOTH,
  /** The task loss only. */
  BASELINE,
  /** ICP self-distillation from epoch k on. */
  ICP;

  /** The arms to train, the reference first. */
  public List<Method> arms() {
    return this == BOTH ? List.of(BASELINE, ICP) : List.of(this);
  }

  /** As it is called in folders, files and reports. */
  String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
