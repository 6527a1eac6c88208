package dev.hone.bench.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** One line of {@code metrics.jsonl}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = MetricsLine.Step.class, name = "step"),
  @JsonSubTypes.Type(value = MetricsLine.Epoch.class, name = "epoch")
})
public sealed interface MetricsLine {
  /** The arm this line is about. */
  String arm();

  /** The seed this line is about. */
  long seed();

  /** One training step, counted from 0 over all epochs. */
  record Step(
      String arm,
      long seed,
      long step,
      int epoch,
      double a,
      double learningRate,
      double taskLoss,
      double distillationLoss)
      implements MetricsLine {}

  /** One whole epoch. */
  record Epoch(String arm, long seed, EpochRecord figures) implements MetricsLine {}
}
