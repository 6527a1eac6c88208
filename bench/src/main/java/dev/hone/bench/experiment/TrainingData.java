package dev.hone.bench.experiment;

import dev.hone.bench.report.DataDescription;
import dev.hone.datasets.Batches;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.LoadProgress;
import dev.hone.datasets.Normalization;
import dev.hone.datasets.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The three parts of a run's data. The validation part is held out of the training images and feeds
 * the curves; the test split is looked at once, after the last epoch, and chooses nothing.
 */
record TrainingData(ImageDataset train, ImageDataset validation, ImageDataset test) {
  /** Validation images beyond this many say little more and cost time every epoch. */
  private static final int MOST_VALIDATION = 2000;

  private static final int SHOWN = 6;

  static TrainingData load(TrainSettings s, LoadProgress progress) {
    ImageDataset all = s.load(Split.TRAIN, progress);
    ImageDataset test = s.load(Split.TEST, progress);
    ImageDataset train = all;
    ImageDataset validation = all.subset();
    if (s.validation() > 0) {
      // Split off before the limit, so that a limited run validates on images it never trains on.
      ImageDataset.Holdout parts = all.split(s.validation(), s.seed());
      train = parts.train();
      validation = parts.validation().limit(Math.min(MOST_VALIDATION, parts.validation().count()));
    }
    if (s.limit() > 0) {
      train = train.limit(Math.min(s.limit(), train.count()));
    }
    return new TrainingData(train, validation, test);
  }

  /** A few test images to show: the first of each of some classes. */
  ImageDataset shown() {
    int[] first =
        IntStream.range(0, test.classes())
            .map(c ->
                IntStream.range(0, test.count())
                    .filter(i -> test.label(i) == c)
                    .findFirst()
                    .orElse(-1))
            .filter(i -> i >= 0)
            .limit(SHOWN)
            .toArray();
    return test.subset(first);
  }

  /** The training batches; the same for every arm of a run. */
  Batches batches(TrainSettings s, Normalization normalization) {
    return Batches.of(train, s.batch(), s.recipe().augmentation(), normalization, s.seed());
  }

  DataDescription description() {
    var splits = new ArrayList<DataDescription.Split>();
    splits.add(new DataDescription.Split("train", train.count(), "trained on"));
    if (validation.count() > 0) {
      splits.add(
          new DataDescription.Split(
              "validation", validation.count(), "held out of training, evaluated every epoch"));
    }
    splits.add(
        new DataDescription.Split("test", test.count(), "evaluated once, after the last epoch"));
    return new DataDescription(
        train.name(),
        List.copyOf(splits),
        train.classNames(),
        "validation",
        train.description().isEmpty()
            ? "read from local files; see the publisher for the licence"
            : train.description());
  }
}
