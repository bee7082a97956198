package dev.mainstay.db.router;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to the controllers' streams of events ({@code GET /api/events}), and has the nodes looked
 * at whenever something has changed. What a controller says is not believed, only the nodes are; so
 * it costs nothing but time when no controller answers.
 */
public final class ControllerEvents implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ControllerEvents.class);

  private static final Duration CONNECT = Duration.ofSeconds(1);

  private final List<URI> controllers;
  private final Runnable changed;
  private final Duration pause;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  private final List<Thread> listeners = new ArrayList<>();
  private volatile boolean closed;

  /**
   * @param controllers where each answers, such as {@code http://127.0.0.1:9301}
   * @param changed is run for each change, on any thread
   * @param pause between two attempts to reach a controller
   */
  public ControllerEvents(List<URI> controllers, Runnable changed, Duration pause) {
    this.controllers = List.copyOf(controllers);
    this.changed = changed;
    this.pause = pause;
  }

  /** Starts to listen. */
  public void start() {
    for (URI controller : controllers) {
      listeners.add(
          Thread.ofVirtual()
              .name("mainstay-db-events-" + controller.getAuthority())
              .start(() -> listen(controller)));
    }
  }

  private void listen(URI controller) {
    HttpRequest request =
        HttpRequest.newBuilder(controller.resolve("/api/events"))
            .header("Accept", "text/event-stream")
            .build();
    while (!closed) {
      try {
        HttpResponse<Stream<String>> answer = client.send(request, BodyHandlers.ofLines());
        try (Stream<String> lines = answer.body()) {
          if (answer.statusCode() == 200) {
            log.debug("listens to {}", controller);
            lines.filter(ControllerEvents::isChange).forEach(_ -> changed.run());
          }
        }
      } catch (IOException | RuntimeException e) {
        log.debug("{} cannot be listened to: {}", controller, e.toString());
      } catch (InterruptedException e) {
        return;
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** A step on the way changes no node's part yet, and there are many while the site waits. */
  private static boolean isChange(String line) {
    return line.startsWith("data:") && !line.contains("\"kind\":\"STEP\"");
  }

  @Override
  public void close() {
    closed = true;
    listeners.forEach(Thread::interrupt);
    client.shutdownNow();
  }
}
