package dev.mainstay.gateway.express;

import dev.mainstay.gateway.upstream.Pool;
import java.util.List;
import java.util.Optional;

/** The routes in their order, as far as they are known without running them. */
public final class Table {

  private final List<Rule> rules;

  public Table(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * The pool of the first route that takes the request; empty if that is not known here, or if none
   * does.
   *
   * @param target path and query as they were sent
   */
  public Optional<Pool> find(String method, String target) {
    if (target.isEmpty() || target.charAt(0) != '/') {
      return Optional.empty();
    }
    int query = target.indexOf('?');
    int pathEnd = query < 0 ? target.length() : query;
    for (Rule rule : rules) {
      if (!rule.anyPath() && isOdd(target, pathEnd)) {
        return Optional.empty();
      }
      if (rule.takes(method, target, pathEnd)) {
        return rule.pool();
      }
    }
    return Optional.empty();
  }

  /** Whether Spring might read the path otherwise than letter by letter. */
  private static boolean isOdd(String target, int pathEnd) {
    for (int i = 0; i < pathEnd; i++) {
      char c = target.charAt(i);
      if (c == '%' || c == ';' || (c == '/' && i > 0 && target.charAt(i - 1) == '/')) {
        return true;
      }
    }
    return false;
  }
}
