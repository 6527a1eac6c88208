package dev.hone.bench.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * What one epoch of training measured. NaN stands for "not measured" and for a figure that is not a
 * number alike; the report shows it as NaN and leaves a gap in the curve.
 *
 * <p>In a file, which of the two it is shows by the names of its figures, so that the files of
 * classification hold what they always held.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
@JsonSubTypes({
  @JsonSubTypes.Type(ClassificationEpoch.class),
  @JsonSubTypes.Type(GenerationEpoch.class)
})
public sealed interface EpochRecord permits ClassificationEpoch, GenerationEpoch {
  /** Counted from 0. */
  int epoch();

  /** Weight of the task loss, a(e); 1 without distillation. */
  double a();

  /** At the end of the epoch. */
  double learningRate();

  /** Mean training task loss. */
  double taskLoss();

  /** Mean training distillation loss; 0 without distillation. */
  double distillationLoss();

  /** Training speed. */
  double imagesPerSecond();

  /** The epoch's training time. */
  double seconds();
}
