package dev.mainstay.gateway.balance;

import dev.mainstay.gateway.health.Health;
import java.net.URI;
import java.util.regex.Pattern;

/**
 * A server of a pool. Configured weight, the operator's intent, observed health and what keeps it
 * in the pool are separate facts: none changes another.
 *
 * @param id unique in its pool, such as {@code web-1} or {@code 10.0.0.7:8080}
 * @param uri where it listens: scheme, host and port, such as {@code http://127.0.0.1:8101}
 * @param weight its share, 0-256; a server of weight 0 gets no balanced request
 * @param backup whether it only stands in for active servers
 * @param warmth how far slow start has come; what it makes of the weight is {@link #share}
 * @param ejected whether it stands aside for errors of live requests
 */
public record Server(
    String id,
    URI uri,
    int weight,
    boolean backup,
    State state,
    Health health,
    Standing standing,
    Warmth warmth,
    boolean ejected) {

  public static final int MAX_WEIGHT = 256;

  /** A name, or {@code [2001:db8::7]:8080}. */
  private static final Pattern ID =
      Pattern.compile("(?=.{1,64}$)([A-Za-z0-9]|\\[[0-9a-f:.]+])[A-Za-z0-9._:\\[\\]-]*");

  public Server {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "id is \"%s\" (expected: 1-64 letters, digits or any of . _ : - after the first)"
              .formatted(id));
    }
    checkUri(uri);
    checkWeight(weight);
  }

  /** A server as configured: ready, not yet observed. */
  public static Server of(String id, URI uri, int weight, boolean backup) {
    return new Server(
        id, uri, weight, backup, State.READY, Health.UNKNOWN, Standing.NAMED, Warmth.FULL, false);
  }

  /**
   * A server as DNS lists it. It counts as down until its first check: unlike a configured one it
   * comes while others serve, and may still be starting.
   */
  public static Server listed(String id, URI uri, int weight) {
    return new Server(
        id, uri, weight, false, State.READY, Health.DOWN, Standing.LISTED, Warmth.FULL, false);
  }

  public Server withWeight(int weight) {
    return new Server(id, uri, weight, backup, state, health, standing, warmth, ejected);
  }

  public Server withBackup(boolean backup) {
    return new Server(id, uri, weight, backup, state, health, standing, warmth, ejected);
  }

  public Server withState(State state) {
    return new Server(id, uri, weight, backup, state, health, standing, warmth, ejected);
  }

  public Server withHealth(Health health) {
    return new Server(id, uri, weight, backup, state, health, standing, warmth, ejected);
  }

  public Server withStanding(Standing standing) {
    return new Server(id, uri, weight, backup, state, health, standing, warmth, ejected);
  }

  public Server withWarmth(Warmth warmth) {
    return new Server(id, uri, weight, backup, state, health, standing, warmth, ejected);
  }

  public Server withEjected(boolean ejected) {
    return new Server(id, uri, weight, backup, state, health, standing, warmth, ejected);
  }

  /** The weight in force while it takes requests: that of the configuration, or less. */
  public int share() {
    return warmth.of(weight);
  }

  /** What the operator wants, but that a leaving server drains at the least. */
  public State stateInForce() {
    return standing == Standing.LEAVING && state == State.READY ? State.DRAIN : state;
  }

  /** Whether it is let take balanced requests: ready, and of a weight above 0. */
  boolean offered() {
    return stateInForce() == State.READY && weight > 0;
  }

  /** Whether it may take balanced requests, its health and its errors considered. */
  boolean usable() {
    return offered() && health != Health.DOWN && !ejected;
  }

  /** Whether it would be usable but for its ejection. */
  boolean ejectedAlone() {
    return offered() && health != Health.DOWN && ejected;
  }

  /** Whether it leaves, but could still stand in. */
  boolean lingers() {
    return standing == Standing.LEAVING
        && state == State.READY
        && weight > 0
        && health == Health.UP;
  }

  private static void checkWeight(int weight) {
    if (weight < 0 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "weight is %d (expected: 0-%d)".formatted(weight, MAX_WEIGHT));
    }
  }

  private static void checkUri(URI uri) {
    boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    boolean bare =
        (uri.getRawPath() == null || uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
            && uri.getRawQuery() == null
            && uri.getRawFragment() == null
            && uri.getRawUserInfo() == null;
    if (!http || uri.getHost() == null || uri.getPort() < 1 || uri.getPort() > 65_535 || !bare) {
      throw new IllegalArgumentException(
          "uri is \"%s\" (expected: scheme, host and port and nothing else, such as http://127.0.0.1:8101)"
              .formatted(uri));
    }
  }
}
