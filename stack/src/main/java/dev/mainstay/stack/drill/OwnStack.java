package dev.mainstay.stack.drill;

import dev.mainstay.stack.drill.link.Links;
import dev.mainstay.stack.launch.Progress;
import dev.mainstay.stack.launch.Stack;
import dev.mainstay.stack.launch.Wiring;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.PortCheck;
import dev.mainstay.stack.process.StateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A stack for drills alone, in a temporary home and on free ports. Closing it stops all of it and
 * drops its data.
 */
public final class OwnStack implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final Home home;
  private final Shape shape;
  private final Options options;
  private final Links links = new Links();
  private final Stack stack;
  private final CompletableFuture<Void> up = new CompletableFuture<>();
  private final Thread thread;

  private OwnStack(
      Path project, Options options, Shape shape, Home home, Progress progress, Path journal) {
    this.home = home;
    this.shape = shape;
    this.options = options;
    Wiring wiring = new DrillWiring(options, shape, links);
    this.stack =
        new Stack(
            home,
            project,
            options,
            wiring,
            PATIENCE,
            progress,
            line -> append(journal, line),
            InstantSource.system());
    this.thread = Thread.ofPlatform().name("stack").unstarted(this::run);
  }

  /**
   * Starts one and waits until it is up.
   *
   * @throws Problem if it does not come up
   */
  public static OwnStack start(
      Path project, Options.Database database, Shape shape, Progress progress)
      throws InterruptedException {
    Options options = free(database, shape);
    try {
      Path folder = Files.createTempDirectory("mainstay-drill-");
      Home home = new Home(folder.resolve("home"));
      progress.say("a stack of its own in %s, site port %d".formatted(folder, options.port()));
      OwnStack own = new OwnStack(project, options, shape, home, progress, home.log("supervisor"));
      own.thread.start();
      own.awaitUp();
      return own;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Options free(Options.Database database, Shape shape) {
    for (int attempt = 0; attempt < 100; attempt++) {
      // Below the ports that the system gives to outgoing connections.
      int port = 10 * ThreadLocalRandom.current().nextInt(2_000, 3_000);
      Options options = new Options(2, shape.gateways(), shape.replicas(), 2, database, port, 0);
      boolean free =
          options.names().stream()
              .allMatch(
                  name ->
                      PortCheck.isFree(options.portOf(name))
                          && (name.role() != Role.GATEWAY
                              || PortCheck.isFree(options.adminPortOf(name))));
      if (free) {
        return options;
      }
    }
    throw new Problem(
        "No free ports for a stack of its own were found between 15000 and 31000. Stop what uses them, or hold the drill on a stack that is up, with --here.");
  }

  private void run() {
    try {
      stack.run(() -> up.complete(null));
      up.completeExceptionally(new Problem("The stack was stopped before it was up."));
    } catch (RuntimeException e) {
      up.completeExceptionally(e);
    }
  }

  private void awaitUp() throws InterruptedException {
    boolean done = false;
    try {
      up.get();
      done = true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Problem problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      if (!done) {
        close();
      }
    }
  }

  public Subject subject() {
    StackState state =
        new StateFile(home)
            .read()
            .orElseThrow(() -> new Problem("The stack of the drill is gone."));
    return new ProcessSubject(
        home,
        options,
        state.engine(),
        links,
        shape.hook() ? Optional.of(home.run().resolve(DrillWiring.HOOK)) : Optional.empty());
  }

  /** Where it keeps its things. */
  public Home home() {
    return home;
  }

  public Options options() {
    return options;
  }

  public Shape shape() {
    return shape;
  }

  /** A stop that is under way kills from now on instead of asking. */
  public void hurry() {
    stack.hurry();
  }

  /** Copies what its processes logged. */
  public void copyLogs(Path folder) {
    try (Stream<Path> logs = Files.list(home.logs())) {
      Files.createDirectories(folder);
      for (Path log : logs.filter(Files::isRegularFile).toList()) {
        Files.copy(
            log, folder.resolve(log.getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new Problem("The logs cannot be kept in %s (%s).".formatted(folder, e.getMessage()));
    }
  }

  private static void append(Path journal, String line) {
    try {
      Files.writeString(journal, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Stops it, however long that takes, and drops all that it left. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException again) {
        // The processes are stopped first: nothing may be left behind.
        interrupted = true;
      }
    }
    links.close();
    home.wipe();
    try {
      Path folder = home.folder().getParent();
      if (folder != null) {
        Files.deleteIfExists(folder);
      }
    } catch (IOException notEmpty) {
      // Something else lies there; it is not ours to drop.
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
