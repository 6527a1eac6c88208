package dev.hone.kernels.cuda;

import dev.hone.kernels.cuda.SharedLibrary.Search;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What this machine has of CUDA, found without touching JCuda: its classes throw errors that poison
 * them where there is no driver, and with a driver older than CUDA 12.0 the process dies at the
 * first missing symbol. Looking writes no file, prints nothing and cannot crash.
 *
 * @param findings in the order in which things are needed; what cannot be asked is left out
 * @param devices how many GPUs the driver sees
 */
public record CudaProbe(List<Finding> findings, int devices) {
  /** The version of JCuda's natives on the class path. */
  private static final String JCUDA = "12.6.0";

  private static final int OLDEST_DRIVER = 12_000;
  private static final int NO_DEVICE = 100;
  private static final boolean WINDOWS = File.separatorChar == '\\';

  /** What is looked for. */
  public enum Part {
    PLATFORM("CUDA platform"),
    DRIVER("NVIDIA driver"),
    DEVICE("GPU"),
    JCUDA("JCuda natives"),
    CUBLAS("cuBLAS"),
    CUDNN("cuDNN");

    private final String label;

    Part(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }

    /** Without it there is no device at all; the rest only makes it faster. */
    public boolean required() {
      return switch (this) {
        case PLATFORM, DRIVER, DEVICE, JCUDA -> true;
        case CUBLAS, CUDNN -> false;
      };
    }
  }

  /**
   * One thing that was looked for.
   *
   * @param found what is there, or what is wrong and where it was looked for
   * @param fix what to do; empty if it is there
   */
  public record Finding(Part part, boolean there, String found, String fix) {
    static Finding present(Part part, String found) {
      return new Finding(part, true, found, "");
    }

    static Finding missing(Part part, String found, String fix) {
      return new Finding(part, false, found, fix);
    }

    /** {@code no NVIDIA driver: ...; install ...}. */
    String sentence() {
      return "no %s: %s; %s".formatted(part, found, fix);
    }
  }

  /** Whether there is a device to run on. */
  public boolean usable() {
    return findings.stream().allMatch(f -> f.there() || !f.part().required());
  }

  /** Whether cuBLAS and cuDNN are there as well. */
  public boolean hasLibraries() {
    return usable() && findings.stream().allMatch(Finding::there);
  }

  /** What stands in the way and what to do about it; empty if nothing does. */
  public String reason() {
    return findings.stream().filter(f -> !f.there()).findFirst().map(Finding::sentence).orElse("");
  }

  /** Looks at this machine. */
  public static CudaProbe look() {
    var findings = new ArrayList<Finding>();
    int devices = look(findings);
    return new CudaProbe(List.copyOf(findings), devices);
  }

  private static int look(List<Finding> findings) {
    findings.add(platform());
    if (!findings.getLast().there()) {
      return 0;
    }
    String file = WINDOWS ? "nvcuda.dll" : "libcuda.so.1";
    int devices =
        switch (new SharedLibrary(file, driverFolders()).open()) {
          case Search.Missing no -> {
            findings.add(
                Finding.missing(
                    Part.DRIVER,
                    file + " was not found: " + no.place(),
                    "install NVIDIA's driver for CUDA 12.0 or later (version 525 or later)"));
            yield 0;
          }
          case Search.Opened yes -> askDriver(yes, findings);
        };
    findings.add(natives());
    findings.add(library(Part.CUBLAS, WINDOWS ? "cublas64_12.dll" : "libcublas.so.12"));
    findings.add(library(Part.CUDNN, WINDOWS ? "cudnn64_9.dll" : "libcudnn.so.9"));
    return devices;
  }

  private static Finding platform() {
    String os = System.getProperty("os.name", "");
    String arch = System.getProperty("os.arch", "");
    boolean known = WINDOWS || os.toLowerCase(Locale.ROOT).contains("linux");
    if (!known || !(arch.equals("amd64") || arch.equals("x86_64"))) {
      return Finding.missing(
          Part.PLATFORM,
          "JCuda has no natives for %s on %s".formatted(os, arch),
          "use Linux or Windows on x86-64, or --device cpu");
    }
    if (!CudaProbe.class.getModule().isNativeAccessEnabled()) {
      return Finding.missing(
          Part.PLATFORM,
          "this JVM may not call native code",
          "start Hone by ./hone, or java with --enable-native-access=ALL-UNNAMED");
    }
    return Finding.present(Part.PLATFORM, os + " on " + arch);
  }

  private static int askDriver(Search.Opened driver, List<Finding> findings) {
    try {
      int version = outInt(driver.symbols(), "cuDriverGetVersion");
      if (version < OLDEST_DRIVER) {
        findings.add(
            Finding.missing(
                Part.DRIVER,
                "the installed one is for CUDA %s and 12.0 is needed".formatted(text(version)),
                "install version 525 or later"));
        return 0;
      }
      findings.add(
          Finding.present(Part.DRIVER, "for CUDA %s, %s".formatted(text(version), driver.place())));
      return countDevices(driver.symbols(), findings);
    } catch (DriverFailure e) {
      findings.add(
          Finding.missing(
              Part.DRIVER, String.valueOf(e.getMessage()), "reinstall NVIDIA's driver"));
      return 0;
    }
  }

  private static int countDevices(SymbolLookup driver, List<Finding> findings)
      throws DriverFailure {
    int started = call(driver, "cuInit", 0);
    int devices = started == 0 ? outInt(driver, "cuDeviceGetCount") : 0;
    if (devices > 0) {
      findings.add(Finding.present(Part.DEVICE, devices == 1 ? "1 device" : devices + " devices"));
      return devices;
    }
    boolean none = started == 0 || started == NO_DEVICE;
    String hidden = System.getenv("CUDA_VISIBLE_DEVICES");
    findings.add(
        Finding.missing(
            Part.DEVICE,
            none
                ? "the driver sees no device"
                    + (hidden == null ? "" : " (CUDA_VISIBLE_DEVICES=" + hidden + ")")
                : "the driver does not start: cuInit gives %d%s"
                    .formatted(started, meaning(started)),
            none
                ? "check that nvidia-smi lists one"
                    + (hidden == null ? "" : ", and unset CUDA_VISIBLE_DEVICES")
                : "check that nvidia-smi runs, and restart after a driver's update"));
    return 0;
  }

  /** The codes of {@code cuInit} that people meet (cuda.h, CUresult). */
  private static String meaning(int code) {
    return switch (code) {
      case 3 -> " (not initialised)";
      case 34 -> " (a stub library, not a driver)";
      case 802 -> " (system not ready)";
      case 803 -> " (driver and kernel module do not match)";
      case 804 -> " (forward compatibility not supported here)";
      case 999 -> " (unknown)";
      default -> "";
    };
  }

  private static Finding natives() {
    String name =
        WINDOWS
            ? "/lib/JCudaDriver-%s-windows-x86_64.dll".formatted(JCUDA)
            : "/lib/libJCudaDriver-%s-linux-x86_64.so".formatted(JCUDA);
    return CudaProbe.class.getResource(name) != null
        ? Finding.present(Part.JCUDA, JCUDA)
        : Finding.missing(
            Part.JCUDA,
            name + " is not on the class path",
            "add org.jcuda:jcuda-natives:%s for this platform".formatted(JCUDA));
  }

  private static Finding library(Part part, String file) {
    return switch (new SharedLibrary(file, toolkitFolders()).open()) {
      case Search.Opened yes -> Finding.present(part, file + ", " + yes.place());
      case Search.Missing no ->
          Finding.missing(
              part,
              file + " was not found: " + no.place(),
              "install %s, or put its folder on %s; without it Hone's own kernels are used"
                  .formatted(
                      part == Part.CUDNN ? "cuDNN 9 for CUDA 12" : "the CUDA 12 toolkit",
                      WINDOWS ? "PATH" : "LD_LIBRARY_PATH"));
    };
  }

  /** Where drivers lie that the loader may not know: Windows' Linux puts its own there. */
  private static List<Path> driverFolders() {
    return WINDOWS ? List.of() : List.of(Path.of("/usr/lib/wsl/lib"));
  }

  private static List<Path> toolkitFolders() {
    String folder = WINDOWS ? "bin" : "lib64";
    Stream<Path> named =
        Stream.of("CUDNN_HOME", "CUDNN_PATH", "CUDA_HOME", "CUDA_PATH")
            .map(System::getenv)
            .filter(home -> home != null && !home.isEmpty())
            .flatMap(home -> Stream.of(Path.of(home, folder), Path.of(home, "lib")));
    Stream<Path> usual = WINDOWS ? Stream.of() : Stream.of(Path.of("/usr/local/cuda/lib64"));
    return Stream.concat(named, usual).distinct().toList();
  }

  private static String text(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** The driver is not what it should be. */
  private static final class DriverFailure extends Exception {
    private static final long serialVersionUID = 1L;

    DriverFailure(String message) {
      super(message);
    }
  }

  private static MemorySegment symbol(SymbolLookup library, String name) throws DriverFailure {
    var found = library.find(name);
    if (found.isEmpty()) {
      throw new DriverFailure("its library has no function " + name);
    }
    return found.get();
  }

  /** {@code int name(int)}. */
  private static int call(SymbolLookup library, String name, int argument) throws DriverFailure {
    var type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    try {
      return (int)
          Linker.nativeLinker().downcallHandle(symbol(library, name), type).invokeExact(argument);
    } catch (DriverFailure e) {
      throw e;
    } catch (Throwable e) {
      throw new DriverFailure(name + " failed: " + e);
    }
  }

  /** What {@code int name(int*)} writes. */
  private static int outInt(SymbolLookup library, String name) throws DriverFailure {
    var type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    int status;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
      status =
          (int) Linker.nativeLinker().downcallHandle(symbol(library, name), type).invokeExact(out);
      if (status == 0) {
        return out.get(ValueLayout.JAVA_INT, 0);
      }
    } catch (DriverFailure e) {
      throw e;
    } catch (Throwable e) {
      throw new DriverFailure(name + " failed: " + e);
    }
    throw new DriverFailure("%s gives %d%s".formatted(name, status, meaning(status)));
  }
}
