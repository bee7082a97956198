package dev.mainstay.gateway.express;

import dev.mainstay.gateway.upstream.Pool;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a route without running it.
 *
 * @param methods those it takes; empty for all
 * @param paths those it takes, any of them; empty for all
 * @param pool where it leads if it does nothing but balance; empty if only Spring Cloud Gateway can
 *     tell, and then methods and paths are no more than what it might take
 */
public record Rule(Set<String> methods, List<Path> paths, Optional<Pool> pool) {

  public Rule {
    methods = Set.copyOf(methods);
    paths = List.copyOf(paths);
  }

  /** Whether it takes whatever path, so that no oddity of a path matters. */
  boolean anyPath() {
    return paths.isEmpty() || paths.contains(Path.ALL);
  }

  boolean takes(String method, String target, int pathEnd) {
    if (!methods.isEmpty() && !methods.contains(method)) {
      return false;
    }
    if (paths.isEmpty()) {
      return true;
    }
    for (Path path : paths) {
      if (path.takes(target, pathEnd)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Paths that begin alike.
   *
   * @param beginning without a slash at the end
   * @param more whether anything may follow the beginning, or else nothing at all
   * @param segment whether what follows must begin with a slash
   */
  public record Path(String beginning, boolean more, boolean segment) {

    /** {@code /**}. */
    public static final Path ALL = new Path("", true, true);

    boolean takes(String target, int pathEnd) {
      int length = beginning.length();
      if (pathEnd < length || !target.startsWith(beginning)) {
        return false;
      }
      return pathEnd == length || (more && (!segment || target.charAt(length) == '/'));
    }

    /** The pattern as Spring writes it, exactly; empty if it is more than a path or a subtree. */
    public static Optional<Path> exactly(String pattern) {
      boolean subtree = pattern.endsWith("/**");
      String beginning = subtree ? pattern.substring(0, pattern.length() - 3) : pattern;
      boolean plain =
          pattern.startsWith("/") && beginning.chars().noneMatch(c -> "*?{}\\%;".indexOf(c) >= 0);
      return plain && (subtree || !beginning.endsWith("/"))
          ? Optional.of(new Path(beginning, subtree, true))
          : Optional.empty();
    }

    /** All that the pattern might match, and perhaps more. */
    public static Path atMost(String pattern) {
      int end = 0;
      while (end < pattern.length() && "*?{\\%;".indexOf(pattern.charAt(end)) < 0) {
        end++;
      }
      String beginning = pattern.substring(0, end);
      while (beginning.endsWith("/")) {
        beginning = beginning.substring(0, beginning.length() - 1);
      }
      return new Path(beginning, true, false);
    }
  }
}
