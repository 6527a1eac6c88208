package dev.hone.bench.report;

/**
 * What one epoch of training measured. NaN stands for "not measured" and for a figure that is not a
 * number alike; the report shows it as NaN and leaves a gap in the curve.
 *
 * @param epoch counted from 0
 * @param a weight of the task loss, a(e); 1 without distillation
 * @param learningRate at the end of the epoch
 * @param taskLoss mean training task loss
 * @param distillationLoss mean training distillation loss; 0 without distillation
 * @param trainAccuracy share of training images classified correctly while training, 0 to 1
 * @param evaluationLoss mean cross-entropy on {@link DataDescription#curveSplit}
 * @param evaluationAccuracy share classified correctly on that split, 0 to 1
 * @param imagesPerSecond training speed
 * @param seconds the epoch's training time
 */
public record EpochRecord(
    int epoch,
    double a,
    double learningRate,
    double taskLoss,
    double distillationLoss,
    double trainAccuracy,
    double evaluationLoss,
    double evaluationAccuracy,
    double imagesPerSecond,
    double seconds) {}
