package dev.mainstay.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code mainstay} in a clone of nothing but itself, with a Maven and a JDK that only
 * say that they ran.
 */
class ScriptTest {

  private static final String[] JARS = {
    "stack/target/mainstay-stack.jar",
    "gateway/target/mainstay-gateway.jar",
    "web-app/target/mainstay-web-app.jar",
    "db-router/controller/target/mainstay-controller-exec.jar"
  };

  @TempDir private Path folder;

  private Path clone;
  private Path tools;
  private Path jdk;

  @BeforeEach
  void makeAClone() throws IOException {
    clone = folder.resolve("clone");
    for (String jar : JARS) {
      Files.createDirectories(clone.resolve(jar).getParent());
    }
    Files.copy(Path.of("../mainstay"), clone.resolve("mainstay"));
    Files.createFile(clone.resolve("pom.xml"));
    jdk = folder.resolve("jdk");
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    program(jdk.resolve("bin/java"), "echo ran");
    program(jdk.resolve("bin/javac"), "exit 0");
    tools = Files.createDirectory(folder.resolve("tools"));
  }

  @Test
  void commandsThatBeginTogetherBuildOnce() throws Exception {
    assumeThat(Path.of("/usr/bin/flock")).isExecutable();
    Path begun = folder.resolve("begun");
    Path mayEnd = folder.resolve("may-end");
    assertThat(new ProcessBuilder("mkfifo", mayEnd.toString()).start().waitFor()).isZero();
    maven("echo x >> %s; read -r _ < %s; %s".formatted(begun, mayEnd, building()));

    Process first = mainstay("first");
    await().until(() -> Files.exists(begun));
    Process second = mainstay("second");
    await().until(() -> said("second").contains("another command is building; waiting for it"));
    Files.writeString(mayEnd, "go\n");

    assertThat(exitOf(first)).isZero();
    assertThat(exitOf(second)).isZero();
    assertThat(begun).hasContent("x");
    assertThat(said("first")).endsWith("ran\n");
    assertThat(said("second")).endsWith("ran\n");
  }

  @Test
  void whatIsBuiltIsNotBuiltAgain() throws Exception {
    Path begun = folder.resolve("begun");
    maven("echo x >> %s; %s".formatted(begun, building()));

    assertThat(exitOf(mainstay("first"))).isZero();
    assertThat(exitOf(mainstay("second"))).isZero();

    assertThat(begun).hasContent("x");
    assertThat(said("second")).isEqualTo("ran\n");
  }

  @Test
  void brokenBuildEndsTheCommandAndNamesItsLog() throws Exception {
    maven("echo '[ERROR] no such symbol'; exit 1");

    assertThat(exitOf(mainstay("first"))).isEqualTo(1);

    assertThat(said("first"))
        .contains("[ERROR] no such symbol")
        .contains("mainstay: the build failed; the whole story is in ")
        .doesNotContain("ran");
  }

  @Test
  void withoutMavenOneLineSaysHowToGetIt() throws Exception {
    linkWhatTheScriptCalls();

    assertThat(exitOf(mainstay("first", tools.toString()))).isEqualTo(1);

    assertThat(said("first"))
        .startsWith("mainstay: Maven (mvn) is missing. Install it")
        .hasLineCount(1);
  }

  @Test
  void withoutJdk25OneLineSaysHowToGetItAndNothingIsBuilt() throws Exception {
    Path begun = folder.resolve("begun");
    maven("echo x >> %s; %s".formatted(begun, building()));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.12\"\n");
    // The folders of the machine that runs this test may hold one.
    Path script = clone.resolve("mainstay");
    Files.writeString(
        script,
        Files.readString(script)
            .replaceAll(" /(usr/lib/jvm|opt|Library)/", " " + folder + "/none/"));
    linkWhatTheScriptCalls();

    assertThat(exitOf(mainstay("first", tools.toString()))).isEqualTo(1);

    assertThat(said("first"))
        .startsWith("mainstay: a JDK 25 is missing. Install one")
        .contains("MAINSTAY_JAVA_HOME")
        .hasLineCount(1);
    assertThat(begun).doesNotExist();
  }

  /** What a build leaves behind. */
  private static String building() {
    return "touch " + String.join(" ", JARS);
  }

  /** For a path on which nothing else is. */
  private void linkWhatTheScriptCalls() throws IOException {
    for (String needed : new String[] {"dirname", "find", "head", "mkdir", "readlink", "flock"}) {
      Path real = Path.of("/usr/bin", needed);
      if (Files.isExecutable(real)) {
        Files.createSymbolicLink(tools.resolve(needed), real);
      }
    }
  }

  private void maven(String does) throws IOException {
    program(tools.resolve("mvn"), does);
  }

  private static void program(Path file, String does) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + does + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Process mainstay(String log) throws IOException {
    return mainstay(log, tools + ":/usr/bin:/bin");
  }

  private Process mainstay(String log, String path) throws IOException {
    ProcessBuilder command = new ProcessBuilder("/bin/sh", clone.resolve("mainstay").toString());
    command.environment().put("PATH", path);
    command.environment().put("MAINSTAY_JAVA_HOME", jdk.toString());
    command.environment().put("HOME", folder.toString());
    command.environment().keySet().removeAll(Set.of("JAVA_HOME", "SDKMAN_DIR"));
    return command.redirectErrorStream(true).redirectOutput(folder.resolve(log).toFile()).start();
  }

  private String said(String log) throws IOException {
    return Files.readString(folder.resolve(log), StandardCharsets.UTF_8);
  }

  private static int exitOf(Process process) throws InterruptedException {
    try {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
