package dev.hone.kernels.cuda;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's own PTX assembler, which JCuda's natives carry: it needs no GPU, driver or toolkit. */
public final class PtxAssembler {
  /** What it knows: Volta to Hopper. */
  static final List<Integer> ARCHITECTURES = List.of(70, 75, 80, 86, 89, 90);

  private static final Pattern ENTRY =
      Pattern.compile("Compiling entry function '(\\w+)'|Used (\\d+) registers");
  private static final Pattern SPILLS =
      Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");

  private static boolean loaded;

  private PtxAssembler() {}

  /** A source that does not assemble, or spills, with the assembler's own words. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** Why there is no assembler here; empty if there is one. */
  public static String obstacle() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    return os.contains("linux") && arch.equals("amd64")
        ? ""
        : "JCuda carries no PTX assembler for %s on %s".formatted(os, arch);
  }

  private static synchronized void load() {
    String obstacle = obstacle();
    if (!obstacle.isEmpty()) {
      throw new UnsupportedOperationException(obstacle);
    }
    if (!loaded) {
      JcudaNatives.load(List.of("jcuda.nvptxcompiler.JNvPTXCompiler"));
      JNvPTXCompiler.setExceptionsEnabled(false);
      loaded = true;
    }
  }

  /**
   * The registers that a thread of each kernel takes.
   *
   * @param family one of Hone's own, such as {@code gemm}
   * @param sm such as 80
   * @throws UnsupportedOperationException where there is an {@link #obstacle}
   */
  public static Map<String, Integer> registers(String family, int sm) {
    return assemble(PtxFamily.source(family), family, sm);
  }

  /**
   * Assembles for one architecture.
   *
   * @param sm such as 75
   * @return the registers that a thread of each entry takes
   * @throws Refused if there is an error, or a register spills to memory
   */
  static Map<String, Integer> assemble(String ptx, String name, int sm) {
    load();
    byte[] text = (ptx + "\0").getBytes(StandardCharsets.UTF_8);
    var compiler = new nvPTXCompilerHandle();
    int created = JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length - 1, text);
    if (created != 0) {
      throw new Refused("%s: the assembler does not start: %d".formatted(name, created));
    }
    try {
      String[] options = {"--gpu-name=sm_" + sm, "--verbose", "--warn-on-spills"};
      int status = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
      String told = log(compiler, status == 0);
      if (status != 0) {
        throw new Refused("%s does not assemble for sm_%d:%n%s".formatted(name, sm, told));
      }
      requireNoSpills(told, name, sm);
      return registers(told);
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    }
  }

  private static void requireNoSpills(String told, String name, int sm) {
    Matcher spills = SPILLS.matcher(told);
    boolean any = false;
    while (spills.find()) {
      any = true;
      if (!spills.group(1).equals("0") || !spills.group(2).equals("0")) {
        throw new Refused("%s spills on sm_%d:%n%s".formatted(name, sm, told));
      }
    }
    if (!any) {
      throw new Refused("%s: no word about spills on sm_%d:%n%s".formatted(name, sm, told));
    }
  }

  private static Map<String, Integer> registers(String told) {
    var registers = new TreeMap<String, Integer>();
    String entry = "";
    Matcher matcher = ENTRY.matcher(told);
    while (matcher.find()) {
      if (matcher.group(1) != null) {
        entry = matcher.group(1);
      } else {
        registers.put(entry, Integer.parseInt(matcher.group(2)));
      }
    }
    return registers;
  }

  private static String log(nvPTXCompilerHandle compiler, boolean good) {
    long[] size = {0};
    int status =
        good
            ? JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size)
            : JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
    if (status != 0 || size[0] == 0) {
      return "";
    }
    byte[] text = new byte[Math.toIntExact(size[0]) + 1];
    if (good) {
      JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, text);
    } else {
      JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, text);
    }
    return new String(text, StandardCharsets.UTF_8).trim();
  }
}
