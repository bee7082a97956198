package dev.mainstay.gateway.check;

import io.netty.channel.ChannelOption;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.tcp.TcpClient;

/**
 * Asks over a new connection each time: that a server accepts connections is part of the question.
 */
final class NetworkProbe implements Probe {

  private final HttpClient http =
      HttpClient.newConnection().disableRetry(true).followRedirect(false);
  private final TcpClient tcp = TcpClient.newConnection();

  @Override
  public Mono<Answer> ask(URI server, Question question) {
    return question
        .path()
        .map(path -> get(server, path, question.timeout()))
        .orElseGet(() -> connect(server, question.timeout()))
        .timeout(question.timeout())
        .onErrorResume(error -> Mono.just(new Answer(false, why(error, question.timeout()))));
  }

  private Mono<Answer> get(URI server, String path, Duration timeout) {
    return http.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()))
        .headers(headers -> headers.set("User-Agent", "mainstay-check"))
        .get()
        .uri(server.resolve(path))
        .responseSingle(
            (response, body) -> {
              int status = response.status().code();
              boolean passed = status >= 200 && status < 400;
              String why =
                  passed
                      ? "%s answered %d".formatted(path, status)
                      : "%s answered %d (expected: 2xx or 3xx)".formatted(path, status);
              return body.then(Mono.just(new Answer(passed, why)));
            });
  }

  private Mono<Answer> connect(URI server, Duration timeout) {
    return tcp.option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()))
        .host(server.getHost())
        .port(server.getPort())
        .connect()
        .doOnNext(Connection::dispose)
        .map(connection -> new Answer(true, "connection accepted"));
  }

  private static String why(Throwable thrown, Duration timeout) {
    Throwable error = Exceptions.unwrap(thrown);
    String message =
        error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    return switch (error) {
      case TimeoutException late -> "no answer within %d ms".formatted(timeout.toMillis());
      case ConnectException refused when message.contains("refused") -> "connection refused";
      default -> message;
    };
  }
}
