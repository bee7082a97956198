package dev.mainstay.gateway.admin;

import dev.mainstay.gateway.problem.Problem;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Who may see and change what.
 *
 * <p>A change needs the token or a cookie made from it, and comes neither from another site ({@code
 * Origin}) nor through a name that an attacker's DNS could point here ({@code Host}): names other
 * than localhost and plain IP addresses are configured.
 */
final class Access {

  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.]+]");
  private static final String BEARER = "Bearer ";
  private static final Duration SILENCE = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(Access.class);

  private final Optional<Pass> pass;
  private final boolean openRead;
  private final List<String> hosts;
  private final InstantSource clock;

  /** When a request with another token was last told of. */
  private final AtomicReference<Instant> told = new AtomicReference<>(Instant.MIN);

  Access(@Nullable String token, boolean openRead, List<String> hosts, InstantSource clock) {
    this.pass = Optional.ofNullable(token).map(Pass::new);
    this.openRead = openRead;
    this.hosts = hosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
    this.clock = clock;
  }

  void checkRead(ServerHttpRequest request) {
    if (!openRead && !hasToken(request) && !hasCookie(request)) {
      throw refused(request, "Reading needs the admin token (Authorization: Bearer …).");
    }
  }

  void checkChange(ServerHttpRequest request) {
    checkSameSite(request);
    checkTokenConfigured();
    if (!hasToken(request) && !hasCookie(request)) {
      throw refused(
          request,
          "A change needs the admin token (Authorization: Bearer …), or a browser let in by the link of a one-time code.");
    }
  }

  /** Codes are for those who have the token itself. */
  void checkToken(ServerHttpRequest request) {
    checkSameSite(request);
    checkTokenConfigured();
    if (!hasToken(request)) {
      throw refused(request, "A code needs the admin token (Authorization: Bearer …).");
    }
  }

  boolean mayChange(ServerHttpRequest request) {
    return hasToken(request) || hasCookie(request);
  }

  /** The cookie for a browser that brought a good code. */
  ResponseCookie cookie(ServerHttpRequest request) {
    Pass known = pass.orElseThrow(() -> unauthorized("No admin token is configured."));
    return ResponseCookie.from(known.cookieName(), known.cookie(clock.instant()))
        .httpOnly(true)
        .sameSite("Strict")
        .secure("https".equals(request.getURI().getScheme()))
        .path("/")
        .maxAge(Pass.LIFETIME)
        .build();
  }

  void checkSameSite(ServerHttpRequest request) {
    HttpHeaders headers = request.getHeaders();
    String host = headers.getFirst(HttpHeaders.HOST);
    if (host == null || !isOurs(nameOf(host))) {
      throw new Problem(
          HttpStatus.FORBIDDEN,
          "Host is \"%s\" (expected: localhost, an IP address, or a name listed in mainstay.gateway.admin.hosts)."
              .formatted(host));
    }
    String origin = headers.getFirst(HttpHeaders.ORIGIN);
    if (origin != null && !isSame(origin, host)) {
      throw new Problem(
          HttpStatus.FORBIDDEN,
          "Origin is \"%s\" (expected: this gateway's own, %s).".formatted(origin, host));
    }
  }

  private void checkTokenConfigured() {
    if (pass.isEmpty()) {
      throw unauthorized(
          "Changes are refused: no admin token is configured (mainstay.gateway.admin.token).");
    }
  }

  private boolean hasToken(ServerHttpRequest request) {
    String authorization = request.getHeaders().getFirst(HttpHeaders.AUTHORIZATION);
    return pass.isPresent()
        && authorization != null
        && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && pass.get().isToken(authorization.substring(BEARER.length()).trim());
  }

  private boolean hasCookie(ServerHttpRequest request) {
    if (pass.isEmpty()) {
      return false;
    }
    List<HttpCookie> cookies =
        request.getCookies().getOrDefault(pass.get().cookieName(), List.of());
    return cookies.stream()
        .anyMatch(cookie -> pass.get().isCookie(cookie.getValue(), clock.instant()));
  }

  private boolean isOurs(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("localhost")
        || lower.endsWith(".localhost")
        || ADDRESS.matcher(lower).matches()
        || hosts.contains(lower);
  }

  /** The host without its port. */
  private static String nameOf(String host) {
    int colon = host.lastIndexOf(':');
    return colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
  }

  private static boolean isSame(String origin, String host) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && authority.equalsIgnoreCase(host);
    } catch (IllegalArgumentException unreadable) {
      return false;
    }
  }

  /**
   * Who presents a token means to be let in: that it is another than this gateway's is told to both
   * sides. Once a minute, for anybody may ask.
   */
  private Problem refused(ServerHttpRequest request, String sentence) {
    if (pass.isEmpty() || request.getHeaders().getFirst(HttpHeaders.AUTHORIZATION) == null) {
      return unauthorized(sentence);
    }
    Instant now = clock.instant();
    Instant before = told.get();
    if (before.isBefore(now.minus(SILENCE)) && told.compareAndSet(before, now)) {
      log.warn(
          "{} {} was refused: its token is not the one of mainstay.gateway.admin.token",
          request.getMethod(),
          request.getURI().getRawPath());
    }
    return unauthorized(sentence + " The one that came with the request is another.");
  }

  private static Problem unauthorized(String sentence) {
    return new Problem(HttpStatus.UNAUTHORIZED, sentence)
        .with(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
  }
}
