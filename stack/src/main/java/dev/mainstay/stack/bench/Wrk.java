package dev.mainstay.stack.bench;

import dev.mainstay.stack.model.Problem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator wrk. */
final class Wrk {

  private static final Pattern COUNT = Pattern.compile("(\\d+) requests in ");
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
  private static final Pattern SHARE = Pattern.compile("(50|99)%\\s+([\\d.]+)(us|ms|s|m)\\b");
  private static final Pattern ERRORS =
      Pattern.compile("Socket errors:.*|Non-2xx or 3xx responses:.*");

  private final Path program;

  Wrk(Path program) {
    this.program = program;
  }

  /** What it counted. */
  record Count(long requests, double requestsPerSecond, double p50Micros, double p99Micros) {}

  /**
   * Puts a load on a server.
   *
   * @throws Problem if a single request failed: the figures would be of something else
   */
  Count load(URI base, Scenario scenario, Duration length) throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.add("--threads=1");
    command.add("--connections=" + scenario.connections());
    command.add("--duration=" + length.toSeconds() + "s");
    command.add("--timeout=10s");
    command.add("--latency");
    if (!scenario.keepAlive()) {
      command.add("--header=Connection: close");
    }
    command.add(base.resolve(scenario.path()).toString());
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
          throw new Problem("wrk failed: " + output.strip());
        }
        return read(output);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new Problem("wrk cannot be run (%s).".formatted(e.getMessage()));
    }
  }

  static Count read(String output) {
    Matcher errors = ERRORS.matcher(output);
    if (errors.find()) {
      throw new Problem("Requests failed, so the figures say nothing: " + errors.group());
    }
    double half = 0;
    double most = 0;
    Matcher share = SHARE.matcher(output);
    while (share.find()) {
      double micros = Double.parseDouble(share.group(2)) * microsIn(share.group(3));
      if (share.group(1).equals("50")) {
        half = micros;
      } else {
        most = micros;
      }
    }
    return new Count(
        Long.parseLong(found(COUNT, output)), Double.parseDouble(found(RATE, output)), half, most);
  }

  private static double microsIn(String unit) {
    return switch (unit) {
      case "us" -> 1;
      case "ms" -> 1_000;
      case "s" -> 1_000_000;
      default -> 60_000_000;
    };
  }

  private static String found(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new Problem("wrk says something else than expected: " + output.strip());
    }
    return matcher.group(1);
  }
}
