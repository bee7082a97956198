package dev.mainstay.db.router.web;

import dev.mainstay.db.router.CausalSession;
import dev.mainstay.db.router.CausalSession.Part;
import dev.mainstay.db.router.CausalTokens;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Carries what a visitor has to see from answer to request, on any instance: for browsers in two
 * cookies, one of what was written and one of what was read; for programs in a header, which holds
 * both. Whoever has neither gets none by reading.
 *
 * <p>A program sends back the token that it got last. Where it asks several things at once, it may
 * send several, separated by commas.
 */
public final class CausalTokenFilter extends OncePerRequestFilter implements Ordered {

  /** What was written. */
  public static final String WRITTEN_COOKIE = "mainstay-wrote";

  /** What was read. */
  public static final String READ_COOKIE = "mainstay-read";

  /** Both, in requests and in answers. */
  public static final String HEADER = "Mainstay-Causal-Token";

  /** {@code true} in an answer that may lack what the visitor has to see. */
  public static final String STALE_HEADER = "Mainstay-Stale";

  /** Renewed by each answer that shows more; by then every node shows what it is about. */
  static final Duration VALID = Duration.ofHours(1);

  /** So many tokens of one header are looked at. */
  private static final int TOKENS = 4;

  private final CausalTokens tokens;

  public CausalTokenFilter(CausalTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String header = request.getHeader(HEADER);
    List<String> written = new ArrayList<>(cookie(request, WRITTEN_COOKIE));
    if (header != null) {
      Arrays.stream(header.split(",", TOKENS + 1))
          .limit(TOKENS)
          .map(String::strip)
          .filter(token -> !token.isEmpty())
          .forEach(written::add);
    }
    CausalSession.begin(
        tokens,
        written,
        cookie(request, READ_COOKIE),
        new Answer(request.isSecure(), response, header != null));
    try {
      chain.doFilter(request, response);
    } finally {
      CausalSession.end();
    }
  }

  private static List<String> cookie(HttpServletRequest request, String name) {
    Cookie[] cookies = request.getCookies();
    return cookies == null
        ? List.of()
        : Stream.of(cookies)
            .filter(cookie -> cookie.getName().equals(name) && !cookie.getValue().isEmpty())
            .map(Cookie::getValue)
            .limit(1)
            .toList();
  }

  /**
   * Sets what changes at once rather than after the chain: by then a redirect has already sent the
   * headers.
   */
  private record Answer(boolean secure, HttpServletResponse response, boolean program)
      implements CausalSession.Carrier {

    @Override
    public void changed(CausalSession session, Part part) {
      if (response.isCommitted()) {
        return;
      }
      if (program || part == Part.WRITTEN) {
        session.token().ifPresent(token -> response.setHeader(HEADER, token));
      }
      if (!program) {
        setCookie(
            switch (part) {
              case WRITTEN -> WRITTEN_COOKIE;
              case READ -> READ_COOKIE;
            },
            session.token(part));
      }
    }

    /** In place of one that was set before; other cookies stay. */
    private void setCookie(String name, Optional<String> token) {
      List<String> others =
          response.getHeaders(HttpHeaders.SET_COOKIE).stream()
              .filter(cookie -> !cookie.startsWith(name + "="))
              .toList();
      @Nullable String first = others.isEmpty() ? null : others.getFirst();
      String cookie =
          ResponseCookie.from(name, token.orElse(""))
              .path("/")
              .maxAge(token.isPresent() ? VALID : Duration.ZERO)
              .httpOnly(true)
              .secure(secure)
              .sameSite("Lax")
              .build()
              .toString();
      response.setHeader(HttpHeaders.SET_COOKIE, first == null ? cookie : first);
      others.stream().skip(1).forEach(other -> response.addHeader(HttpHeaders.SET_COOKIE, other));
      if (first != null) {
        response.addHeader(HttpHeaders.SET_COOKIE, cookie);
      }
    }

    @Override
    public void stale() {
      if (!response.isCommitted()) {
        response.setHeader(STALE_HEADER, "true");
      }
    }
  }

  /** Outside of all that may work on the request, inside of what only forwards or measures it. */
  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 100;
  }
}
