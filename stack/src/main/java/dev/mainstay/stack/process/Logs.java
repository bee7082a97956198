package dev.mainstay.stack.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files that the processes write to.
 *
 * <p>A process holds its file open for appending and outlives its supervisor, so a file that grew
 * too large is copied aside and cut to nothing (what is written between the two is lost, a few
 * lines at most). Two generations are kept.
 */
public final class Logs {

  static final long LARGEST = 8L << 20;

  private Logs() {}

  /** Cuts every log that is larger than 8 MiB. */
  public static void bound(Path folder) {
    bound(folder, LARGEST);
  }

  static void bound(Path folder, long largest) {
    try (Stream<Path> logs = Files.list(folder)) {
      for (Path log : logs.filter(file -> file.toString().endsWith(".log")).toList()) {
        if (Files.size(log) > largest) {
          Files.copy(
              log,
              log.resolveSibling(log.getFileName() + ".1"),
              StandardCopyOption.REPLACE_EXISTING);
          try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
            channel.truncate(0);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of a log; none if it does not exist. */
  public static List<String> tail(Path log, int lines) {
    Deque<String> last = new ArrayDeque<>();
    try (Stream<String> all = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      all.forEach(
          line -> {
            last.addLast(
                new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            if (last.size() > lines) {
              last.removeFirst();
            }
          });
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(last);
  }
}
