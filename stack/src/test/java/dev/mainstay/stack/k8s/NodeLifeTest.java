package dev.mainstay.stack.k8s;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node's container begins and ends, by its own scripts; the server is a stand-in. */
class NodeLifeTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration SHORTLY = Duration.ofSeconds(10);
  private static final Path SCRIPTS = Repository.folder().resolve("k8s/base/db");

  @TempDir Path folder;

  /** Where nobody is, unless a test says otherwise. */
  private String controller = "127.0.0.1/1";

  @BeforeEach
  void aPassword() throws IOException {
    Files.writeString(folder.resolve("password"), "root's");
  }

  @Test
  void aNodeThatIsAskedToStopIsKilled() throws Exception {
    Path start = folder.resolve("start");
    Files.writeString(
        start,
        """
        trap 'echo asked > "%1$s/asked"' TERM
        echo $$ "$@" > "%1$s/begun.part"
        mv "%1$s/begun.part" "%1$s/begun"
        while :; do sleep 1; done
        """
            .formatted(folder));
    Path run = folder.resolve("run.sh");
    Files.writeString(
        run,
        Repository.text(SCRIPTS.resolve("run.sh")).replace("/mainstay/start", start.toString()));
    Process container = new ProcessBuilder("bash", run.toString(), "--server-id=2").start();
    try {
      Path begun = folder.resolve("begun");
      await().atMost(LIMIT).until(() -> Files.exists(begun));
      List<String> told = List.of(Repository.text(begun).strip().split(" "));
      ProcessHandle server = ProcessHandle.of(Long.parseLong(told.getFirst())).orElseThrow();

      container.destroy(); // SIGTERM

      assertThat(container.waitFor(30, TimeUnit.SECONDS)).isTrue();
      await().atMost(LIMIT).until(() -> !server.isAlive());
      assertThat(folder.resolve("asked")).doesNotExist();
      assertThat(told.subList(1, told.size())).containsExactly("--server-id=2");
    } finally {
      container.descendants().forEach(ProcessHandle::destroyForcibly);
      container.destroyForcibly();
    }
  }

  @Test
  void aContainerEndsWithItsServer() throws Exception {
    Path start = folder.resolve("start");
    Files.writeString(start, "exit 3\n");
    Path run = folder.resolve("run.sh");
    Files.writeString(
        run,
        Repository.text(SCRIPTS.resolve("run.sh")).replace("/mainstay/start", start.toString()));

    Process container = new ProcessBuilder("bash", run.toString()).start();

    assertThat(container.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(container.exitValue()).isEqualTo(3);
  }

  @Test
  void aReplicaLeavesAtOnce() throws Exception {
    assertThat(leave(60, "echo 1")).isLessThan(LIMIT);
  }

  @Test
  void aNodeThatDoesNotAnswerLeavesAtOnce() throws Exception {
    assertThat(leave(60, "exit 1")).isLessThan(LIMIT);
  }

  @Test
  void aPrimaryStaysUntilTheTimeIsUp() throws Exception {
    assertThat(leave(2, "echo 0")).isBetween(Duration.ofSeconds(1), LIMIT);
  }

  /** Trap: each of them may be waited for, and together they outlast the pod's grace period. */
  @Test
  void aPrimaryLeavesInTimeThoughNoControllerAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      controller = "127.0.0.1/" + silent.getLocalPort();

      assertThat(leave(2, "echo 0")).isLessThan(SHORTLY);
    }
  }

  @Test
  void aNodeWhoseServerHangsLeavesInTime() throws Exception {
    assertThat(leave(2, "sleep 60")).isLessThan(SHORTLY);
  }

  /** By a stand-in for the controllers, of whom the first that is asked does not lead. */
  @Test
  void aPrimaryAsksForItsSuccessorAndLeavesWhenThereIsOne() throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer controllers =
        controllers(
            order -> {
              asked.add(order);
              return asked.size() > 1 && move() ? 200 : 409;
            });
    try {
      controller = "127.0.0.1/" + controllers.getAddress().getPort();

      Duration took = leave(60, "[ -e '%s/moved' ] && echo 1 || echo 0".formatted(folder));

      assertThat(took).isLessThan(LIMIT);
      assertThat(asked)
          .containsExactly(
              "Bearer the token {\"to\":\"db-1\"}", "Bearer the token {\"to\":\"db-3\"}");
    } finally {
      controllers.stop(0);
    }
  }

  private boolean move() {
    return folder.resolve("moved").toFile().mkdir();
  }

  @Test
  void aPrimaryLeavesWhenAnotherHoldsItsOffice() throws Exception {
    String onceOpenThenClosed =
        """
        [ -e "%1$s/seen" ] && echo 1 || echo 0
        touch "%1$s/seen"
        """
            .formatted(folder);

    assertThat(leave(60, onceOpenThenClosed)).isLessThan(LIMIT);
    assertThat(folder.resolve("seen")).exists();
  }

  /** Trap: it is not asked again, and the only trace is what its container said. */
  @Test
  void aNodeWhosePasswordIsRefusedSaysWhichWhenItLeaves() throws Exception {
    leave(60, DENIED);

    assertThat(log())
        .containsExactly(
            "preStop: access denied for user root, check %s: no switchover is asked for"
                .formatted(folder.resolve("password")));
  }

  @Test
  void aPrimaryWhoseTokenIsRefusedSaysWhichWhenItLeaves() throws Exception {
    HttpServer controllers = controllers(_ -> 401);
    try {
      controller = "127.0.0.1/" + controllers.getAddress().getPort();

      leave(2, "echo 0");
    } finally {
      controllers.stop(0);
    }
    assertThat(log())
        .containsExactly(
            "preStop: the controllers do not take the token, check " + folder.resolve("token"));
  }

  /**
   * Trap: the image executes what has an executable bit, and such a script has not its functions.
   */
  @Test
  void theFirstStartsScriptSaysThatItIsToBeSourced() throws Exception {
    Path script = Repository.folder().resolve("docker/node/init/controller.sh");
    Process process = new ProcessBuilder("bash", script.toString()).start();

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8).lines())
        .singleElement()
        .asString()
        .contains("executed and not sourced", "chmod a-x docker/node/init/controller.sh");
  }

  @Test
  void aNodeThatGreetsNobodyIsNotHealthy() throws Exception {
    assertThat(health("exit 0", 1)).isNotZero();
  }

  @Test
  void aHealthyNodeWhoseRootPasswordIsWrongSaysSoOnce() throws Exception {
    try (ServerSocket server = greeting()) {
      assertThat(health(DENIED, server.getLocalPort())).isZero();
      assertThat(health(DENIED, server.getLocalPort())).isZero();
    }
    assertThat(log())
        .singleElement()
        .asString()
        .startsWith("access denied for user root, check %s:".formatted(folder.resolve("password")));
  }

  @Test
  void thePasswordIsLookedAtUntilTheServerHasAnswered() throws Exception {
    String countThenFail =
        "echo >> '%s/asked'; [ $(wc -l < '%1$s/asked') -gt 1 ]".formatted(folder);
    try (ServerSocket server = greeting()) {
      for (int look = 0; look < 3; look++) {
        assertThat(health(countThenFail, server.getLocalPort())).isZero();
      }
    }
    assertThat(Files.readAllLines(folder.resolve("asked"))).hasSize(2);
    assertThat(folder.resolve("log")).doesNotExist();
  }

  /** Whoever is open is ready, also one that waits for its replicas. */
  @Test
  void aNodeIsReadyWhenItIsOpenOrReplicates() throws Exception {
    assertThat(ready(vertical("closed: 0"))).isTrue();
    assertThat(ready(vertical("closed: 1", "Replica_IO_Running: Yes", "Replica_SQL_Running: Yes")))
        .isTrue();
    assertThat(ready(DENIED)).isTrue();
  }

  /** It answers, but nobody could do without another node for its sake. */
  @Test
  void aNodeThatHasNoSourceIsNotReady() throws Exception {
    assertThat(ready(vertical("closed: 1"))).isFalse();
    assertThat(
            ready(
                vertical(
                    "closed: 1", "Replica_IO_Running: Connecting", "Replica_SQL_Running: Yes")))
        .isFalse();
    assertThat(ready(vertical("closed: 1", "Replica_IO_Running: Yes", "Replica_SQL_Running: No")))
        .isFalse();
    assertThat(ready("echo \"ERROR 2002 (HY000): Can't connect\" >&2; exit 1")).isFalse();
  }

  /** A `mysql` that prints these columns, each on a line. */
  private static String vertical(String... columns) {
    return "printf '%20s\\n' '" + String.join("' '", columns) + "'";
  }

  private boolean ready(String mysql) throws IOException, InterruptedException {
    Process process = script(SCRIPTS.resolve("ready.sh").toString(), mysql).start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0;
  }

  private static final String DENIED =
      "echo \"ERROR 1045 (28000): Access denied for user 'root'@'localhost'\" >&2; exit 1";

  private List<String> log() throws IOException {
    return Files.readAllLines(folder.resolve("log"));
  }

  /** Says a few bytes to whoever connects, as a MySQL does. */
  private static ServerSocket greeting() throws IOException {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  try (Socket client = server.accept()) {
                    client.getOutputStream().write("J\0\0\0\n9.7".getBytes(UTF_8));
                  }
                }
              } catch (IOException closed) {
                // The test is over.
              }
            });
    return server;
  }

  /** The exit code; with a `mysql` that does as told. */
  private int health(String mysql, int port) throws IOException, InterruptedException {
    ProcessBuilder builder =
        script(Repository.folder().resolve("docker/node/health").toString(), mysql);
    builder.environment().put("PORT", String.valueOf(port));
    builder.environment().put("LOOKED", folder.resolve("looked").toString());
    Process process = builder.start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** How long it took; with a `mysql` that does as told. */
  private Duration leave(int seconds, String mysql) throws IOException, InterruptedException {
    ProcessBuilder builder =
        script(SCRIPTS.resolve("leave.sh").toString(), mysql, String.valueOf(seconds));
    Path token = Files.writeString(folder.resolve("token"), "the token\n");
    builder.environment().put("ADMIN_TOKEN_FILE", token.toString());
    builder.environment().put("CONTROLLER", controller);
    builder.environment().put("HOSTNAME", "db-2");
    Instant begun = Instant.now();
    Process process = builder.start();
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Duration.between(begun, Instant.now());
  }

  /** A script as it runs in a node's container, where `mysql` does as told. */
  private ProcessBuilder script(String script, String mysql, String... arguments)
      throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path client = bin.resolve("mysql");
    Files.writeString(client, "#!/bin/bash\n" + mysql + "\n");
    Files.setPosixFilePermissions(client, PosixFilePermissions.fromString("rwx------"));
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(Stream.of("bash", script), Stream.of(arguments)).toList());
    builder.environment().merge("PATH", bin.toString(), (path, own) -> own + ":" + path);
    builder.environment().put("MYSQL_ROOT_PASSWORD_FILE", folder.resolve("password").toString());
    builder.environment().put("LOG", folder.resolve("log").toString());
    return builder;
  }

  /** Stand-ins for the controllers, at one address. */
  private static HttpServer controllers(ToIntFunction<String> answer) throws IOException {
    HttpServer controllers =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    controllers.createContext(
        "/api/switchover",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          int status =
              answer.applyAsInt(
                  exchange.getRequestHeaders().getFirst("Authorization") + " " + body);
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    controllers.start();
    return controllers;
  }
}
