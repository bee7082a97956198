package dev.mainstay.stack.remote;

import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.process.Json;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The admin API of one gateway. */
public final class Gateway {

  private final Name name;
  private final URI site;
  private final URI admin;

  public Gateway(Name name, Options options) {
    this(name, options.portOf(name), options.adminPortOf(name));
  }

  /** One whose ports follow nothing, each of this machine's. */
  public Gateway(Name name, int sitePort, int adminPort) {
    this.name = name;
    this.site = URI.create("http://127.0.0.1:%d/".formatted(sitePort));
    this.admin = URI.create("http://127.0.0.1:%d/".formatted(adminPort));
  }

  public Name name() {
    return name;
  }

  public URI site() {
    return site;
  }

  public URI admin() {
    return admin;
  }

  /**
   * The status of the site's first page, through any of the gateways that share its port; nothing
   * if nobody answers.
   */
  public OptionalInt pageStatus() {
    return Http.get(site).stream().mapToInt(Http.Answer::status).findFirst();
  }

  /** {@code GET /api/pools}; nothing if this gateway does not answer. */
  public Optional<JsonNode> pools() {
    return Http.get(admin.resolve("api/pools"))
        .filter(Http.Answer::isSuccess)
        .map(answer -> Json.MAPPER.readTree(answer.body()));
  }

  /** Changes a server; the gateway's own words, as a problem, if it refuses. */
  public void change(String pool, String server, Map<String, Object> change, String token) {
    // [2001:db8::7]:8080 is an id; brackets are not allowed in a path.
    String id = server.replace("[", "%5B").replace("]", "%5D");
    patch("api/pools/%s/servers/%s".formatted(pool, id), change, token);
  }

  /** Changes a pool's mode; the gateway's own words, as a problem, if it refuses. */
  public void mode(String pool, String mode, String token) {
    patch("api/pools/" + pool, Map.of("mode", mode), token);
  }

  private void patch(String path, Map<String, Object> change, String token) {
    Http.Answer answer =
        Http.send("PATCH", admin.resolve(path), Json.MAPPER.writeValueAsString(change), token)
            .orElseThrow(this::silent);
    if (!answer.isSuccess()) {
      throw new Problem("%s refused: %s".formatted(name, detail(answer)));
    }
  }

  /** A fresh link to the dashboard, good once and for five minutes. */
  public URI link(String token) {
    Http.Answer answer =
        Http.send("POST", admin.resolve("api/codes"), null, token).orElseThrow(this::silent);
    if (!answer.isSuccess()) {
      throw new Problem("%s refused: %s".formatted(name, detail(answer)));
    }
    return admin.resolve("?code=" + Json.MAPPER.readTree(answer.body()).path("code").asString(""));
  }

  private Problem silent() {
    return new Problem(
        "%s does not answer at %s; `mainstay status` tells how it is.".formatted(name, admin));
  }

  /** The {@code detail} of problem+json, or the status where there is none. */
  static String detail(Http.Answer answer) {
    try {
      @Nullable String detail =
          Json.MAPPER.readTree(answer.body()).path("detail").asStringOpt().orElse(null);
      return detail == null || detail.isBlank() ? "HTTP " + answer.status() : detail;
    } catch (JacksonException notJson) {
      return "HTTP " + answer.status();
    }
  }
}
