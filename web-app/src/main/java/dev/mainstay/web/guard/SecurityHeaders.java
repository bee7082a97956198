package dev.mainstay.web.guard;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Tells browsers what a page of this site may do: load its own style sheet, script and pictures,
 * post to itself, nothing else.
 *
 * <p>The referrer policy must not be {@code no-referrer}: browsers would then send {@code Origin:
 * null} with the site's own forms, which {@link CrossOriginGuard} refuses.
 */
public final class SecurityHeaders extends OncePerRequestFilter {

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "same-origin");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.setHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    // What a handler sets later, as for static files, takes this one's place.
    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-cache, private");
    chain.doFilter(request, response);
  }
}
