package dev.mainstay.db.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a server that failed has to say about it. */
final class ServerLog {

  private ServerLog() {}

  /** The first error in the log, else the last line that the program printed. */
  static String complaint(Path log, Invocation ended) throws IOException {
    var lines = Files.isRegularFile(log) ? Files.readAllLines(log) : ended.output();
    return lines.stream()
        .filter(line -> line.contains("[ERROR]") || line.startsWith("ERROR"))
        .findFirst()
        .orElseGet(
            () -> ended.lastLine().isEmpty() ? "it ended with " + ended.exit() : ended.lastLine());
  }
}
