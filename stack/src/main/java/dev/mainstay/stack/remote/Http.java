package dev.mainstay.stack.remote;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plain HTTP to the parts of the stack on this machine, with short time-outs. */
public final class Http {

  private static final Duration LONGEST = Duration.ofSeconds(5);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();

  /** What was answered. */
  public record Answer(int status, String body) {

    public boolean isSuccess() {
      return status >= 200 && status < 300;
    }
  }

  private Http() {}

  /** The answer to a GET; nothing if nobody answers. */
  public static Optional<Answer> get(URI uri) {
    return send(request(uri).GET().build());
  }

  /** The answer to a request with a JSON body and the admin token; nothing if nobody answers. */
  public static Optional<Answer> send(
      String method, URI uri, @Nullable String json, @Nullable String token) {
    return send(method, uri, json, token, LONGEST);
  }

  /** The same, with an answer that may take that long. */
  static Optional<Answer> send(
      String method, URI uri, @Nullable String json, @Nullable String token, Duration patience) {
    HttpRequest.Builder request =
        request(uri)
            .timeout(patience)
            .method(
                method,
                json == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(json));
    if (json != null) {
      request.header("Content-Type", "application/json");
    }
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return send(request.build());
  }

  private static HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(LONGEST);
  }

  private static Optional<Answer> send(HttpRequest request) {
    try {
      HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
      return Optional.of(new Answer(response.statusCode(), response.body()));
    } catch (IOException nobody) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
