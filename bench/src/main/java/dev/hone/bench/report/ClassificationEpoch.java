package dev.hone.bench.report;

/**
 * An epoch of a classifier.
 *
 * @param trainAccuracy share of training images classified correctly while training, 0 to 1
 * @param evaluationLoss mean cross-entropy on {@link DataDescription#curveSplit}
 * @param evaluationAccuracy share classified correctly on that split, 0 to 1
 */
public record ClassificationEpoch(
    int epoch,
    double a,
    double learningRate,
    double taskLoss,
    double distillationLoss,
    double trainAccuracy,
    double evaluationLoss,
    double evaluationAccuracy,
    double imagesPerSecond,
    double seconds)
    implements EpochRecord {}
