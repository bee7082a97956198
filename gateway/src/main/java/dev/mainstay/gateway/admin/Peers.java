package dev.mainstay.gateway.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;

/**
 * The gateways that are told of each change made here: the same request, sent on in the order in
 * which the changes were made, and marked so that nobody sends it on again.
 *
 * <p>A peer that does not answer is asked again every second until it does; meanwhile up to {@value
 * #MOST} changes wait for it, and the oldest are forgotten above that. One that refuses a change
 * has its reasons, and is not asked again. Two changes of one thing made on two gateways at the
 * same moment may end differently on each: the last one made, on either, settles it.
 */
public final class Peers {

  /** The mark of a change that comes from a peer; its value tells which process sent it. */
  static final String FROM = "Mainstay-Peer";

  static final int MOST = 1_000;

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(Peers.class);

  private final String self = UUID.randomUUID().toString();
  private final List<Peer> peers;
  private final HttpClient client;

  /**
   * @param admins the admin ports of the others, such as {@code http://127.0.0.1:9091}
   * @param token what a change needs, there as here; null where changes are refused
   */
  public Peers(List<URI> admins, @Nullable String token) {
    this.peers = admins.stream().map(Peer::new).toList();
    this.client =
        HttpClient.create()
            .disableRetry(true)
            .followRedirect(false)
            .responseTimeout(PATIENCE)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 500)
            .headers(
                headers -> {
                  headers.set(FROM, self);
                  if (token != null) {
                    headers.set("Authorization", "Bearer " + token);
                  }
                });
  }

  /** Whether a change with that mark was sent by this very process, which is its own peer. */
  boolean isSelf(String from) {
    return from.equals(self);
  }

  /** A change as the client asked for it. */
  private record Told(String method, String target, String body, Sinks.Empty<Void> done) {}

  /**
   * Tells all peers of a change.
   *
   * @param target path and query
   * @return completes when every peer has answered, or after a moment: the change is made here, and
   *     a peer that is away learns of it when it is back
   */
  Mono<Void> tell(String method, String target, String body) {
    return Mono.when(
            peers.stream()
                .map(peer -> peer.tell(new Told(method, target, body, Sinks.empty())))
                .toList())
        .timeout(PAUSE, Mono.empty());
  }

  /** One of the others, told one change after the other. */
  private final class Peer {
    private final URI admin;

    // Guarded by this.
    private final Deque<Told> line = new ArrayDeque<>();
    private boolean telling;
    private boolean away;

    Peer(URI admin) {
      this.admin = admin;
    }

    Mono<Void> tell(Told told) {
      boolean begin;
      synchronized (this) {
        if (line.size() == MOST) {
          line.removeFirst().done().tryEmitEmpty();
        }
        line.addLast(told);
        begin = !telling;
        telling = true;
      }
      if (begin) {
        next();
      }
      return told.done().asMono();
    }

    private void next() {
      Told told;
      synchronized (this) {
        told = line.peekFirst();
        telling = told != null;
      }
      if (told != null) {
        var _ =
            send(told)
                .subscribe(
                    status -> answered(told, status),
                    error ->
                        silent(error.getMessage() == null ? error.toString() : error.getMessage()));
      }
    }

    private Mono<Integer> send(Told told) {
      return client
          .request(HttpMethod.valueOf(told.method()))
          .uri(admin.resolve(told.target()))
          .send(Mono.fromSupplier(() -> Unpooled.copiedBuffer(told.body(), StandardCharsets.UTF_8)))
          .responseSingle((response, body) -> body.then(Mono.just(response.status().code())));
    }

    private void answered(Told told, int status) {
      if (status >= 500) {
        silent("answered " + status);
        return;
      }
      boolean back;
      synchronized (this) {
        line.removeFirstOccurrence(told);
        back = away;
        away = false;
      }
      if (back) {
        log.info("peer {} is back, and is told what it missed", admin);
      }
      if (status >= 400) {
        log.warn("peer {} refused {} {} with {}", admin, told.method(), told.target(), status);
      }
      told.done().tryEmitEmpty();
      next();
    }

    private void silent(String why) {
      boolean news;
      synchronized (this) {
        news = !away;
        away = true;
      }
      if (news) {
        log.warn("peer {} does not take changes, which wait for it: {}", admin, why);
      }
      var _ = Mono.delay(PAUSE).subscribe(_ -> next());
    }
  }
}
