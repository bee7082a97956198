package dev.mainstay.db.controller.web;

import dev.mainstay.db.controller.loop.Controller;
import dev.mainstay.db.controller.loop.Event;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * {@code GET /api/events}: what changes, as server-sent events, beginning with the last {@value
 * dev.mainstay.db.controller.loop.Events#KEPT}, or with those after {@code Last-Event-ID}.
 */
@RestController
class EventsController {

  private static final int LISTENERS = 64;
  private static final int QUIET_SECONDS = 5;

  private final Controller controller;
  private final Semaphore places = new Semaphore(LISTENERS);
  private final Set<Thread> senders = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  EventsController(Controller controller) {
    this.controller = controller;
  }

  record EventView(
      Instant at,
      String by,
      Event.Kind kind,
      @Nullable Long epoch,
      @Nullable String node,
      String text,
      @Nullable Long millis) {

    static EventView of(Event event) {
      return new EventView(
          event.at(),
          event.by(),
          event.kind(),
          event.epoch().orElse(null),
          event.node().map(Object::toString).orElse(null),
          event.text(),
          event.lasted().map(Duration::toMillis).orElse(null));
    }
  }

  @GetMapping(path = "/api/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  SseEmitter events(@RequestHeader(name = "Last-Event-ID", defaultValue = "0") long after) {
    if (!places.tryAcquire()) {
      throw new ErrorResponseException(
          HttpStatus.SERVICE_UNAVAILABLE,
          ProblemDetail.forStatusAndDetail(
              HttpStatus.SERVICE_UNAVAILABLE, "%d listeners are enough".formatted(LISTENERS)),
          null);
    }
    SseEmitter emitter = new SseEmitter(0L);
    Thread.ofVirtual().name("events").start(() -> send(emitter, after));
    return emitter;
  }

  private void send(SseEmitter emitter, long after) {
    BlockingQueue<Event> queue = controller.events().listen(after);
    senders.add(Thread.currentThread());
    try {
      while (!closed) {
        Event event = queue.poll(QUIET_SECONDS, TimeUnit.SECONDS);
        emitter.send(
            event == null
                ? SseEmitter.event().comment("")
                : SseEmitter.event()
                    .id(Long.toString(event.number()))
                    .data(EventView.of(event), MediaType.APPLICATION_JSON));
      }
      emitter.complete();
    } catch (InterruptedException end) {
      emitter.complete();
    } catch (IOException | IllegalStateException gone) {
      emitter.completeWithError(gone);
    } finally {
      senders.remove(Thread.currentThread());
      controller.events().leave(queue);
      places.release();
    }
  }

  /**
   * Ends every stream before the web server's graceful shutdown begins, which would wait for each
   * of them as for any request, until its time is up.
   */
  @EventListener(ContextClosedEvent.class)
  void close() {
    closed = true;
    senders.forEach(Thread::interrupt);
  }
}
