package dev.mainstay.web.guard;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps an instance's metrics from the site's visitors: {@code /actuator} answers 404 to what comes
 * through a gateway, and answers who asks the instance itself. Health is open to both, for it says
 * no more than UP or DOWN.
 *
 * <p>A separate management port would do the same, but then the instance could be healthy there and
 * dead on the port that serves the site.
 */
public final class OwnEndpoints extends OncePerRequestFilter {

  /** Every proxy of HTTP sends one; {@code X-Forwarded-For} is used up by Tomcat before this. */
  private static final Set<String> OF_PROXIES = Set.of("X-Forwarded-Proto", "Forwarded", "Via");

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    String path = request.getServletPath();
    return !isBelow(path, "/actuator") || isBelow(path, "/actuator/health");
  }

  private static boolean isBelow(String path, String root) {
    return path.equals(root) || path.startsWith(root + "/");
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (OF_PROXIES.stream().allMatch(header -> request.getHeader(header) == null)) {
      chain.doFilter(request, response);
    } else {
      response.sendError(HttpServletResponse.SC_NOT_FOUND);
    }
  }
}
