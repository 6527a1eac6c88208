package dev.hone.bench.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hone.autograd.Tape;
import dev.hone.nn.weights.Npy;
import dev.hone.nn.weights.Safetensors;
import dev.hone.nn.weights.StateDict;
import dev.hone.nn.weights.TorchSave;
import dev.hone.tensor.Shape;
import dev.hone.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EvaluateCommandTest {
  private static final int IMAGES = 12;

  @TempDir private static Path folder;
  private static Path data = Path.of("");
  private static Path weights = Path.of("");

  @TempDir private Path own;

  @BeforeAll
  static void makeFiles() throws IOException {
    data = Samples.cifar10(folder, IMAGES);
    weights = Samples.weights(folder, 10, 3);
  }

  private static Invocation evaluate(String... more) {
    var args = new ArrayList<>(List.of("evaluate", "--device", "reference"));
    args.addAll(List.of(more));
    return Invocation.of(args.toArray(String[]::new));
  }

  private static String[] network(Path file, String... more) {
    var args = new ArrayList<>(List.of("--weights", file.toString()));
    args.addAll(List.of("--model", "resnet8", "--shortcut", "b", "--dataset", "cifar10"));
    args.addAll(List.of("--data-dir", data.toString()));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  /** The logits of the first image at {@code (x - mean) / std}, computed without the command. */
  private static float[] logitsOfFirst(float[] mean, float[] std) throws IOException {
    byte[] records =
        Files.readAllBytes(data.resolve("cifar-10-batches-bin").resolve("test_batch.bin"));
    float[] pixels = new float[3 * 1024];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = ((records[1 + i] & 0xff) / 255f - mean[i / 1024]) / std[i / 1024];
    }
    Tensor x = Tensor.of(Samples.ORACLE, Shape.of(1, 3, 32, 32), pixels);
    try (var tape = Tape.inference()) {
      return Samples.resnet8(10, 3).apply(tape.constant(x)).value().toFloats();
    }
  }

  @Test
  void jsonAndLogitsAgreeWithTheModel() throws IOException {
    Path npy = own.resolve("out.npy");
    Invocation done =
        evaluate(
                network(
                    weights,
                    "--mean=.4,.5,.6",
                    "--std=.2,.25,.3",
                    "--json",
                    "--batch=5",
                    "--logits=" + npy))
            .succeeded();
    JsonNode json = JsonMapper.shared().readTree(done.out());
    assertEquals(
        List.of("accuracy", "correct", "macroF1", "meanCrossEntropy", "total"),
        json.propertyNames().stream().sorted().toList());
    assertEquals("", done.err());

    Tensor logits = Npy.read(npy, Samples.ORACLE);
    assertEquals(Shape.of(IMAGES, 10), logits.shape());
    float[] all = logits.toFloats();
    float[] first = logitsOfFirst(new float[] {.4f, .5f, .6f}, new float[] {.2f, .25f, .3f});
    assertArrayEquals(first, Arrays.copyOf(all, 10), 1e-5f);

    int correct = 0;
    double loss = 0;
    for (int i = 0; i < IMAGES; i++) {
      int best = 0;
      double sum = 0;
      for (int c = 0; c < 10; c++) {
        best = all[i * 10 + c] > all[i * 10 + best] ? c : best;
        sum += Math.exp(all[i * 10 + c]);
      }
      correct += best == i % 10 ? 1 : 0;
      loss += Math.log(sum) - all[i * 10 + i % 10];
    }
    assertEquals(IMAGES, json.get("total").intValue());
    assertEquals(correct, json.get("correct").intValue());
    assertEquals((double) correct / IMAGES, json.get("accuracy").doubleValue(), 1e-12);
    assertEquals(loss / IMAGES, json.get("meanCrossEntropy").doubleValue(), 1e-5);
    assertTrue(json.get("macroF1").isNumber(), done.out());
  }

  @Test
  void withoutMeanTheDataSetsOwnIsUsed() throws IOException {
    Path npy = own.resolve("out.npy");
    evaluate(network(weights, "--limit=1", "--logits=" + npy)).succeeded();
    float[] first =
        logitsOfFirst(new float[] {.4914f, .4822f, .4465f}, new float[] {.2470f, .2435f, .2616f});
    assertArrayEquals(first, Npy.read(npy, Samples.ORACLE).toFloats(), 1e-5f);
  }

  @Test
  void peopleGetATable() {
    String out = evaluate(network(weights, "--limit=3")).succeeded().out();
    assertTrue(out.contains("resnet8, shortcut B, weights " + weights), out);
    assertTrue(out.contains("test split of cifar10, device reference"), out);
    assertTrue(out.lines().anyMatch(line -> line.matches("images +3")), out);
    assertTrue(out.lines().anyMatch(line -> line.matches("accuracy +[0-9.]+ % .*interval.*")), out);
    assertTrue(out.lines().anyMatch(line -> line.matches("mean cross-entropy +[0-9.]+")), out);
  }

  @Test
  void aRunFolderSaysItAll() throws IOException {
    Files.writeString(
        own.resolve("settings.json"),
        """
        {"model": "resnet8", "shortcut": "B", "dataset": "cifar10", "dataDir": "%s", "k": 1}
        """
            .formatted(data));
    String run = "--run=" + own;
    evaluate(run).refused(own + ": no weights of icp or baseline", "--resume " + own);

    Path arm = Files.createDirectories(own.resolve("baseline"));
    StateDict.save(Samples.resnet8(10, 3), arm.resolve("weights.safetensors"));
    String ofRun = evaluate(run, "--json").succeeded().out();
    assertEquals(evaluate(network(weights, "--json")).succeeded().out(), ofRun);
    evaluate(run, "--arm=icp").refused("no weights of icp in it");
    evaluate(run, "--arm=both").refused("--arm chooses between");
    evaluate(run, "--arm=x").refused("'x' is not one of both, baseline, icp");
    Files.writeString(own.resolve("settings.json"), "{\"model\": \"resnet8\"}");
    evaluate(run).refused("settings.json: \"dataDir\" is missing");
    evaluate(run, "--model=resnet8").refused("--model need --weights FILE");
    evaluate(run, "--weights=" + weights).refused("--run and --weights exclude each other");
  }

  @Test
  void weightsThatDoNotFitAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(weights);
    Path cut = own.resolve("cut.safetensors");
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    evaluate(network(cut)).refused("hone evaluate: " + cut);

    Path poisoned = own.resolve("nan.safetensors");
    Safetensors contents = Safetensors.read(weights);
    var copy = new Safetensors();
    for (String name : contents.names()) {
      Tensor t = contents.tensor(name, Samples.ORACLE);
      copy.put(name, name.equals("linear.bias") ? t.times(t.fullLike(Double.NaN)) : t);
    }
    copy.write(poisoned);
    evaluate(network(poisoned)).refused(poisoned.toString(), "linear.bias has NaN");

    evaluate(network(own.resolve("none.safetensors"))).refused("--weights: no such file: ");
    evaluate("--weights", weights.toString())
        .refused(weights.toString(), "wrong shape (1): conv1.weight");
  }

  @Test
  void dataThatAreWrongAreRefused() throws IOException {
    Path bad = Samples.cifar10(own, 2);
    Path file = bad.resolve("cifar-10-batches-bin").resolve("test_batch.bin");
    byte[] records = Files.readAllBytes(file);
    records[3073] = 10;
    Files.write(file, records);
    String dir = "--data-dir=" + bad;
    String[] args = {
      "--weights=" + weights, "--model=resnet8", "--shortcut=B", "--dataset=cifar10", dir
    };
    evaluate(args).refused(file.toString(), "label");
    args[3] = "--dataset=cifar11";
    evaluate(args).refused("--dataset: 'cifar11' is not one of fashion-mnist, ", "cifar100");
    args[3] = "--dataset=cifar100";
    evaluate(args).refused("cifar-100-binary.tar.gz");
    args[3] = "--dataset=cifar10";
    args[4] = "--limit=1";
    evaluate(args).refused("--data-dir");
  }

  /** {@code resnet8()}'s tensors under the names of a family of published networks. */
  private static Map<String, Tensor> published(UnaryOperator<String> name) {
    var entries = new LinkedHashMap<String, Tensor>();
    Samples.resnet8(10, 3).state().forEach((n, t) -> entries.put(name.apply(n), t));
    return entries;
  }

  private static JsonNode scores(Path file, String... more) throws IOException {
    var args = new ArrayList<>(List.of("--weights", file.toString(), "--dataset", "cifar10"));
    args.addAll(List.of("--data-dir", data.toString(), "--json"));
    args.addAll(List.of(more));
    Invocation done = evaluate(args.toArray(String[]::new)).succeeded();
    return JsonMapper.shared().readTree(done.out());
  }

  /** A legacy file in DataParallel's names beside a best score, and a zip file with downsample. */
  @Test
  void pyTorchFilesAreRecognisedAndScoreTheSame() throws IOException {
    var checkpoint = new LinkedHashMap<String, Object>();
    checkpoint.put("state_dict", published(n -> "module." + n));
    checkpoint.put("best_prec1", 91.73);
    Path th = Files.write(own.resolve("resnet8.th"), TorchSave.legacy(checkpoint));
    var renamed = published(n -> n.replace("linear", "fc").replace("shortcut", "downsample"));
    renamed.keySet().removeIf(n -> n.endsWith("num_batches_tracked"));
    Path pt = Files.write(own.resolve("resnet8.bin"), TorchSave.zip("cifar10_resnet8", renamed));
    JsonNode expected = scores(weights);
    assertEquals(expected, scores(th));
    assertEquals(expected, scores(pt));
    String said =
        evaluate("--weights", th.toString(), "--dataset=cifar10", "--data-dir=" + data).err();
    assertTrue(said.contains("those of 'state_dict', beside best_prec1 91.7300"), said);
  }

  @Test
  void weightsOfAnotherNetworkAreToldWhatTheyLookLike() throws IOException {
    Path hundred = Files.createDirectories(own.resolve("100"));
    Path file = Samples.weights(hundred, 100, 3);
    evaluate("--weights", file.toString(), "--dataset=cifar10", "--data-dir=" + data)
        .refused(
            "wrong shape (2): linear.weight is [100, 64], but the model has [10, 64]",
            "this looks like resnet8 with shortcut B, 100 classes, 3 channels",
            "cifar10 has 10 classes and images of 3 channels",
            "nothing was loaded");
    evaluate("--weights=" + weights, "--model=resnet20", "--dataset=cifar10", "--data-dir=" + data)
        .refused("missing (60)", "this looks like resnet8 with shortcut B, 10 classes");
    var other = new Safetensors();
    other.put("a", Tensor.ones(Samples.ORACLE, Shape.of(1)));
    Path strange = own.resolve("strange.safetensors");
    other.write(strange);
    evaluate("--weights=" + strange, "--dataset=cifar10", "--data-dir=" + data)
        .refused("surplus (1): a", "no ResNet for CIFAR; ./hone weights list");
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    assertEquals(2, evaluate(network(weights, "--limit=-1")).refused("--limit must be").code());
    evaluate(network(weights, "--batch=0")).refused("--batch must be 1 or more");
    evaluate(network(weights, "--mean=.5,.5,.5")).refused("--mean and --std belong together");
    evaluate(network(weights, "--mean=.5", "--std=.5"))
        .refused("1 values, but cifar10 has 3 channel(s)");
    evaluate(network(weights, "--mean=.5,.5,.5", "--std=.5,0,.5")).refused("positive");
    Invocation.of("evaluate", "--weights=" + weights, "--device=tpu")
        .refused("--device: 'tpu' is not one of auto, cpu, cuda, emulator, reference");
    evaluate(network(weights, "--threads=-1")).refused("--threads must be 1 or more");
    evaluate("--weights=" + weights, "--model=resnet9")
        .refused("unknown model resnet9", "resnet110");
    evaluate(network(weights, "--jsonn")).refused("unknown option '--jsonn'; did you mean --json?");
    evaluate(network(weights, "--logits=" + own.resolve("no").resolve("out.npy")))
        .refused("--logits: cannot write", "there is no folder");
    evaluate(network(weights, "--logits=" + weights.resolve("out.npy"))).refused("no folder");
    evaluate(network(weights, "--logits=" + own)).refused("is a folder; name a file");
  }

  @Test
  void helpTeaches() {
    String help = Invocation.of("evaluate", "--help").succeeded().out();
    for (String taught :
        List.of("Examples:", "--weights=FILE", "PyTorch's names", "Default: 256", "--mean=M,...")) {
      assertTrue(help.contains(taught), () -> "no '" + taught + "' in: " + help);
    }
  }
}
