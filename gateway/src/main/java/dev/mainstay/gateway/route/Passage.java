package dev.mainstay.gateway.route;

import dev.mainstay.gateway.problem.Problem;
import dev.mainstay.gateway.upstream.Answer;
import dev.mainstay.gateway.upstream.Attempt;
import dev.mainstay.gateway.upstream.Fault;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.RetryRule;
import dev.mainstay.gateway.upstream.Ticket;
import dev.mainstay.gateway.upstream.Waiter;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One request's way to a server: the first pick, and other servers after a fault, until one answers
 * or none is left that may be asked. Up to then the client has seen nothing.
 */
final class Passage {

  private static final Logger log = LoggerFactory.getLogger(Passage.class);

  private final Pool pool;
  private final URI url;
  private final Holding request;
  private final GatewayFilterChain chain;
  private final boolean exposeServedBy;
  private final long start = System.nanoTime();

  // One attempt follows the other, so these need no guard.
  private final Set<String> tried = new HashSet<>();
  private int retries;

  /** Whether the budget has been asked for the retry that a server marked down calls for. */
  private boolean paid;

  /** Whether the server had less than the response time-out: late then is not its fault. */
  private boolean hurried;

  Passage(Pool pool, URI url, Holding request, GatewayFilterChain chain, boolean exposeServedBy) {
    this.pool = pool;
    this.url = url;
    this.request = request;
    this.chain = chain;
    this.exposeServedBy = exposeServedBy;
  }

  Mono<Void> go() {
    return pool.begin()
        .map(this::send)
        .orElseGet(
            () ->
                inQueue(Set.of())
                    .onErrorMap(TurnedAway.class, it -> problem(it.why))
                    .flatMap(this::send));
  }

  /** There was no room at a server. */
  private static final class TurnedAway extends Exception {
    private final Waiter.Refusal why;

    TurnedAway(Waiter.Refusal why) {
      // It is an answer, not a bug.
      super(why.name(), null, false, false);
      this.why = why;
    }
  }

  /**
   * The next attempt for which there is room; a {@link TurnedAway} if there is none in time. A
   * client that leaves meanwhile leaves the queue.
   */
  private Mono<Attempt> inQueue(Set<String> out) {
    Ledger ledger = Ledger.of(request.exchange());
    return Mono.<Attempt>create(
            turn -> {
              Ticket ticket =
                  pool.queue(
                      out,
                      new Waiter() {
                        @Override
                        public void admitted(Attempt attempt) {
                          // First: if nobody is there any more, this ends it.
                          ledger.enter(attempt);
                          turn.success(attempt);
                        }

                        @Override
                        public void turnedAway(Refusal why) {
                          turn.error(new TurnedAway(why));
                        }
                      });
              turn.onCancel(ticket::leave);
            })
        .timeout(
            pool.timeouts().total(),
            Mono.error(() -> new TurnedAway(Waiter.Refusal.QUEUE_TIMEOUT)));
  }

  private Mono<Void> send(Attempt attempt) {
    ServerWebExchange exchange = request.exchange();
    paid = false;
    Ledger.of(exchange).enter(attempt);
    exchange
        .getAttributes()
        .put(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR, on(attempt.server().uri()));
    return inTime(unlessDown(attempt, chain.filter(exchange)))
        .contextWrite(context -> context.put(Attempt.class, attempt))
        .thenReturn(attempt)
        .onErrorResume(error -> afterFault(attempt, error).then(Mono.empty()))
        .flatMap(this::answered);
  }

  /** The checks marked the server down while it had the request. */
  private static final class MarkedDown extends IOException {
    MarkedDown() {
      super("marked down by its checks");
    }
  }

  /** Breaks off when the server is marked down, if the request may go to another. */
  private Mono<Void> unlessDown(Attempt attempt, Mono<Void> exchange) {
    if (!request.harmless() || !request.held()) {
      return exchange;
    }
    Sinks.Empty<Void> down = Sinks.empty();
    attempt.whenDown(
        () -> {
          Set<String> out = new HashSet<>(tried);
          out.add(attempt.server().id());
          if (pool.hasOther(out) && mayGoOn(Fault.LOST)) {
            paid = true;
            down.tryEmitError(new MarkedDown());
          }
        });
    return Mono.firstWithSignal(exchange, down.asMono());
  }

  private Mono<Void> answered(Attempt attempt) {
    ServerWebExchange exchange = request.exchange();
    ServerHttpResponse response = exchange.getResponse();
    HttpStatusCode status = response.getStatusCode();
    boolean retryAfter = response.getHeaders().containsHeader(HttpHeaders.RETRY_AFTER);
    if (status != null) {
      attempt.answered(status.value(), retryAfter);
    }
    if (status != null
        && RetryRule.isFailure(status.value(), retryAfter)
        && !response.isCommitted()) {
      Set<String> out = new HashSet<>(tried);
      out.add(attempt.server().id());
      Optional<Attempt> next =
          pool.hasOther(out) && mayGoOn(Fault.LOST) ? pool.beginElsewhere(out) : Optional.empty();
      if (next.isPresent()) {
        attempt.failed();
        return goOn(attempt, next.get(), true);
      }
    }
    sign(response, attempt);
    return Mono.empty();
  }

  private Mono<Void> afterFault(Attempt attempt, Throwable error) {
    ServerWebExchange exchange = request.exchange();
    if (Faults.isClients(error)) {
      // Nobody is there to read it; it ends the exchange without a word in the log.
      return Mono.error(new Problem(HttpStatus.BAD_REQUEST, "The request broke off."));
    }
    Optional<Fault> found = Faults.of(error);
    if (found.isEmpty() || exchange.getResponse().isCommitted()) {
      return Mono.error(error);
    }
    Fault fault = found.get();
    String why = Faults.why(error);
    String id = attempt.server().id();
    log.debug("{} {}: server {}: {}", exchange.getRequest().getMethod(), url, id, why);
    if (fault == Fault.UNCONNECTED) {
      pool.unconnected(attempt, why);
    }
    if (fault == Fault.LATE && hurried) {
      attempt.failed();
    } else {
      attempt.failed(fault);
    }
    boolean mayGoOn = paid || mayGoOn(fault);
    tried.add(id);
    // Before it waits for another server: it must not take up room at this one.
    attempt.end();
    return (mayGoOn ? another(attempt, fault) : Mono.<Attempt>empty())
        .switchIfEmpty(
            Mono.error(
                () -> {
                  ServerWebExchangeUtils.reset(exchange);
                  return Problem.of(Answer.after(fault, pool, id));
                }))
        .flatMap(next -> goOn(attempt, next, fault != Fault.UNCONNECTED));
  }

  private Mono<Void> goOn(Attempt failed, Attempt next, boolean counts) {
    ServerWebExchangeUtils.reset(request.exchange());
    tried.add(failed.server().id());
    failed.retried();
    if (counts) {
      retries++;
    }
    return send(next);
  }

  private boolean mayGoOn(Fault fault) {
    return left().isPositive() && pool.mayRetry(fault, request.harmless(), request.held(), retries);
  }

  /** Empty if there is no other server to ask. */
  private Mono<Attempt> another(Attempt failed, Fault fault) {
    return Mono.justOrEmpty(pool.beginElsewhere(tried))
        .switchIfEmpty(
            Mono.defer(() -> inQueue(tried))
                .onErrorResume(TurnedAway.class, it -> noOther(it.why, failed, fault)));
  }

  private Mono<Attempt> noOther(Waiter.Refusal why, Attempt failed, Fault fault) {
    return switch (why) {
      // The same server again only where there is no other, and never where it does not listen.
      case NOBODY ->
          fault == Fault.UNCONNECTED ? Mono.empty() : Mono.justOrEmpty(pool.beginAgain(failed));
      case QUEUE_FULL, QUEUE_TIMEOUT -> Mono.error(problem(why));
    };
  }

  /**
   * The head of the response must be here within the response time-out, counted from the end of the
   * request.
   */
  private Mono<Void> inTime(Mono<Void> exchange) {
    Duration left = left();
    hurried = left.compareTo(pool.timeouts().response()) < 0;
    Duration limit = hurried ? left : pool.timeouts().response();
    return request.streamed()
        ? exchange.timeout(request.sent().then(Mono.delay(limit)))
        : exchange.timeout(limit);
  }

  private Duration left() {
    Duration left = pool.timeouts().total().minusNanos(System.nanoTime() - start);
    return request.streamed() && left.isNegative() ? pool.timeouts().response() : left;
  }

  private void sign(ServerHttpResponse response, Attempt attempt) {
    if (exposeServedBy && !response.isCommitted()) {
      response.getHeaders().set("X-Served-By", attempt.server().id());
    }
  }

  private URI on(URI server) {
    StringBuilder target =
        new StringBuilder(server.getScheme()).append("://").append(server.getRawAuthority());
    if (url.getRawPath() != null) {
      target.append(url.getRawPath());
    }
    if (url.getRawQuery() != null) {
      target.append('?').append(url.getRawQuery());
    }
    return URI.create(target.toString());
  }

  private Problem problem(Waiter.Refusal why) {
    return Problem.of(Answer.turnedAway(pool, why));
  }
}
