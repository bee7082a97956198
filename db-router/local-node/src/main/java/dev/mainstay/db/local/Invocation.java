package dev.mainstay.db.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A program run to its end, with its time limited. */
record Invocation(int exit, List<String> output) {

  Invocation {
    output = List.copyOf(output);
  }

  boolean succeeded() {
    return exit == 0;
  }

  /** The last line that says something, or an empty text. */
  String lastLine() {
    return output.reversed().stream().filter(line -> !line.isBlank()).findFirst().orElse("");
  }

  /**
   * Runs a program with nothing on its standard input; standard output and error come together, a
   * line at a time.
   *
   * @throws IOException if it cannot be started, or does not end in time (it is killed then, and
   *     its children)
   */
  static Invocation of(List<String> command, Path folder, Duration limit, Consumer<String> onLine)
      throws IOException {
    return of(command, folder, Path.of("/dev/null"), limit, onLine);
  }

  /** The same with a file on its standard input. */
  static Invocation of(
      List<String> command, Path folder, Path input, Duration limit, Consumer<String> onLine)
      throws IOException {
    var process = start(command, folder, input);
    var lines = new ArrayList<String>();
    try {
      var reading =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var reader =
                        new BufferedReader(
                            new InputStreamReader(
                                process.getInputStream(), StandardCharsets.UTF_8))) {
                      for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                        lines.add(line);
                        onLine.accept(line);
                      }
                    } catch (IOException closed) {
                      // The process was killed: what it said so far is all there is.
                    }
                  });
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(
            "%s did not end within %d s".formatted(command.getFirst(), limit.toSeconds()));
      }
      reading.join(Duration.ofSeconds(5));
      return new Invocation(process.exitValue(), List.copyOf(lines));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command.getFirst() + " ran", interrupted);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static Process start(List<String> command, Path folder, Path input) throws IOException {
    try {
      return new ProcessBuilder(command)
          .directory(folder.toFile())
          .redirectInput(input.toFile())
          .redirectErrorStream(true)
          .start();
    } catch (IOException broken) {
      throw new IOException(command.getFirst() + " cannot be started: is it installed?", broken);
    }
  }
}
