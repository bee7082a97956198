package dev.mainstay.db.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.mainstay");

  private static final JavaClasses ALL = new ClassFileImporter().importPackages("dev.mainstay");

  @Test
  void dependsOnTheJdkAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("dev.mainstay.db.local", "java..", "org.jspecify.annotations")
        .check(MAIN);
  }

  @Test
  void speaksToNoServerButWithFilesAndCommands() {
    noClasses().should().dependOnClassesThat().resideInAPackage("java.sql..").check(MAIN);
  }

  @Test
  void fixturesUseOnlyWhatOtherModulesSee() {
    noClasses()
        .that()
        .resideInAPackage("dev.mainstay.db.local.testing")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.assertj..", "org.awaitility..", "com.tngtech..")
        .check(ALL);
  }
}
