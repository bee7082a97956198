package dev.mainstay.gateway.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * The dashboard: draws what {@code GET /api/stack} tells. A page, its style and its scripts as they
 * stand in the jar; nothing inline, nothing from elsewhere.
 */
final class Dashboard {

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final List<String> SCRIPTS =
      List.of(
          "dashboard",
          "charts",
          "database",
          "dom",
          "format",
          "live",
          "picture",
          "pools",
          "processes",
          "timeline",
          "tour");

  RouterFunction<ServerResponse> routes() {
    RouterFunctions.Builder routes =
        RouterFunctions.route()
            .add(file("/", "index.html", MediaType.TEXT_HTML))
            .add(file("/tour", "tour.html", MediaType.TEXT_HTML))
            .add(file("/icon.svg", "icon.svg", new MediaType("image", "svg+xml")))
            .add(file("/dashboard.css", "dashboard.css", new MediaType("text", "css")));
    for (String script : SCRIPTS) {
      String name = script + ".js";
      routes.add(file("/" + name, name, new MediaType("text", "javascript")));
    }
    return routes.build();
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
