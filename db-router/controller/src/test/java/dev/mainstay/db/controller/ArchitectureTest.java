package dev.mainstay.db.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final String HERE = "dev.mainstay.db.controller";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(HERE);

  @Test
  void thePlannerIsPure() {
    classes()
        .that()
        .resideInAPackage(HERE + ".plan")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java.lang..",
            "java.time..",
            "java.util..",
            "org.jspecify..",
            "dev.mainstay.db",
            "dev.mainstay.db.failover",
            HERE + ".plan")
        .check(CLASSES);
  }

  @Test
  void theLoopKnowsNoSpring() {
    classes()
        .that()
        .resideInAPackage(HERE + ".loop")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "org.jspecify..",
            "org.slf4j",
            "dev.mainstay.db",
            "dev.mainstay.db.engine",
            "dev.mainstay.db.failover",
            HERE + ".plan",
            HERE + ".loop")
        .check(CLASSES);
  }

  @Test
  void nothingDependsOnTheWiring() {
    noClasses()
        .that()
        .resideOutsideOfPackage(HERE + ".config")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(HERE + ".config")
        .check(CLASSES);
  }
}
