package dev.mainstay.stack.drill.watch;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What all controllers tell, gathered until it is closed. A controller that dies is listened to
 * again when it is back; each tells its last events again then, and each event counts once.
 */
public final class EventStream implements AutoCloseable {

  private static final Duration AGAIN_AFTER = Duration.ofMillis(200);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();
  private final Set<Event> events = ConcurrentHashMap.newKeySet();
  private final CountDownLatch over = new CountDownLatch(1);

  /**
   * Begins to listen.
   *
   * @param controllers each one's root
   */
  public static EventStream of(Collection<URI> controllers) {
    EventStream stream = new EventStream();
    controllers.forEach(
        controller ->
            Thread.ofVirtual()
                .name("events of " + controller)
                .start(() -> stream.listen(controller.resolve("api/events"))));
    return stream;
  }

  private EventStream() {}

  private void listen(URI uri) {
    HttpRequest request =
        HttpRequest.newBuilder(uri).header("Accept", "text/event-stream").GET().build();
    try {
      do {
        try {
          HttpResponse<Stream<String>> answer =
              client.send(request, HttpResponse.BodyHandlers.ofLines());
          try (Stream<String> lines = answer.body()) {
            lines
                .filter(line -> line.startsWith("data:"))
                .map(line -> Event.parse(line.substring(5)))
                .forEach(event -> event.ifPresent(events::add));
          }
        } catch (IOException | java.io.UncheckedIOException gone) {
          // It is dead, or its stream ended; it is asked again.
        }
      } while (!over.await(AGAIN_AFTER.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** All events so far, by time. */
  public List<Event> soFar() {
    return events.stream()
        .sorted(Comparator.comparing(Event::at).thenComparing(Event::by))
        .toList();
  }

  @Override
  public void close() {
    over.countDown();
    client.shutdownNow();
  }
}
