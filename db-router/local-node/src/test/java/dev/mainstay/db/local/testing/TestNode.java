package dev.mainstay.db.local.testing;

import dev.mainstay.db.local.Account;
import dev.mainstay.db.local.Distribution;
import dev.mainstay.db.local.Initialisation;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.LocalNode;
import dev.mainstay.db.local.NodeSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real database server on a free port of the loopback interface, in a folder of its own that goes
 * with it. Closing it kills it; a JVM that ends without closing kills it too.
 *
 * <pre>{@code
 * try (var node = TestNode.blank(LocalEngine.MYSQL, 1);
 *     var connection = node.connect()) { … }
 * }</pre>
 */
public final class TestNode implements AutoCloseable {

  /** The account that a blank node has. */
  public static final Account CONTROLLER = new Account("controller", "controller'sOwn\\pass");

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private static final String URL_OPTIONS =
      "sslMode=DISABLED&allowPublicKeyRetrieval=true&connectTimeout=2000&socketTimeout=30000";

  /** Data folders made once per JVM and distribution; a blank node starts on a copy. */
  private static final Map<Distribution, Path> TEMPLATES = new ConcurrentHashMap<>();

  private static final Set<TestNode> OPEN = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(TestNode::closeAll, "close test nodes"));
  }

  private final LocalNode node;
  private final Path folder;
  private final List<String> options;

  // Guarded by this.
  private @Nullable Process process;

  private TestNode(LocalNode node, Path folder, List<String> options) {
    this.node = node;
    this.folder = folder;
    this.options = List.copyOf(options);
  }

  /**
   * A blank node {@code db-N} that takes connections; skips the test where the engine cannot be
   * had.
   */
  public static TestNode blank(LocalEngine engine, int serverId) {
    return blank(TestEngines.require(engine), serverId);
  }

  /** The same of these programs. */
  public static TestNode blank(Distribution distribution, int serverId) {
    var made = stopped(distribution, serverId, List.of());
    try {
      made.start();
      return made;
    } catch (RuntimeException | Error failure) {
      made.close();
      throw failure;
    }
  }

  /** Blank nodes {@code db-1} to {@code db-N}, started side by side. */
  public static List<TestNode> blankCluster(LocalEngine engine, int size) {
    return blankCluster(TestEngines.require(engine), size, List.of());
  }

  /** The same of these programs, with more lines in each node's option file. */
  public static List<TestNode> blankCluster(
      Distribution distribution, int size, List<String> options) {
    var nodes = new ArrayList<TestNode>();
    try {
      for (int serverId = 1; serverId <= size; serverId++) {
        nodes.add(stopped(distribution, serverId, options));
      }
      // One that does not start throws here, and the others go with it.
      nodes.stream()
          .map(each -> CompletableFuture.runAsync(each::start, Thread::startVirtualThread))
          .toList()
          .forEach(CompletableFuture::join);
      return List.copyOf(nodes);
    } catch (RuntimeException | Error failure) {
      nodes.forEach(TestNode::close);
      throw failure;
    }
  }

  /** A blank node that is not started yet. */
  public static TestNode stopped(LocalEngine engine, int serverId) {
    return stopped(TestEngines.require(engine), serverId, List.of());
  }

  private static TestNode stopped(Distribution distribution, int serverId, List<String> options) {
    try {
      var folder = Files.createTempDirectory("mainstay-db-" + serverId + "-");
      var made = new TestNode(new LocalNode(distribution, spec(serverId, folder)), folder, options);
      OPEN.add(made);
      copyTemplate(distribution, made.node.spec().data());
      made.initialise();
      return made;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** {@code db-1} … */
  public String id() {
    return node.spec().id();
  }

  public int serverId() {
    return node.spec().serverId();
  }

  public int port() {
    return node.spec().port();
  }

  /** As configurations name it: {@code db-1=127.0.0.1:23456}. */
  public String address() {
    return id() + "=127.0.0.1:" + port();
  }

  public LocalNode node() {
    return node;
  }

  /** The process id of the server that runs. */
  public long pid() {
    return running().pid();
  }

  public synchronized boolean isRunning() {
    return process != null && process.isAlive();
  }

  /**
   * The address for the driver, without a schema; a schema name may be appended before the question
   * mark.
   */
  public String url() {
    return "jdbc:mysql://127.0.0.1:" + port() + "/?" + URL_OPTIONS;
  }

  /** A connection as the controller. */
  public Connection connect() throws SQLException {
    return connect(CONTROLLER.name(), CONTROLLER.password());
  }

  public Connection connect(String account, String password) throws SQLException {
    return DriverManager.getConnection(url(), account, password);
  }

  /** Starts the server and waits until it takes connections. Nothing happens if it runs. */
  public synchronized void start() {
    if (isRunning()) {
      return;
    }
    try {
      initialise();
      var output = folder.resolve("output.log").toFile();
      var started =
          new ProcessBuilder(node.command())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
              .start();
      process = started;
      Thread.ofVirtual().name("watch " + id()).start(() -> watch(started));
      long deadline = System.nanoTime() + START_LIMIT.toNanos();
      while (!node.answers()) {
        if (started.waitFor(20, TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException(
              "%s ended with %d: %s".formatted(id(), started.exitValue(), log()));
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("%s takes no connections: %s".formatted(id(), log()));
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + id() + " starts", interrupted);
    }
  }

  /** Starts a server again that has ended itself in order, as a supervisor would. */
  private void watch(Process server) {
    try {
      boolean inOrder = server.waitFor() == 0;
      synchronized (this) {
        if (inOrder && server.equals(process)) {
          start();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** SIGKILL; returns when the process is gone. */
  public synchronized void kill() {
    Process ending = process;
    process = null;
    if (ending != null) {
      ending.destroyForcibly();
      await(ending);
    }
  }

  /** SIGTERM, an orderly stop; returns when the process is gone. */
  public synchronized void stop() {
    Process ending = process;
    process = null;
    if (ending != null) {
      ending.destroy();
      await(ending);
    }
  }

  /** An orderly stop and a start. */
  public void restart() {
    stop();
    start();
  }

  /** SIGSTOP: the process stays, holds its connections, and does nothing. */
  public void pause() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  /** The server's own log. */
  public String log() {
    try {
      var log = node.spec().errorLog();
      return Files.isRegularFile(log) ? Files.readString(log) : "";
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @Override
  public void close() {
    kill();
    OPEN.remove(this);
    deleteQuietly(folder);
  }

  private void initialise() throws IOException {
    switch (node.initialise()) {
      case Initialisation.Blank(), Initialisation.Kept() -> {
        // Ready to start.
      }
      case Initialisation.Refused(var why) -> throw new IllegalStateException(why);
    }
    // It was written anew.
    Files.write(node.spec().configuration(), options, StandardOpenOption.APPEND);
  }

  private synchronized Process running() {
    if (process == null || !process.isAlive()) {
      throw new IllegalStateException(id() + " does not run");
    }
    return process;
  }

  private void signal(String name) {
    try {
      var sent =
          new ProcessBuilder("kill", "-" + name, Long.toString(running().pid()))
              .inheritIO()
              .start();
      if (sent.waitFor() != 0) {
        throw new IllegalStateException("SIG%s could not be sent to %s".formatted(name, id()));
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private void await(Process ending) {
    try {
      if (!ending.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        ending.destroyForcibly().waitFor();
        throw new IllegalStateException(
            "%s did not stop within %d s".formatted(id(), STOP_LIMIT.toSeconds()));
      }
    } catch (InterruptedException interrupted) {
      ending.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private static NodeSpec spec(int serverId, Path folder) {
    return new NodeSpec(
        "db-" + serverId,
        serverId,
        FreePorts.next(),
        folder,
        folder.resolve("error.log"),
        CONTROLLER);
  }

  private static void copyTemplate(Distribution distribution, Path data) throws IOException {
    var template = TEMPLATES.computeIfAbsent(distribution, TestNode::makeTemplate);
    Files.walkFileTree(
        template,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(data.resolve(template.relativize(visited).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            // The server's UUID, which every node draws for itself.
            if (!file.getFileName().toString().equals("auto.cnf")) {
              Files.copy(
                  file,
                  data.resolve(template.relativize(file).toString()),
                  StandardCopyOption.COPY_ATTRIBUTES);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static Path makeTemplate(Distribution distribution) {
    try {
      var folder = Files.createTempDirectory("mainstay-db-template-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteQuietly(folder)));
      var template = new LocalNode(distribution, spec(1, folder));
      template.initialise();
      return template.spec().data();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static void closeAll() {
    List.copyOf(OPEN).forEach(TestNode::close);
  }

  private static void deleteQuietly(Path folder) {
    try (var all = Files.walk(folder)) {
      all.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(file -> file.delete());
    } catch (IOException | UncheckedIOException alreadyGone) {
      // The folder lies under the system's temporary one, which is cleared anyway.
    }
  }
}
