package dev.mainstay.stack.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The arguments and the environment of every process that anybody on this machine can see, looked
 * at twenty times a second: most commands that could be told a secret do not live long.
 */
final class Arguments implements AutoCloseable {

  private static final Path PROC = Path.of("/proc");

  private final Set<String> seen = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  private final Future<?> looking =
      clock.scheduleWithFixedDelay(this::look, 0, 50, TimeUnit.MILLISECONDS);

  private void look() {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        String arguments = read(process.resolve("cmdline"));
        if (seen.add(arguments)) {
          seen.add(read(process.resolve("environ")));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // It has ended, or is somebody else's.
    }
  }

  /** All that was seen; ends the looking. */
  Set<String> seen() {
    if (looking.state() == Future.State.FAILED) {
      throw new IllegalStateException(looking.exceptionNow());
    }
    close();
    return seen;
  }

  @Override
  public void close() {
    clock.close();
  }
}
