package dev.mainstay.gateway.admin;

import dev.mainstay.gateway.problem.Problem;
import dev.mainstay.gateway.upstream.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/events}: every change of every pool as a server-sent event, beginning with the
 * last {@value #KEPT}, or with those after {@code Last-Event-ID}. A quiet stream says every few
 * seconds that it lives. A listener who does not keep up is let go, and may come again with the
 * number of the last one that it got.
 */
public final class EventStream implements Consumer<Change> {

  /** As many are kept for those who come later, and twice as many for one who is slow. */
  static final int KEPT = 100;

  private static final int LISTENERS = 64;
  private static final Duration QUIET = Duration.ofSeconds(5);
  private static final ServerSentEvent<String> ALIVE =
      ServerSentEvent.<String>builder().comment("").build();

  private final JsonMapper json;
  private final Sinks.Many<Numbered> changes = Sinks.many().replay().limit(KEPT);
  private final Sinks.Empty<Void> end = Sinks.empty();
  private final AtomicInteger listeners = new AtomicInteger();

  /** Guarded by this. */
  private long number;

  private record Numbered(long number, Change change) {}

  /** A change as a client reads it. */
  private record View(
      Instant at,
      String pool,
      @Nullable String server,
      String who,
      String what,
      String from,
      String to,
      String why,
      @Nullable Long millis) {

    static View of(Change change) {
      Duration lasted = change.lasted();
      return new View(
          change.at(),
          change.pool(),
          change.server(),
          change.who(),
          change.what(),
          change.from(),
          change.to(),
          change.why(),
          lasted == null ? null : lasted.toMillis());
    }
  }

  public EventStream(JsonMapper json) {
    this.json = json;
  }

  @Override
  public synchronized void accept(Change change) {
    number++;
    changes.tryEmitNext(new Numbered(number, change)).orThrow();
  }

  /**
   * What a listener gets, without end until {@link #close}; a {@link Problem} if there are too many
   * already.
   *
   * @param after the number of the last event that it has; 0 for none
   */
  Flux<ServerSentEvent<String>> after(long after) {
    return Flux.defer(
        () -> {
          if (listeners.incrementAndGet() > LISTENERS) {
            listeners.decrementAndGet();
            return Flux.error(
                new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "%d listeners are enough.".formatted(LISTENERS)));
          }
          Flux<ServerSentEvent<String>> events =
              changes
                  .asFlux()
                  .filter(numbered -> numbered.number() > after)
                  .map(this::event)
                  .onBackpressureBuffer(2 * KEPT);
          return events
              .mergeWith(Flux.interval(QUIET).onBackpressureDrop().map(_ -> ALIVE))
              .startWith(ALIVE)
              .takeUntilOther(end.asMono())
              .onErrorComplete()
              .doFinally(_ -> listeners.decrementAndGet());
        });
  }

  private ServerSentEvent<String> event(Numbered numbered) {
    return ServerSentEvent.builder(json.writeValueAsString(View.of(numbered.change())))
        .id(Long.toString(numbered.number()))
        .build();
  }

  /** Ends every stream; a graceful shutdown would wait for each of them as for any request. */
  public void close() {
    end.tryEmitEmpty();
  }
}
