package dev.mainstay.stack.cli;

import dev.mainstay.stack.containers.Container;
import dev.mainstay.stack.containers.Containers;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Logs;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints a process' log. */
@Command(
    mixinStandardHelpOptions = true,
    name = "logs",
    description = "Prints what a process wrote last, and with -f what it writes from now on.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class LogsCommand implements Callable<Integer> {

  private static final Duration GLANCE = Duration.ofMillis(200);

  @Mixin HomeOption homeOption;

  @Parameters(paramLabel = "NAME", description = "A process, such as web-1 or db-1, or supervisor.")
  String name;

  @Option(
      names = {"-f", "--follow"},
      description = "Goes on until Ctrl-C.")
  boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "200",
      description = "How many lines (default: ${DEFAULT-VALUE}).")
  int lines;

  @Override
  public Integer call() throws InterruptedException {
    Home home = homeOption.home();
    Containers containers = new Containers(Project.folder(), home);
    if (containers.areUp()) {
      String service = Name.parse(name).map(Container::service).orElse("");
      throw new Problem(
          "The stack of %s runs in containers, whose logs Docker keeps: `%s` prints them."
              .formatted(home.folder(), containers.typed(("logs " + service).strip())));
    }
    Path log = home.log(name);
    if (!name.matches("[a-z0-9-]+") || !Files.exists(log)) {
      throw new Problem(
          "There is no log of %s in %s. There are: %s."
              .formatted(
                  name,
                  home.logs(),
                  known(home).isEmpty() ? "none" : String.join(", ", known(home))));
    }
    try {
      long end = Files.size(log);
      Logs.tail(log, Math.max(lines, 0)).forEach(System.out::println);
      while (follow) {
        Thread.sleep(GLANCE);
        end = copy(log, end);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return 0;
  }

  private static List<String> known(Home home) {
    if (!Files.isDirectory(home.logs())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(home.logs())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".log"))
          .map(file -> file.substring(0, file.length() - 4))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Prints what came since; begins again where the file was cut. */
  private static long copy(Path log, long from) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long start = file.length() < from ? 0 : from;
      byte[] fresh = new byte[(int) Math.min(file.length() - start, 1 << 20)];
      file.seek(start);
      file.readFully(fresh);
      System.out.write(fresh);
      System.out.flush();
      return start + fresh.length;
    }
  }
}
