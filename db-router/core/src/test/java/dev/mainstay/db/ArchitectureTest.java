package dev.mainstay.db;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may use which. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.mainstay.db");

  @Test
  void topologyIsPure() {
    classes()
        .that()
        .resideInAPackage("dev.mainstay.db")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.mainstay.db", "java.lang..", "java.util..", "java.time..", "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void failoverRulesArePure() {
    classes()
        .that()
        .resideInAPackage("dev.mainstay.db.failover")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.mainstay.db",
            "dev.mainstay.db.failover",
            "java.lang..",
            "java.util..",
            "java.time..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void engineEdgeKnowsJdbcAndTheTopology() {
    classes()
        .that()
        .resideInAPackage("dev.mainstay.db.engine")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.mainstay.db",
            "dev.mainstay.db.engine",
            "java..",
            "org.jspecify..",
            "com.mysql.cj..")
        .check(CLASSES);
  }
}
