package dev.mainstay.gateway.upstream;

import dev.mainstay.gateway.balance.Balancer;
import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.Standing;
import dev.mainstay.gateway.balance.State;
import dev.mainstay.gateway.balance.Warmth;
import dev.mainstay.gateway.health.Conduct;
import dev.mainstay.gateway.health.EjectionRule;
import dev.mainstay.gateway.health.Health;
import dev.mainstay.gateway.health.HealthPolicy;
import dev.mainstay.gateway.health.Pulse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The servers behind one name, live: gives requests to them, hears what checks say of them and
 * takes the operator's changes.
 *
 * <p>The roster, held by the {@link Balancer}, is the one place that decides; a member's numbers
 * and pulse stand beside it.
 */
public final class Pool {

  private final String name;
  private final Rules rules;
  private final InstantSource clock;
  private final Consumer<Change> changes;
  private final Balancer balancer;
  private final Budget budget;
  private final Queue queue;
  private final ConcurrentHashMap<String, Member> members = new ConcurrentHashMap<>();

  /** Guards that roster, members and pulses change together. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Whether DNS has answered, so that servers it lists come while others serve. Guarded. */
  private boolean listedOnce;

  /**
   * A pool without slow start.
   *
   * @param offset where the rotation starts in a cycle of the given length
   * @param changes hears of every change, in order, and must not block
   */
  public Pool(
      String name,
      Roster roster,
      HealthPolicy health,
      Timeouts timeouts,
      RetryRule retry,
      IntUnaryOperator offset,
      InstantSource clock,
      Consumer<Change> changes) {
    this(name, roster, Rules.of(health, timeouts, retry), offset, clock, changes);
  }

  /**
   * @param offset where the rotation starts in a cycle of the given length
   * @param changes hears of every change, in order, and must not block
   */
  public Pool(
      String name,
      Roster roster,
      Rules rules,
      IntUnaryOperator offset,
      InstantSource clock,
      Consumer<Change> changes) {
    this.name = name;
    this.rules = rules;
    this.clock = clock;
    this.changes = changes;
    this.balancer = new Balancer(roster, offset);
    this.budget = new Budget(rules.retry());
    this.queue = new Queue(rules.limits().queue(), this::room);
    roster.servers().forEach(server -> members.put(server.id(), newMember(server, true)));
  }

  public String name() {
    return name;
  }

  public Timeouts timeouts() {
    return rules.timeouts();
  }

  public RetryRule retry() {
    return rules.retry();
  }

  public Roster roster() {
    return balancer.roster();
  }

  public int effectiveWeight(String id) {
    return balancer.effectiveWeight(id);
  }

  public Optional<Member> member(String id) {
    return Optional.ofNullable(members.get(id));
  }

  /**
   * Gives a new request to a server; empty if there is none, be it that the operator took every one
   * out or that all are full. {@link #queue} tells these apart, and waits for one that has room.
   */
  public Optional<Attempt> begin() {
    budget.request(clock.instant());
    // Who came before is served before.
    return queue.isWaiting() ? Optional.empty() : room(Set.of());
  }

  /**
   * Gives a request that failed on {@code tried} to another server, before those that wait; empty
   * if there is no other or all others are full, as {@link #begin}.
   */
  public Optional<Attempt> beginElsewhere(Set<String> tried) {
    return room(tried);
  }

  /**
   * Lets a request wait that {@link #begin} or {@link #beginElsewhere} gave no server: until one
   * has room, or for as long as the queue allows.
   *
   * @param tried the servers that it failed on
   * @param waiter is called at once if there is room by now, if no server may take it, or if too
   *     many wait already
   */
  public Ticket queue(Set<String> tried, Waiter waiter) {
    Set<String> out = Set.copyOf(tried);
    Instant until = clock.instant().plus(rules.limits().queueTimeout());
    Optional<Server> meantFor = balancer.pickBeside(out, Set.of());
    if (meantFor.isEmpty()) {
      waiter.turnedAway(Waiter.Refusal.NOBODY);
    }
    return meantFor
        .map(server -> queue.join(out, server.id(), until, waiter))
        .orElseGet(() -> new Ticket(queue, out, "", until, waiter));
  }

  /** How many requests wait whose turn was this server's. */
  public long queued(String id) {
    return queue.meantFor(id);
  }

  /** An attempt has ended: there may be room for one that waits. */
  void left() {
    queue.admit();
  }

  /**
   * Gives a request to a server that it failed on already, where there is no other: not to the one
   * it failed on last, unless that is the only one.
   */
  public Optional<Attempt> beginAgain(Attempt failed) {
    Optional<Attempt> other = beginElsewhere(Set.of(failed.server().id()));
    return other.isPresent()
        ? other
        : roster()
            .find(failed.server().id())
            .filter(server -> server.stateInForce() == State.READY)
            .flatMap(this::attempt);
  }

  /**
   * Whether a request that failed may be sent once more. Yes spends the pool's budget, but after a
   * failed connection, which is free: ask when there is time left for it, and only then.
   *
   * @param harmless whether the server may be asked twice
   * @param held whether the request can be sent again as a whole
   * @param retries how often it was sent again after faults other than a failed connection
   */
  public boolean mayRetry(Fault fault, boolean harmless, boolean held, int retries) {
    return rules.retry().permits(fault, harmless, held, retries)
        && (fault == Fault.UNCONNECTED || budget.take(clock.instant()));
  }

  /** Whether another server is usable for a request that was tried on these. */
  public boolean hasOther(Set<String> tried) {
    return roster().usable().anyMatch(server -> !tried.contains(server.id()));
  }

  /**
   * Takes the result of a check. One that passed says nothing if a request has been refused since
   * it began.
   */
  public void checked(Member member, Instant begun, boolean passed, String why) {
    boolean wentDown = false;
    lock.lock();
    try {
      if (!passed || !member.refusedSince(begun)) {
        wentDown = observe(member, passed, why, "check");
      }
      if (passed && !member.erredSince(begun)) {
        lift(member, "check", why);
      }
    } finally {
      lock.unlock();
    }
    if (wentDown) {
      member.redispatch();
    }
  }

  /**
   * A server did not accept the connection for a request: that counts as a failed check, at once.
   */
  public void unconnected(Attempt attempt, String why) {
    boolean wentDown;
    lock.lock();
    try {
      attempt.member().refused(clock.instant());
      wentDown = observe(attempt.member(), false, why + " (on a request)", "request");
    } finally {
      lock.unlock();
    }
    if (wentDown) {
      attempt.member().redispatch();
    }
  }

  /** A live request went well. */
  void succeeded(Member member) {
    if (member.conduct().errors() > 0) {
      lock.lock();
      try {
        member.conduct(member.conduct().succeeded());
      } finally {
        lock.unlock();
      }
    }
  }

  /** A live request failed by the server's fault: enough of them in a row eject it. */
  void erred(Member member, String why) {
    EjectionRule rule = rules.ejection();
    if (rule.consecutiveErrors() == 0) {
      return;
    }
    lock.lock();
    try {
      Instant now = clock.instant();
      member.erred(now);
      if (member.conduct().ejectedUntil(now).isPresent()) {
        // It was sent before the ejection.
        return;
      }
      Conduct conduct = member.conduct().erred();
      member.conduct(conduct);
      if (members.get(member.id()) == member
          && conduct.deservesEjection(rule)
          && roster().mayEject(member.id(), rule.maxEjectedPercent())) {
        Conduct ejected = conduct.ejected(rule, now);
        member.conduct(ejected);
        member.tally().ejections.increment();
        balancer.update(roster -> roster.changing(member.id(), it -> it.withEjected(true)));
        tell(
            member.id(),
            "request",
            EJECTION,
            IN_SERVICE,
            EJECTED,
            "%d errors in a row, the last: %s; until %s, %d in a row"
                .formatted(conduct.errors(), why, ejected.until(), ejected.row()),
            null);
      }
    } finally {
      lock.unlock();
    }
  }

  private static final String EJECTION = "ejection";
  private static final String IN_SERVICE = "in service";
  private static final String EJECTED = "ejected";

  private void lift(Member member, String who, String why) {
    if (roster().find(member.id()).filter(Server::ejected).isPresent()) {
      member.conduct(member.conduct().lifted(clock.instant()));
      balancer.update(roster -> roster.changing(member.id(), it -> it.withEjected(false)));
      tell(member.id(), who, EJECTION, EJECTED, IN_SERVICE, why, null);
    }
  }

  /**
   * After any change of the roster: who is left must suffice, so those come back whose ejections
   * would end first.
   */
  private void liftWhatIsTooMuch() {
    while (roster().ejectsTooMany(rules.ejection().maxEjectedPercent())) {
      Optional<Member> next =
          roster().servers().stream()
              .filter(Server::ejected)
              .map(this::memberOf)
              .min(
                  Comparator.comparing(it -> it.conduct().ejectedUntil(Instant.MIN).orElseThrow()));
      if (next.isEmpty()) {
        return;
      }
      lift(next.get(), "pool", "too few others are left");
    }
  }

  /** Whether the server went down by it. */
  private boolean observe(Member member, boolean passed, String why, String who) {
    lock.lock();
    try {
      Optional<Server> server = roster().find(member.id());
      if (members.get(member.id()) != member
          || server.isEmpty()
          || server.get().state() == State.MAINT) {
        return false;
      }
      Instant now = clock.instant();
      Pulse before = member.pulse();
      Pulse after = passed ? before.succeeded(now, why) : before.failed(now, why);
      member.pulse(after);
      if (after.health() != before.health()) {
        change(member, it -> it.withHealth(after.health()), now);
        tell(
            member.id(),
            who,
            "health",
            before.health(),
            after.health(),
            why,
            Duration.between(before.since(), now));
        if (after.health() == Health.UP) {
          member.conduct(member.conduct().succeeded());
        }
        liftWhatIsTooMuch();
      }
      return after.health() == Health.DOWN && before.health() != Health.DOWN;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Changes a server, and lets it start slowly if it came up or ready by that. A server that is
   * down, drained or in maintenance is whole: its slow start begins when it takes requests.
   */
  private void change(Member member, UnaryOperator<Server> amendment, Instant now) {
    balancer.update(
        roster ->
            roster.changing(
                member.id(), before -> warmed(before, amendment.apply(before), member, now)));
  }

  private Server warmed(Server before, Server after, Member member, Instant now) {
    if (after.stateInForce() != State.READY || after.health() == Health.DOWN) {
      return after.withWarmth(Warmth.FULL);
    }
    boolean cameUp =
        before.health() == Health.DOWN && after.health() == Health.UP && !member.atStart();
    boolean cameReady = before.stateInForce() != State.READY;
    member.rose();
    return cameUp || cameReady ? startingSlowly(after, member, now) : after;
  }

  private Server startingSlowly(Server server, Member member, Instant now) {
    member.warmSince(now);
    return server.withWarmth(new Warmth(Duration.ZERO, rules.slowStart()));
  }

  /**
   * Lets time pass: what begins or ends by time alone does so now. To be called every few
   * hundredths of a second, by one thread.
   */
  public void tick(Instant now) {
    queue.expire(now);
    if (queue.isWaiting() && balancer.pickBeside(Set.of(), Set.of()).isEmpty()) {
      queue.dissolve();
    }
    queue.admit();
    passTime(now);
  }

  private void passTime(Instant now) {
    if (roster().servers().stream()
        .allMatch(server -> server.warmth().equals(Warmth.FULL) && !server.ejected())) {
      return;
    }
    lock.lock();
    try {
      for (Server server : roster().servers()) {
        Member member = members.get(server.id());
        if (member != null && !server.warmth().equals(Warmth.FULL)) {
          Warmth next = new Warmth(Duration.between(member.warmSince(), now), rules.slowStart());
          balancer.update(roster -> roster.changing(server.id(), it -> it.withWarmth(next)));
        }
        if (member != null && server.ejected() && member.conduct().ejectedUntil(now).isEmpty()) {
          lift(member, "time", "its ejection is over");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Changes the mode. */
  public void changeMode(Mode mode, String who, String why) {
    lock.lock();
    try {
      Mode before = roster().mode();
      balancer.update(roster -> roster.withMode(mode));
      tellIfChanged(null, who, "mode", before.text(), mode.text(), why);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What to change of a server: null leaves it as it is.
   *
   * @param weight 0-256
   */
  public record Amendment(
      @Nullable Integer weight, @Nullable State state, @Nullable Boolean backup) {

    Server applyTo(Server server) {
      Server amended = server;
      if (weight != null) {
        amended = amended.withWeight(weight);
      }
      if (backup != null) {
        amended = amended.withBackup(backup);
      }
      if (state != null && state != server.state()) {
        amended = amended.withState(state);
        if (state == State.MAINT || server.state() == State.MAINT) {
          // Nothing is known of a server that is not checked.
          amended = amended.withHealth(Health.UNKNOWN);
        }
      }
      return amended;
    }
  }

  /**
   * Changes a server, all of the amendment in one step.
   *
   * @return whether there is such a server
   * @throws IllegalArgumentException if a value is not allowed; then nothing has changed
   */
  public boolean amend(String id, Amendment amendment, String who, String why) {
    lock.lock();
    try {
      Optional<Server> found = roster().find(id);
      if (found.isEmpty()) {
        return false;
      }
      Server before = found.get();
      Server after = amendment.applyTo(before);
      Instant now = clock.instant();
      Member member = memberOf(before);
      if (after.state() == State.MAINT) {
        lift(member, who, IN_MAINTENANCE);
      }
      change(member, amendment::applyTo, now);
      if (after.state() != before.state()) {
        if (after.state() == State.MAINT) {
          member.pulse(Pulse.unknown(rules.health(), now, IN_MAINTENANCE));
        } else if (before.state() == State.MAINT) {
          member.pulse(Pulse.unknown(rules.health(), now, NOT_CHECKED_YET));
        }
      }
      tellIfChanged(id, who, "weight", before.weight(), after.weight(), why);
      tellIfChanged(id, who, "state", before.state(), after.state(), why);
      tellIfChanged(id, who, "backup", before.backup(), after.backup(), why);
      liftWhatIsTooMuch();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Adds a server, after the others that are there by name; false if there is one of that id. */
  public boolean add(Server server, String who, String why) {
    lock.lock();
    try {
      if (roster().find(server.id()).isPresent()) {
        return false;
      }
      Member member = newMember(server, false);
      members.put(server.id(), member);
      Server added =
          server.stateInForce() == State.READY
              ? startingSlowly(server, member, clock.instant())
              : server;
      balancer.update(roster -> roster.with(added));
      tell(server.id(), who, "member", "none", server.uri(), why, null);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** What came of a removal. */
  public enum Removal {
    REMOVED,
    UNKNOWN,
    /** Only a server in MAINT is removed. */
    IN_USE,
    /** DNS lists it: it would come back. */
    LISTED
  }

  public Removal remove(String id, String who, String why) {
    lock.lock();
    try {
      Optional<Server> server = roster().find(id);
      if (server.isEmpty()) {
        return Removal.UNKNOWN;
      }
      if (server.get().standing() == Standing.LISTED) {
        return Removal.LISTED;
      }
      if (server.get().state() != State.MAINT) {
        return Removal.IN_USE;
      }
      drop(server.get(), who, server.get().uri(), why);
      return Removal.REMOVED;
    } finally {
      lock.unlock();
    }
  }

  /** The new order is in force before the member goes: see {@link #room}. */
  private void drop(Server server, String who, Object from, String why) {
    balancer.update(roster -> roster.without(server.id()));
    members.remove(server.id());
    tell(server.id(), who, "member", from, "none", why, null);
    liftWhatIsTooMuch();
  }

  /**
   * Brings the servers found by DNS in line with an answer that lists {@code listed}; see {@link
   * Roster#listing}.
   */
  public void list(List<Server> listed, String why) {
    lock.lock();
    try {
      Roster before = roster();
      Roster after = before.listing(listed);
      for (Server server : after.servers()) {
        if (before.find(server.id()).isEmpty()) {
          members.put(server.id(), newMember(server, !listedOnce));
        }
      }
      listedOnce = true;
      Instant now = clock.instant();
      balancer.update(
          _ -> {
            Roster warmed = after;
            for (Server server : after.servers()) {
              Server then = before.find(server.id()).orElse(server);
              warmed = warmed.changing(server.id(), it -> warmed(then, it, memberOf(server), now));
            }
            return warmed;
          });
      for (Server server : after.servers()) {
        Object from = before.find(server.id()).<Object>map(Pool::presence).orElse("none");
        if (!from.equals(presence(server))) {
          tell(server.id(), DNS, "member", from, presence(server), why, null);
        }
      }
      liftWhatIsTooMuch();
    } finally {
      lock.unlock();
    }
  }

  /** Removes the servers that leave, take no request any more and have none in flight. */
  public void dropLeft() {
    if (roster().servers().stream().noneMatch(Pool::leaves)) {
      return;
    }
    lock.lock();
    try {
      for (Server server : roster().servers()) {
        Member member = members.get(server.id());
        if (leaves(server)
            && effectiveWeight(server.id()) == 0
            && (member == null || member.tally().inFlight() == 0)) {
          drop(server, DNS, LEAVING, "no request in flight");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private static final String DNS = "dns";
  private static final String LEAVING = "leaving";

  private static boolean leaves(Server server) {
    return server.standing() == Standing.LEAVING;
  }

  private static Object presence(Server server) {
    return leaves(server) ? LEAVING : server.uri();
  }

  private static final String IN_MAINTENANCE = "in maintenance, not checked";
  private static final String NOT_CHECKED_YET = "not checked yet";

  /** The member of a server that is in the roster, under the lock. */
  private Member memberOf(Server server) {
    return Objects.requireNonNull(members.get(server.id()), server::id);
  }

  private Member newMember(Server server, boolean atStart) {
    Instant now = clock.instant();
    return new Member(
        server.id(),
        // A configured server is taken to be up until it is found down; then it can come up.
        atStart && server.standing() != Standing.NAMED,
        server.health() == Health.DOWN
            ? Pulse.unproven(rules.health(), now, NOT_CHECKED_YET)
            : Pulse.unknown(
                rules.health(),
                now,
                server.state() == State.MAINT ? IN_MAINTENANCE : NOT_CHECKED_YET));
  }

  /** Room at a server other than those tried. */
  private Optional<Attempt> room(Set<String> tried) {
    Set<String> full = Set.of();
    // Ends: a server whose member is gone is in no order that a later pick follows.
    while (true) {
      Optional<Server> picked =
          tried.isEmpty() && full.isEmpty() ? balancer.pick() : balancer.pickBeside(tried, full);
      if (picked.isEmpty()) {
        return Optional.empty();
      }
      Server server = picked.get();
      Member member = members.get(server.id());
      // Null only in the moment between a pick and the removal of the server picked.
      if (member != null) {
        Optional<Attempt> attempt =
            Attempt.at(this, server, member, rules.limits().maxConnections());
        if (attempt.isPresent()) {
          return attempt;
        }
        full = full.isEmpty() ? new HashSet<>() : full;
        full.add(server.id());
      }
    }
  }

  private Optional<Attempt> attempt(Server server) {
    return member(server.id())
        .flatMap(member -> Attempt.at(this, server, member, rules.limits().maxConnections()));
  }

  private void tellIfChanged(
      @Nullable String server, String who, String what, Object from, Object to, String why) {
    if (!from.equals(to)) {
      tell(server, who, what, from, to, why, null);
    }
  }

  private void tell(
      @Nullable String server,
      String who,
      String what,
      Object from,
      Object to,
      String why,
      @Nullable Duration lasted) {
    changes.accept(
        new Change(
            clock.instant(), name, server, who, what, from.toString(), to.toString(), why, lasted));
  }

  /** The names of the servers of this pool, in order. */
  public List<String> serverIds() {
    return roster().servers().stream().map(Server::id).toList();
  }
}
