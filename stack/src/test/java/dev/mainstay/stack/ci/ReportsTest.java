package dev.mainstay.stack.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CI's run takes for a whole one, by a small project of its own. */
class ReportsTest {

  private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");
  private static final String RAN = "<testsuite name=\"x\" tests=\"1\"><testcase/></testsuite>";

  @TempDir Path project;

  @BeforeEach
  void twoClassesAndTheirReports() throws IOException {
    Path own = Path.of("").toAbsolutePath().resolveSibling(".ci/reports");
    Files.createDirectory(project.resolve(".ci"));
    Files.copy(own, project.resolve(".ci/reports"), StandardCopyOption.COPY_ATTRIBUTES);
    write("begun", "", BEGUN);
    write("web/src/test/java/a/b/PageTest.java", "class PageTest {}", BEGUN);
    write("db/core/src/test/java/a/SqlIT.java", "class SqlIT {}", BEGUN);
    report("web/target/surefire-reports/TEST-a.b.PageTest.xml", RAN);
    report("db/core/target/failsafe-reports/TEST-a.SqlIT.xml", RAN);
  }

  private void write(String file, String text, Instant at) throws IOException {
    Path path = project.resolve(file);
    Files.createDirectories(
        project.resolve(file.contains("/") ? file.replaceFirst("/[^/]*$", "") : ""));
    Files.writeString(path, text);
    Files.setLastModifiedTime(path, FileTime.from(at));
  }

  private void report(String file, String text) throws IOException {
    write(file, text, BEGUN.plusSeconds(60));
  }

  /** Its exit code and what it says. */
  private String reports() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(project.resolve(".ci/reports").toString(), project + "/begun")
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() + ": " + said.strip();
  }

  @Test
  void everyClassRan() throws Exception {
    assertThat(reports()).isEqualTo("0: 2 test classes ran");
  }

  @Test
  void aClassThatNeverRanIsNamed() throws Exception {
    Files.delete(project.resolve("db/core/target/failsafe-reports/TEST-a.SqlIT.xml"));

    assertThat(reports()).startsWith("1: These test classes did not run").endsWith("\n  a/SqlIT");
  }

  @Test
  void theReportOfAnEarlierRunDoesNotCount() throws Exception {
    write("web/target/surefire-reports/TEST-a.b.PageTest.xml", RAN, BEGUN.minusSeconds(60));

    assertThat(reports()).startsWith("1: ").endsWith("\n  a/b/PageTest");
  }

  @Test
  void aReportWithoutATestDoesNotCount() throws Exception {
    report(
        "web/target/surefire-reports/TEST-a.b.PageTest.xml", "<testsuite name=\"x\" tests=\"0\"/>");

    assertThat(reports()).startsWith("1: ").endsWith("\n  a/b/PageTest");
  }

  @Test
  void aSkippedTestIsNamed() throws Exception {
    report(
        "db/core/target/failsafe-reports/TEST-a.SqlIT.xml",
        RAN.replace("<testcase/>", "<testcase><skipped message=\"no engine\"/></testcase>"));

    assertThat(reports())
        .startsWith("1: These test reports name skipped tests")
        .endsWith("/db/core/target/failsafe-reports/TEST-a.SqlIT.xml");
  }
}
