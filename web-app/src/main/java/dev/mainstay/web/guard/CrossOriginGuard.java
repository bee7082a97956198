package dev.mainstay.web.guard;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses changes that a browser sends on behalf of another site (cross-site request forgery),
 * without tokens and without a session: the browser itself says where a request comes from, in
 * headers that no page can set.
 *
 * <p>The rule is the one of Go's {@code http.CrossOriginProtection}:
 *
 * <ol>
 *   <li>GET, HEAD and OPTIONS pass; they change nothing.
 *   <li>{@code Sec-Fetch-Site}, where it is sent, decides: {@code same-origin} and {@code none}
 *       (typed by the user) pass.
 *   <li>Otherwise (plain HTTP on other than loopback addresses, or an old browser) {@code Origin}
 *       must name this site's host and port.
 *   <li>Neither header: not a browser, so there is no user whose authority could be borrowed.
 * </ol>
 */
public final class CrossOriginGuard extends OncePerRequestFilter {

  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (allows(request)) {
      chain.doFilter(request, response);
    } else {
      response.sendError(
          HttpServletResponse.SC_FORBIDDEN, "This was sent from another site, so it was not done.");
    }
  }

  private static boolean allows(HttpServletRequest request) {
    if (SAFE_METHODS.contains(request.getMethod())) {
      return true;
    }
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null) {
      return site.equals("same-origin") || site.equals("none");
    }
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    return origin == null
        || authority(request.getServerName(), request.getServerPort()).equals(authority(origin));
  }

  /** Host and port of an origin, or null where it is opaque ({@code null}) or no origin at all. */
  private static @Nullable String authority(String origin) {
    try {
      URI uri = URI.create(origin);
      if (uri.getHost() == null || uri.getScheme() == null) {
        return null;
      }
      int port =
          uri.getPort() != -1
              ? uri.getPort()
              : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
      return authority(uri.getHost(), port);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String authority(String host, int port) {
    return host.toLowerCase(Locale.ROOT) + ":" + port;
  }
}
