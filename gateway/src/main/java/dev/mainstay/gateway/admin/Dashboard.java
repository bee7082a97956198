package dev.mainstay.gateway.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The dashboard: shows the pools as the API tells them: three files, no inline script, nothing from
 * elsewhere.
 */
final class Dashboard {

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route()
        .add(file("/", "index.html", MediaType.TEXT_HTML))
        .add(file("/dashboard.css", "dashboard.css", new MediaType("text", "css")))
        .add(file("/dashboard.js", "dashboard.js", new MediaType("text", "javascript")))
        .build();
  }

  private static RouterFunction<ServerResponse> file(String path, String name, MediaType type) {
    byte[] content = load(name);
    return RouterFunctions.route()
        .GET(path, request -> serve(content, new MediaType(type, StandardCharsets.UTF_8)))
        .build();
  }

  private static Mono<ServerResponse> serve(byte[] content, MediaType type) {
    return ServerResponse.ok()
        .contentType(type)
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header("Content-Security-Policy", POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .bodyValue(content);
  }

  private static byte[] load(String name) {
    try (InputStream in = Dashboard.class.getResourceAsStream("/admin/" + name)) {
      if (in == null) {
        throw new IllegalStateException("The jar lacks admin/" + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
