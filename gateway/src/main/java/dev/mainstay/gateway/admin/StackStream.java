package dev.mainstay.gateway.admin;

import dev.mainstay.gateway.problem.Problem;
import dev.mainstay.gateway.upstream.Pools;
import dev.mainstay.gateway.watch.Timeline;
import dev.mainstay.gateway.watch.Watch;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpStatus;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /api/stack} as a stream, for the dashboard: the {@code timeline} so far, then each
 * {@code entry} that follows, and a {@code picture} once a second and soon after each change.
 *
 * <p>A picture is drawn once for all who listen. A listener who is slow misses pictures; one who is
 * too slow for the entries is let go, and may come again.
 */
public final class StackStream {

  private static final int LISTENERS = 32;
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofMillis(100);

  private final Watch watch;
  private final Pools pools;
  private final InstantSource clock;
  private final JsonMapper json;
  private final Flux<String> pictures;
  private final Sinks.Empty<Void> end = Sinks.empty();
  private final AtomicInteger listeners = new AtomicInteger();

  public StackStream(Watch watch, Pools pools, InstantSource clock, JsonMapper json) {
    this.watch = watch;
    this.pools = pools;
    this.clock = clock;
    this.json = json;
    this.pictures =
        Flux.merge(
                Flux.interval(BEAT).onBackpressureDrop(),
                watch.timeline().news().onBackpressureDrop().sample(SOON))
            .map(_ -> json.writeValueAsString(picture()))
            .onBackpressureLatest()
            .publish(1)
            .refCount();
  }

  StackView picture() {
    return StackView.of(watch, pools, clock.instant());
  }

  Watch watch() {
    return watch;
  }

  /** Without end until {@link #close}; a {@link Problem} if there are too many who listen. */
  Flux<ServerSentEvent<String>> listen() {
    return Flux.defer(
        () -> {
          if (listeners.incrementAndGet() > LISTENERS) {
            listeners.decrementAndGet();
            return Flux.error(
                new Problem(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "%d listeners are enough.".formatted(LISTENERS)));
          }
          Flux<ServerSentEvent<String>> entries =
              watch
                  .timeline()
                  .news()
                  .onBackpressureBuffer(2 * Timeline.KEPT)
                  .map(entry -> event("entry", json.writeValueAsString(entry)));
          Flux<ServerSentEvent<String>> drawn =
              pictures.onBackpressureLatest().map(picture -> event("picture", picture));
          Flux<ServerSentEvent<String>> soFar =
              Flux.defer(
                  () ->
                      Flux.just(
                          event("timeline", json.writeValueAsString(watch.timeline().entries())),
                          event("picture", json.writeValueAsString(picture()))));
          // In this order nothing is missed that is told meanwhile; it may come twice.
          return Flux.merge(entries, soFar, drawn)
              .takeUntilOther(end.asMono())
              .onErrorComplete()
              .doFinally(_ -> listeners.decrementAndGet());
        });
  }

  private static ServerSentEvent<String> event(String name, String data) {
    return ServerSentEvent.builder(data).event(name).build();
  }

  /** Ends every stream; a graceful shutdown would wait for each of them as for any request. */
  public void close() {
    end.tryEmitEmpty();
  }
}
