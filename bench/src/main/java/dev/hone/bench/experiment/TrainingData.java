package dev.hone.bench.experiment;

import dev.hone.bench.report.DataDescription;
import dev.hone.datasets.Batches;
import dev.hone.datasets.Datasets;
import dev.hone.datasets.ImageDataset;
import dev.hone.datasets.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The three parts of a run's data. The validation part is held out of the training images and feeds
 * the curves; the test split is looked at once, after the last epoch, and chooses nothing.
 */
record TrainingData(ImageDataset train, ImageDataset validation, ImageDataset test) {
  /** Validation images beyond this many say little more and cost time every epoch. */
  private static final int MOST_VALIDATION = 2000;

  static TrainingData load(TrainSettings s) {
    ImageDataset all = load(s, Split.TRAIN);
    ImageDataset test = load(s, Split.TEST);
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

  private static ImageDataset load(TrainSettings s, Split split) {
    return s.dataDir().isEmpty()
        ? Datasets.load(s.dataset(), split)
        : Datasets.load(s.dataset(), split, Path.of(s.dataDir()));
  }

  /** The training batches; the same for every arm of a run. */
  Batches batches(TrainSettings s) {
    return Batches.of(train, s.batch(), s.recipe().augmentation(), train.normalization(), s.seed());
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
        train.name().equals(Datasets.DEFAULT)
            ? "Fashion-MNIST by Zalando SE, MIT licence; the embedded set is a balanced subset"
            : "read from local files; see the publisher for the licence");
  }
}
