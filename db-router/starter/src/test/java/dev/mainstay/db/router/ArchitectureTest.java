package dev.mainstay.db.router;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.mainstay.db.router");

  @Test
  void routingKnowsNeitherBootNorServlets() {
    noClasses()
        .that()
        .resideInAPackage("dev.mainstay.db.router")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework.boot..",
            "org.springframework.context..",
            "org.springframework.web..",
            "jakarta..",
            "org.hibernate..",
            "org.flywaydb..",
            "io.micrometer..",
            "dev.mainstay.db.router.config..",
            "dev.mainstay.db.router.web..")
        .check(CLASSES);
  }

  @Test
  void theServletEdgeKnowsNoBoot() {
    noClasses()
        .that()
        .resideInAPackage("dev.mainstay.db.router.web..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.springframework.boot..", "dev.mainstay.db.router.config..")
        .check(CLASSES);
  }

  @Test
  void onlyTheProbeAndPositionsSpeakTheEnginesSql() {
    noClasses()
        .that()
        .resideInAPackage("dev.mainstay.db.router..")
        .and()
        .haveSimpleNameNotStartingWith("JdbcProbe")
        .and()
        .doNotHaveSimpleName("Contact")
        .and()
        .doNotHaveSimpleName("Positions")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("dev.mainstay.db.engine.EngineSql")
        .check(CLASSES);
  }

  @Test
  void nothingOfTheControllerIsUsed() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.mainstay.db.controller..", "dev.mainstay.db.local..")
        .check(CLASSES);
  }
}
