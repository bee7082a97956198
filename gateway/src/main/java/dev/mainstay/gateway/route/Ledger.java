package dev.mainstay.gateway.route;

import dev.mainstay.gateway.upstream.Attempt;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * The attempt that a request is at, if any. Whatever ends the request closes the ledger, which ends
 * the attempt; an attempt that comes a moment too late, on another thread, is ended at once. So no
 * attempt stays in flight for ever.
 */
final class Ledger {

  private static final String ATTRIBUTE = Ledger.class.getName();

  // Guarded by this.
  private @Nullable Attempt current;
  private boolean closed;

  static Ledger open(ServerWebExchange exchange) {
    Ledger ledger = new Ledger();
    exchange.getAttributes().put(ATTRIBUTE, ledger);
    return ledger;
  }

  static Ledger of(ServerWebExchange exchange) {
    return exchange.getRequiredAttribute(ATTRIBUTE);
  }

  /** Puts {@code attempt} in place of the one before, which is ended; again changes nothing. */
  synchronized void enter(Attempt attempt) {
    if (current != null && current != attempt) {
      current.end();
    }
    current = attempt;
    if (closed) {
      attempt.end();
    }
  }

  synchronized void serverBrokeOff() {
    if (current != null) {
      current.failed();
    }
  }

  synchronized void close() {
    closed = true;
    if (current != null) {
      current.end();
    }
  }
}
