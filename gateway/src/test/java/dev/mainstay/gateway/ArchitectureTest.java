package dev.mainstay.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may import which. Arrows never turn back. */
class ArchitectureTest {

  private static final String ROOT = "dev.mainstay.gateway.";

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.mainstay.gateway");

  @Test
  void healthIsPure() {
    classes()
        .that()
        .resideInAPackage(ROOT + "health")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", ROOT + "health")
        .check(classes);
  }

  @Test
  void balanceIsPure() {
    classes()
        .that()
        .resideInAPackage(ROOT + "balance")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", ROOT + "balance", ROOT + "health")
        .check(classes);
  }

  @Test
  void tellingIsPure() {
    classes()
        .that()
        .resideInAPackage(ROOT + "telling")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", ROOT + "telling")
        .check(classes);
  }

  @Test
  void upstreamKnowsNothingOfSpring() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "upstream")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            ROOT + "route",
            ROOT + "check",
            ROOT + "discovery",
            ROOT + "admin",
            ROOT + "config")
        .check(classes);
  }

  @Test
  void engineAndExpressKnowNothingOfSpring() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "engine")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            "reactor..",
            ROOT + "express",
            ROOT + "guard",
            ROOT + "telling",
            ROOT + "route",
            ROOT + "check",
            ROOT + "discovery",
            ROOT + "admin",
            ROOT + "config")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "express")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            "reactor..",
            ROOT + "route",
            ROOT + "check",
            ROOT + "discovery",
            ROOT + "admin",
            ROOT + "config")
        .check(classes);
  }

  @Test
  void guardKnowsNobody() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "guard")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            ROOT + "upstream",
            ROOT + "balance",
            ROOT + "route",
            ROOT + "check",
            ROOT + "discovery",
            ROOT + "admin",
            ROOT + "config")
        .check(classes);
  }

  @Test
  void discoveryKnowsNothingOfSpring() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "discovery")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            ROOT + "route",
            ROOT + "check",
            ROOT + "admin",
            ROOT + "config")
        .check(classes);
  }

  @Test
  void edgesDoNotKnowEachOther() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "route")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + "check", ROOT + "discovery", ROOT + "admin", ROOT + "watch", ROOT + "config")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "check")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + "route", ROOT + "discovery", ROOT + "admin", ROOT + "config")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage(ROOT + "admin")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROOT + "route", ROOT + "check", ROOT + "discovery", ROOT + "config")
        .check(classes);
  }

  @Test
  void theWatchKnowsNothingOfSpring() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "watch")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..",
            ROOT + "route",
            ROOT + "check",
            ROOT + "discovery",
            ROOT + "admin",
            ROOT + "config")
        .check(classes);
  }
}
