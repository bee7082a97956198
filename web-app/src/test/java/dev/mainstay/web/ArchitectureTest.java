package dev.mainstay.web;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RestController;

/** Which package may use which. */
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.mainstay.web");

  @Test
  void packagesUseOnlyWhatTheyMay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("dev.mainstay.web..")
        .layer("notice")
        .definedBy("dev.mainstay.web.notice..")
        .layer("seed")
        .definedBy("dev.mainstay.web.seed..")
        .layer("idempotency")
        .definedBy("dev.mainstay.web.idempotency..")
        .layer("whoami")
        .definedBy("dev.mainstay.web.whoami..")
        .layer("problem")
        .definedBy("dev.mainstay.web.problem..")
        .layer("guard")
        .definedBy("dev.mainstay.web.guard..")
        .layer("settings")
        .definedBy("dev.mainstay.web.config..")
        .whereLayer("notice")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("seed")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("idempotency")
        .mayOnlyBeAccessedByLayers("notice", "settings")
        .whereLayer("whoami")
        .mayOnlyBeAccessedByLayers("notice", "problem")
        .whereLayer("problem")
        .mayOnlyBeAccessedByLayers("notice", "idempotency")
        .whereLayer("guard")
        .mayOnlyBeAccessedByLayers("problem", "settings")
        .whereLayer("settings")
        .mayOnlyBeAccessedByLayers("seed", "whoami")
        .check(CLASSES);
  }

  @Test
  void controllersAreKeptInTheirPackages() {
    classes()
        .that()
        .areAnnotatedWith(Controller.class)
        .or()
        .areAnnotatedWith(RestController.class)
        .should()
        .bePackagePrivate()
        .check(CLASSES);
  }

  @Test
  void nothingKeepsAServerSession() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("jakarta.servlet.http.HttpSession")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.springframework.web.servlet.mvc.support.RedirectAttributes")
        .because("any instance answers any request")
        .check(CLASSES);
  }
}
