package dev.mainstay.stack.drill.link;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** The links of a stack, each from one process to another, by name. */
public final class Links implements AutoCloseable {

  /** Who reaches whom. */
  public record Ends(String from, String to) {}

  /** Guarded by this: the stack's supervisor asks too, whenever it starts a process. */
  private final Map<Ends, Link> links = new LinkedHashMap<>();

  /**
   * The port at which {@code from} finds {@code to}, whose own port is given; the link is opened if
   * it is not there yet.
   */
  public synchronized int between(String from, String to, int port) {
    return links.computeIfAbsent(new Ends(from, to), _ -> Link.to(port)).port();
  }

  /** How many there are. */
  public synchronized int count() {
    return links.size();
  }

  /** Cuts those. */
  public synchronized void cut(Predicate<Ends> which) {
    links.forEach(
        (ends, link) -> {
          if (which.test(ends)) {
            link.cut();
          }
        });
  }

  /** Breaks all connections; what cut links hold is lost. */
  public synchronized void reset() {
    links.values().forEach(Link::reset);
  }

  /** Heals all. */
  public synchronized void heal() {
    links.values().forEach(Link::heal);
  }

  @Override
  public synchronized void close() {
    links.values().forEach(Link::close);
    links.clear();
  }
}
