package dev.mainstay.stack;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final String ROOT = "dev.mainstay.stack";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  @Test
  void modelIsPure() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".model")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".model", "java.lang..", "java.util..", "java.time..", "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void layersPointDownwards() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(ROOT + "..")
        .layer("command")
        .definedBy(ROOT)
        .layer("cli")
        .definedBy(ROOT + ".cli")
        .layer("drill")
        .definedBy(ROOT + ".drill..")
        .layer("bench")
        .definedBy(ROOT + ".bench")
        .layer("launch")
        .definedBy(ROOT + ".launch")
        .layer("containers")
        .definedBy(ROOT + ".containers")
        .layer("remote")
        .definedBy(ROOT + ".remote")
        .layer("supervise")
        .definedBy(ROOT + ".supervise")
        .layer("process")
        .definedBy(ROOT + ".process")
        .layer("model")
        .definedBy(ROOT + ".model")
        .whereLayer("command")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("cli")
        .mayOnlyBeAccessedByLayers("command")
        .whereLayer("drill")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("bench")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("launch")
        .mayOnlyBeAccessedByLayers("drill", "cli")
        .whereLayer("containers")
        .mayOnlyBeAccessedByLayers("drill", "cli")
        .whereLayer("remote")
        .mayOnlyBeAccessedByLayers("launch", "drill", "bench", "cli")
        .whereLayer("supervise")
        .mayOnlyBeAccessedByLayers("remote", "launch", "drill", "cli")
        .whereLayer("process")
        .mayOnlyBeAccessedByLayers(
            "supervise", "remote", "launch", "containers", "drill", "bench", "cli")
        .check(CLASSES);
  }

  @Test
  void onlyTheCommandLineKnowsPicocli() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".cli")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(CLASSES);
  }

  @Test
  void onlyTheLaunchKnowsDatabaseServers() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".launch")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mainstay.db.local..")
        .check(CLASSES);
  }

  /** What was seen is judged without asking anybody anything. */
  @Test
  void theVerdictOfADrillIsPure() {
    classes()
        .that()
        .resideInAPackage(ROOT + ".drill.check")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".drill.check",
            ROOT + ".drill.load",
            ROOT + ".drill.watch",
            "java.lang..",
            "java.util..",
            "java.time..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void onlyTheDrillsLookAtNodesThemselves() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".drill.watch")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "com.mysql..")
        .check(CLASSES);
  }
}
