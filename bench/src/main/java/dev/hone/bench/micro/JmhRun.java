package dev.hone.bench.micro;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** Workloads measured by JMH, each in a JVM of its own. */
public final class JmhRun {
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  private JmhRun() {}

  /**
   * Measures {@code workloads} with {@code settings}.
   *
   * @param watch the time of an iteration, and of each of the iterations that warm up
   * @param progress where JMH says what it does
   * @param json where JMH writes its results, if anywhere
   */
  public static List<Measurement> of(
      List<Workload> workloads,
      List<Setting> settings,
      Stopwatch watch,
      PrintStream progress,
      @Nullable Path json) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(WorkloadBenchmark.class.getName())
            .shouldFailOnError(true)
            .addProfiler(GCProfiler.class)
            .warmupTime(TimeValue.milliseconds(watch.warmUp().toMillis()))
            .measurementIterations(watch.least())
            .measurementTime(TimeValue.milliseconds(watch.time().toMillis() / watch.least()))
            .param("workload", workloads.stream().map(Workload::name).toArray(String[]::new))
            .param("batch", each(settings, Setting::batch))
            .param("threads", each(settings, Setting::threads))
            .param("lanes", each(settings, Setting::lanes));
    if (json != null) {
      options = options.resultFormat(ResultFormatType.JSON).result(json.toString());
    }
    var format = OutputFormatFactory.createFormatInstance(progress, VerboseMode.NORMAL);
    try {
      return new Runner(options.build(), format)
          .run().stream()
              .map(JmhRun::measurement)
              .sorted(
                  Comparator.comparingInt((Measurement m) -> workloads.indexOf(m.workload()))
                      .thenComparingInt(m -> settings.indexOf(m.setting())))
              .toList();
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH: " + e.getMessage(), e);
    }
  }

  private static String[] each(List<Setting> settings, ToIntFunction<Setting> part) {
    return settings.stream()
        .mapToInt(part)
        .distinct()
        .mapToObj(Integer::toString)
        .toArray(String[]::new);
  }

  private static Measurement measurement(RunResult result) {
    BenchmarkParams params = result.getParams();
    var setting =
        new Setting(number(params, "batch"), number(params, "threads"), number(params, "lanes"));
    Statistics statistics = result.getPrimaryResult().getStatistics();
    var millis = new ArrayList<Double>();
    statistics
        .getRawData()
        .forEachRemaining(entry -> {
          for (long i = 0; i < entry.getValue(); i++) {
            millis.add(entry.getKey());
          }
        });
    Result<?> allocated = result.getSecondaryResults().get(ALLOCATION);
    return new Measurement(
        Workloads.named(params.getParam("workload")),
        setting,
        new Samples(millis),
        allocated == null ? 0 : Math.round(allocated.getScore()),
        0);
  }

  private static int number(BenchmarkParams params, String name) {
    return Integer.parseInt(params.getParam(name));
  }
}
