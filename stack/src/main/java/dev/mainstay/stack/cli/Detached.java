package dev.mainstay.stack.cli;

import dev.mainstay.stack.launch.Progress;
import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Launcher;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.process.Signal;
import dev.mainstay.stack.process.StateFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Runs {@code up} in the background, with what it says shown here until it is up or has failed. */
final class Detached {

  private static final Duration GLANCE = Duration.ofMillis(100);

  private static final Set<String> PASSED_ON =
      Set.of(
          "MAINSTAY_MYSQL_HOME",
          "XDG_CACHE_HOME",
          "http_proxy",
          "https_proxy",
          "no_proxy",
          "HTTP_PROXY",
          "HTTPS_PROXY",
          "NO_PROXY",
          "JAVA_HOME",
          "MAVEN_OPTS",
          "MAVEN_ARGS");

  private final Home home;
  private final ProcessTable table;
  private final List<String> arguments;

  Detached(Home home, ProcessTable table, List<String> arguments) {
    this.home = home;
    this.table = table;
    this.arguments = arguments;
  }

  /** Returns 0 when a page is served. */
  int run(Progress progress) {
    home.create();
    Path log = Up.log(home);
    refuseIfUp();
    try {
      long seen = Files.exists(log) ? Files.size(log) : 0;
      Identity supervisor =
          new Launcher(table)
              .start(command(), passedOn(System.getenv()), Path.of("").toAbsolutePath(), log);
      Signals.onEach(() -> Signal.TERM.send(supervisor, table), "INT", "TERM", "HUP");
      boolean alive = true;
      while (true) {
        seen = relay(log, seen, progress);
        if (isReady(supervisor)) {
          return 0;
        }
        if (!alive) {
          return 1;
        }
        // Looked at before the last lines are read, so that none is missed.
        alive = table.isAlive(supervisor);
        Thread.sleep(GLANCE);
      }
    } catch (IOException e) {
      throw new Problem("The supervisor could not be started: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private void refuseIfUp() {
    Optional<StackState> state =
        new StateFile(home).read().filter(known -> table.isAlive(known.supervisor()));
    if (state.isPresent()) {
      throw new Problem(
          "The stack in %s is already up (supervisor pid %d, site http://127.0.0.1:%d/). `mainstay status` shows it, `mainstay down` stops it."
              .formatted(
                  home.folder(), state.get().supervisor().pid(), state.get().options().port()));
    }
  }

  private boolean isReady(Identity supervisor) {
    return new StateFile(home)
        .read()
        .filter(state -> state.supervisor().equals(supervisor) && state.ready())
        .isPresent();
  }

  /** This very program again, with the same options. */
  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("dev.mainstay.stack.Mainstay");
    command.addAll(arguments);
    command.add("--supervise");
    return command;
  }

  /**
   * Of the surroundings, where things are found and kept, and what apt and Maven need to fetch a
   * database. For the supervisor alone: the services that it starts get nothing of it.
   */
  static Map<String, String> passedOn(Map<String, String> surroundings) {
    Map<String, String> environment = new TreeMap<>(surroundings);
    environment.keySet().retainAll(PASSED_ON);
    return environment;
  }

  /** Says each whole line that came since; returns how far that is. */
  private static long relay(Path log, long from, Progress progress) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      if (file.length() <= from) {
        return from;
      }
      byte[] fresh = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(fresh);
      String text = new String(fresh, StandardCharsets.UTF_8);
      int end = text.lastIndexOf('\n') + 1;
      text.substring(0, end).lines().forEach(line -> say(line, progress));
      return from + text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
    }
  }

  /**
   * The log's own time gives way to the time since the command was given; anything else is said as
   * it is.
   */
  private static void say(String line, Progress progress) {
    if (line.matches("\\d{4}-\\d\\d-\\d\\dT[^ ]+Z .*")) {
      progress.say(line.substring(line.indexOf(' ') + 1));
    } else {
      System.err.println(line);
    }
  }
}
