package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.ScriptedServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as its users start it: a process of its own, with nothing else of Mainstay around. */
class JarIT {

  private static final Path JAR = Path.of("target", "mainstay-gateway.jar").toAbsolutePath();

  @TempDir Path home;

  @Test
  void jarRunsAloneAndStopsInOrder() throws Exception {
    int site = freePort();
    int admin = freePort();
    try (ScriptedServer one = ScriptedServer.start("one");
        ScriptedServer two = ScriptedServer.start("two");
        HttpClient client = HttpClient.newHttpClient()) {
      Files.writeString(
          home.resolve("gateway.yml"),
          """
          server.port: %d
          management.server.port: %d
          mainstay.gateway:
            pools:
              web:
                servers:
                  - { id: one, uri: "%s", weight: 3 }
                  - { id: two, uri: "%s", weight: 1 }
          """
              .formatted(site, admin, one.uri(), two.uri()));
      Process gateway = start("--spring.config.additional-location=file:gateway.yml");
      try {
        await().atMost(Duration.ofSeconds(60)).until(() -> listens(site) && listens(admin));
        for (int i = 0; i < 8; i++) {
          HttpResponse<String> response =
              client.send(
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/x".formatted(site)))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
          assertThat(response.statusCode()).isEqualTo(200);
        }
        assertThat(one.requests()).hasSize(6);
        assertThat(two.requests()).hasSize(2);

        gateway.destroy();
        assertThat(gateway.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(listens(site)).isFalse();
      } finally {
        gateway.destroyForcibly();
      }
    }
  }

  /**
   * Two builds of the same sources are the same bytes only if nothing tells when they were made.
   */
  @Test
  void jarTellsNoTimeOfItsBuild() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(jar.stream().map(ZipEntry::getTimeLocal).distinct()).hasSize(1);
      assertThat(jar.getManifest().getMainAttributes().keySet())
          .extracting(Object::toString)
          .doesNotContain("Build-Time", "Built-By", "Build-Jdk");
    }
  }

  @Test
  void wrongConfigurationStopsTheStartWithOneSentence() throws Exception {
    Process gateway =
        start(
            "--mainstay.gateway.pools.web.servers[0].uri=http://127.0.0.1:1",
            "--mainstay.gateway.pools.web.servers[0].weight=257");

    assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(gateway.exitValue()).isNotZero();
    assertThat(log())
        .contains("mainstay.gateway.pools.web.servers[0]: weight is 257 (expected: 0-256)")
        .doesNotContain("\tat ");
  }

  /** The run that fills the cache of classes: nothing is there to be reached. */
  @Test
  void contextRefreshesAndExitsWithNoServerReachable() throws Exception {
    List<String> command =
        command("--mainstay.gateway.pools.web.servers[0].uri=http://127.0.0.1:1");
    command.add(1, "-Dspring.context.exit=onRefresh");
    command.add("--server.port=0");
    command.add("--management.server.port=0");
    Process gateway = start(command);

    assertThat(gateway.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(gateway.exitValue()).isZero();
  }

  private Process start(String... arguments) throws IOException {
    return start(command(arguments));
  }

  private Process start(List<String> command) throws IOException {
    File log = home.resolve("log").toFile();
    Process process =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return process;
  }

  private static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                JAR.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private String log() throws IOException {
    return Files.readString(home.resolve("log"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }
}
