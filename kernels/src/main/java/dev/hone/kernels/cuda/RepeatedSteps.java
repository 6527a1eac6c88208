package dev.hone.kernels.cuda;

import dev.hone.tensor.DType;
import dev.hone.tensor.Tensor;
import dev.hone.tensor.backend.Arena;
import dev.hone.tensor.backend.Repetition;
import dev.hone.tensor.backend.StepRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a {@link Repetition}'s steps without waiting for the device between them. The first is
 * taken as it is, so that there is memory and libraries have made their choices; the second is
 * captured as a graph, which is launched for all that are left. What differs from step to step lies
 * in device memory (repeat.ptx): the count of steps and the numbers of the rule, which the step's
 * first launch takes from a table; and the first gradient that was not finite, read when all is
 * done.
 *
 * <p>The graph lives as long as the repetition: its memory is the batch's. Where a step cannot be
 * captured, since it reads something back, all are taken as the first.
 */
final class RepeatedSteps {
  private static final System.Logger LOG = System.getLogger(RepeatedSteps.class.getName());
  private static final String FAMILY = "repeat";

  /** With fewer steps than this left, a graph is not worth its making. */
  private static final int WORTH_A_GRAPH = 2;

  /** The scalars: the rule's numbers, the count of steps begun, and two words of the first note. */
  private static final int COUNT = UpdateKernels.NUMBERS;

  private static final int NOTE = COUNT + 2;
  private static final int SCALARS = NOTE + 2;

  private final CudaBackend backend;
  private final CudaDevice device;
  private final UpdateKernels updates;
  private final Repetition repetition;

  RepeatedSteps(CudaBackend backend, UpdateKernels updates, Repetition repetition) {
    this.backend = backend;
    this.device = backend.device();
    this.updates = updates;
    this.repetition = repetition;
  }

  /** Takes all steps. */
  void take() {
    List<StepRule> rules = repetition.rules();
    if (rules.isEmpty()) {
      return;
    }
    try (Arena own = new Arena()) {
      DeviceMemory scalars = words(SCALARS, own);
      device.fill(scalars, 0);
      device.fill(CudaDevice.words(scalars, NOTE, 2), -1);
      DeviceMemory table = words(rules.size() * UpdateKernels.NUMBERS, own);
      device.upload(table, UpdateKernels.table(rules));
      updates.keepNumbers(rules, scalars);
      try {
        take(rules, scalars, table);
      } finally {
        updates.forgetNumbers(rules);
      }
      requireNoNote(scalars);
    }
  }

  private DeviceMemory words(int count, Arena own) {
    return CudaDevice.words(backend.allocate(DType.INT32, count, own).memory(), 0, count);
  }

  private void take(List<StepRule> rules, DeviceMemory scalars, DeviceMemory table) {
    one(rules.getFirst(), scalars, table);
    List<StepRule> others = rules.subList(1, rules.size());
    if (others.size() < WORTH_A_GRAPH
        || !UpdateKernels.alike(others)
        || !repeated(others, scalars, table)) {
      others.forEach(rule -> one(rule, scalars, table));
    }
  }

  private void one(StepRule rule, DeviceMemory scalars, DeviceMemory table) {
    Arguments arguments = new Arguments().address(scalars).address(table);
    device.launch(FAMILY, "advance", COUNT + 1, COUNT + 1, arguments);
    repetition.step().take(rule, g -> check(g, scalars));
  }

  private void check(Tensor g, DeviceMemory scalars) {
    int n = g.shape().size();
    if (n == 0) {
      return;
    }
    try (Arena temporary = new Arena()) {
      Arguments arguments =
          new Arguments()
              .address(scalars, NOTE)
              .address(scalars)
              .tensor(g.in(temporary).contiguous())
              .u32(n, n / g.shape().dim(0));
      device.launch(FAMILY, "non_finite", n, arguments);
    }
  }

  /** Whether the steps could be taken as one graph; if not, none was. */
  private boolean repeated(List<StepRule> rules, DeviceMemory scalars, DeviceMemory table) {
    GpuGraph graph = captured(() -> one(rules.getFirst(), scalars, table));
    if (graph == null) {
      return false;
    }
    try (graph) {
      rules.forEach(ignored -> device.put(stream -> stream.launch(graph)));
    }
    return true;
  }

  private @Nullable GpuGraph captured(Runnable step) {
    try {
      return device.capture(step);
    } catch (CaptureException e) {
      LOG.log(System.Logger.Level.DEBUG, "steps one by one, not as a graph: {0}", e.getMessage());
    } catch (GpuException e) {
      LOG.log(System.Logger.Level.WARNING, "steps one by one: the driver made no graph of one", e);
    }
    return null;
  }

  private void requireNoNote(DeviceMemory scalars) {
    int[] note = new int[2];
    device.download(note, scalars, NOTE);
    if (note[1] != -1) {
      throw repetition.failure().of(note[1], note[0]);
    }
  }
}
