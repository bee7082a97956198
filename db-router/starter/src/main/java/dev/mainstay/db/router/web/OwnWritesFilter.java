package dev.mainstay.db.router.web;

import dev.mainstay.db.router.OwnWrites;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Marks a visitor who wrote by a cookie, and lets requests that carry the mark read from the
 * primary for two seconds, on any instance. The rule in force until causal tokens replace it.
 *
 * <p>The value is the instant at which the mark ends, in milliseconds: a client that keeps it
 * longer gains nothing, nor does one that makes up a later instant.
 */
public final class OwnWritesFilter extends OncePerRequestFilter implements Ordered {

  public static final String COOKIE = "mainstay-wrote";
  static final Duration VALID = Duration.ofSeconds(2);

  private final InstantSource clock;

  public OwnWritesFilter(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    // Set at the commit rather than after the chain: by then a redirect has already sent the
    // headers.
    OwnWrites.begin(isMarked(request), () -> mark(request, response));
    try {
      chain.doFilter(request, response);
    } finally {
      OwnWrites.end();
    }
  }

  private boolean isMarked(HttpServletRequest request) {
    Cookie[] cookies = request.getCookies();
    if (cookies != null) {
      for (Cookie cookie : cookies) {
        if (cookie.getName().equals(COOKIE)) {
          return isInForce(cookie.getValue());
        }
      }
    }
    return false;
  }

  private boolean isInForce(String value) {
    try {
      long left = Long.parseLong(value) - clock.millis();
      return left > 0 && left <= VALID.toMillis();
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private void mark(HttpServletRequest request, HttpServletResponse response) {
    if (!response.isCommitted()) {
      response.addHeader(
          HttpHeaders.SET_COOKIE,
          ResponseCookie.from(COOKIE, Long.toString(clock.millis() + VALID.toMillis()))
              .path("/")
              .maxAge(VALID)
              .httpOnly(true)
              .secure(request.isSecure())
              .sameSite("Lax")
              .build()
              .toString());
    }
  }

  /** Outside of all that may work on the request, inside of what only forwards or measures it. */
  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 100;
  }
}
