package dev.mainstay.gateway.watch;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One address that is asked for JSON again and again, never twice at a time. What it said last
 * stands here until it says something else, or has said nothing twice in a row: one answer that is
 * late is no news.
 */
final class Inquiry {

  static final Duration PATIENCE = Duration.ofSeconds(2);

  private final HttpClient http;
  private final URI uri;
  private final JsonMapper json;
  private final AtomicBoolean asking = new AtomicBoolean();

  /** Answers come one after the other, so this needs no guard. */
  private int silences;

  private volatile Answer answer = new Answer(Optional.empty(), "not asked yet");

  /**
   * @param why there is no body, or how it answered
   */
  record Answer(Optional<JsonNode> body, String why) {}

  /**
   * @param token null to come without one
   */
  Inquiry(HttpClient http, URI uri, @Nullable String token, JsonMapper json) {
    this.http =
        token == null
            ? http
            : http.headers(
                headers -> headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token));
    this.uri = uri;
    this.json = json;
  }

  Answer answer() {
    return answer;
  }

  /** Returns at once. */
  void ask() {
    if (asking.compareAndSet(false, true)) {
      http.get()
          .uri(uri)
          .responseSingle(
              (response, body) ->
                  response.status().code() == 200
                      ? body.asString().map(this::read)
                      : body.then(
                          Mono.just(
                              new Answer(
                                  Optional.empty(),
                                  "answered %d".formatted(response.status().code())))))
          .timeout(PATIENCE)
          .onErrorResume(error -> Mono.just(new Answer(Optional.empty(), why(error))))
          .doFinally(_ -> asking.set(false))
          .subscribe(this::take);
    }
  }

  private void take(Answer told) {
    silences = told.body().isPresent() ? 0 : silences + 1;
    if (silences != 1 || answer.body().isEmpty()) {
      answer = told;
    }
  }

  private Answer read(String body) {
    try {
      return new Answer(Optional.of(json.readTree(body)), "answered");
    } catch (JacksonException e) {
      return new Answer(Optional.empty(), "answered something else than JSON");
    }
  }

  static String why(Throwable thrown) {
    Throwable error = Exceptions.unwrap(thrown);
    String message =
        error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    return switch (error) {
      case TimeoutException _ -> "no answer within %d ms".formatted(PATIENCE.toMillis());
      case ConnectException _ when message.contains("refused") -> "connection refused";
      default -> message;
    };
  }
}
