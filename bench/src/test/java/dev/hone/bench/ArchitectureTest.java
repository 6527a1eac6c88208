package dev.hone.bench;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The walls between the rooms: what may name what. */
class ArchitectureTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  private static JavaClasses hone;

  @BeforeAll
  static void importClasses() {
    hone =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            .withImportOption(location -> !location.contains("/jmh_generated/"))
            .importPackages("dev.hone");
  }

  /** An empty or partial import would keep every rule, so each source file must have come in. */
  @ParameterizedTest
  @ValueSource(strings = {"tensor", "autograd", "kernels", "nn", "icp", "datasets", "bench"})
  void everySourceFileWasImported(String module) throws IOException {
    Path sources = REPOSITORY.resolve(module).resolve("src/main/java");
    Set<String> missing;
    try (Stream<Path> files = Files.walk(sources)) {
      missing =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(file -> sources.relativize(file).toString())
              .map(name -> name.replace(".java", "").replace('/', '.').replace('\\', '.'))
              .collect(Collectors.toCollection(TreeSet::new));
    }
    assertTrue(!missing.isEmpty(), "no sources in " + sources);
    hone.forEach(type -> missing.remove(type.getName()));
    assertEquals(Set.of(), missing, "not imported");
  }

  @Test
  void roomsSeeOnlyTheRoomsBelow() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("dev.hone..")
        .layer("tensor")
        .definedBy("dev.hone.tensor..")
        .layer("autograd")
        .definedBy("dev.hone.autograd..")
        .layer("kernels")
        .definedBy("dev.hone.kernels..")
        .layer("nn")
        .definedBy("dev.hone.nn..")
        .layer("icp")
        .definedBy("dev.hone.icp..")
        .layer("datasets")
        .definedBy("dev.hone.datasets..")
        .layer("bench")
        .definedBy("dev.hone.bench..")
        .whereLayer("bench")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("kernels")
        .mayOnlyBeAccessedByLayers("bench")
        .whereLayer("icp")
        .mayOnlyBeAccessedByLayers("bench")
        .whereLayer("datasets")
        .mayOnlyBeAccessedByLayers("bench")
        .whereLayer("nn")
        .mayOnlyBeAccessedByLayers("icp", "bench")
        .whereLayer("autograd")
        .mayOnlyBeAccessedByLayers("nn", "icp", "bench")
        .whereLayer("tensor")
        .mayNotAccessAnyLayer()
        .ensureAllClassesAreContainedInArchitecture()
        .check(hone);
  }

  @Test
  void noCyclesBetweenPackages() {
    slices().assignedFrom(new Packages()).should().beFreeOfCycles().check(hone);
  }

  /**
   * One slice for each package, but one for {@code tensor} and its backend contract together: a
   * tensor asks its backend to compute, and a backend computes with tensors.
   */
  private static final class Packages implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass type) {
      String name = type.getPackageName();
      return SliceIdentifier.of(name.equals("dev.hone.tensor.backend") ? "dev.hone.tensor" : name);
    }

    @Override
    public String getDescription() {
      return "packages of dev.hone";
    }
  }

  @Test
  void tensorNeedsTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage("dev.hone.tensor..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("dev.hone.tensor..", "java..", "org.jspecify..")
        .check(hone);
  }

  @Test
  void vectorApiOnlyInTheCpuKernels() {
    onlyIn("dev.hone.kernels.cpu..", "jdk.incubator.vector..").check(hone);
  }

  @Test
  void cudaOnlyInItsKernels() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.hone.kernels.cuda..", "dev.hone.kernels.cudnn..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jcuda..")
        .check(hone);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "picocli..",
        "org.knowm.xchart..",
        "me.tongfei.progressbar..",
        "org.openjdk.jmh..",
        "org.slf4j..",
        "ch.qos.logback.."
      })
  void commandLinePlotsProgressAndLoggingOnlyInBench(String library) {
    onlyIn("dev.hone.bench..", library).check(hone);
  }

  @Test
  void onlyTheCommandLinePrints() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.hone.bench.cli..")
        .should(ACCESS_STANDARD_STREAMS)
        .check(hone);
  }

  @Test
  void randomNumbersComeFromPhilox() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .areAssignableTo(java.util.Random.class)
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(SplittableRandom.class, ThreadLocalRandom.class)
        .orShould()
        .callMethod(Math.class, "random")
        .because("runs must be reproducible on any backend with any number of threads")
        .check(hone);
  }

  @Test
  void aFunctionLivesWithTheTypeItServes() {
    noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Managers)(\\$.*)?")
        .orShould()
        .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..manager..")
        .check(hone);
  }

  private static ArchRule onlyIn(String room, String library) {
    return noClasses()
        .that(resideOutsideOfPackage(room))
        .should()
        .dependOnClassesThat(resideInAPackage(library));
  }
}
