package dev.hone.bench.cli;

import dev.hone.bench.experiment.Progress;
import dev.hone.bench.experiment.TrainSettings;
import dev.hone.bench.experiment.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** Who trains: the experiment, or a stand-in in tests. */
interface Trainer {
  /** Begins a run in an empty {@code folder}. */
  Training.Outcome run(
      TrainSettings settings,
      Path folder,
      Training.Environment environment,
      Progress progress,
      BooleanSupplier stop)
      throws IOException;

  /** Continues the run in {@code folder} from its last checkpoint. */
  Training.Outcome resume(
      Path folder, Training.Environment environment, Progress progress, BooleanSupplier stop)
      throws IOException;

  /** The real one. */
  record Real() implements Trainer {
    @Override
    public Training.Outcome run(
        TrainSettings settings,
        Path folder,
        Training.Environment environment,
        Progress progress,
        BooleanSupplier stop)
        throws IOException {
      return Training.run(settings, folder, environment, progress, stop);
    }

    @Override
    public Training.Outcome resume(
        Path folder, Training.Environment environment, Progress progress, BooleanSupplier stop)
        throws IOException {
      return Training.resume(folder, environment, progress, stop);
    }
  }
}
