package dev.mainstay.gateway.admin;

import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.health.Health;
import dev.mainstay.gateway.upstream.Member;
import dev.mainstay.gateway.upstream.Pool;
import dev.mainstay.gateway.upstream.Tally;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A pool as the API shows it. */
public record View(String name, String mode, List<ServerView> servers) {

  /**
   * A server as the API shows it.
   *
   * @param effectiveWeight the weight by which it takes new requests now: 0 while it takes none
   * @param state the state in force: a server that DNS no longer lists drains
   * @param ejectedUntil until when it stands aside for errors of live requests; null if it does not
   * @param queued requests that wait for any server and whose turn was this one's
   */
  public record ServerView(
      String id,
      String uri,
      int weight,
      int effectiveWeight,
      boolean backup,
      State state,
      Health health,
      String healthReason,
      @Nullable Instant ejectedUntil,
      long inFlight,
      long queued,
      long requests,
      long retries,
      long failures) {}

  static View of(Pool pool) {
    Roster roster = pool.roster();
    return new View(
        pool.name(),
        roster.mode().text(),
        roster.servers().stream().flatMap(server -> of(pool, server).stream()).toList());
  }

  /** Empty only if the server was removed a moment ago. */
  static Optional<ServerView> of(Pool pool, Server server) {
    return pool.member(server.id()).map(member -> of(pool, server, member));
  }

  private static ServerView of(Pool pool, Server server, Member member) {
    Tally tally = member.tally();
    return new ServerView(
        server.id(),
        server.uri().toString(),
        server.weight(),
        pool.effectiveWeight(server.id()),
        server.backup(),
        server.stateInForce(),
        server.health(),
        member.pulse().reason(),
        server.ejected() ? member.ejectedUntil() : null,
        tally.inFlight(),
        pool.queued(server.id()),
        tally.requests(),
        tally.retries(),
        tally.failures());
  }
}
