package dev.mainstay.stack.drill.report;

import dev.mainstay.stack.drill.check.Trial;
import dev.mainstay.stack.drill.load.Request;
import java.time.Duration;
import java.util.stream.Collectors;

/** Every request of a drill with its fate, as a table that other tools read. */
public final class RequestLog {

  private static final String HEAD = "sentMillis\ttookMillis\tclient\tkind\tfate\tmark\tanswer\n";

  private RequestLog() {}

  /** Tab-separated, in the order of the answers; times count from when the measuring began. */
  public static String text(Trial trial) {
    return trial.requests().stream()
        .map(
            request ->
                "%d\t%d\t%d\t%s\t%s\t%s\t%s\n"
                    .formatted(
                        Duration.between(trial.begun(), request.sent()).toMillis(),
                        request.took().toMillis(),
                        request.client(),
                        request.isWrite() ? "post" : "read",
                        request.fate(),
                        request.post().map(Request.Post::mark).orElse("-"),
                        request.outcome().text()))
        .collect(Collectors.joining("", HEAD, ""));
  }
}
