package dev.mainstay.db.router.config;

import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.router.Consistency;
import dev.mainstay.db.router.PoolSettings;
import dev.mainstay.db.router.RouterSettings;
import dev.mainstay.db.router.Tls;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * What can be set under {@code mainstay.db}. What is wrong is refused with the key, the value and
 * what was expected.
 *
 * @param enabled whether the application's data source is routed over the nodes
 * @param nodes the database nodes, each as id=host:port, for example db-1=127.0.0.1:3306
 * @param schema the application's schema
 * @param username the account that reads and writes the application's data
 * @param password that account's password
 * @param engine what runs on the nodes; by default it is asked at the first contact, and this is
 *     needed only where an application with JPA may start while no node can be reached
 * @param tls how much connections insist on TLS; the meanings are those of Connector/J's sslMode
 * @param consistency what reads are to see, where no ReadConsistency annotation says otherwise:
 *     causal (whoever wrote sees the write, and then nothing older than what they saw last),
 *     eventual (any read may be behind), primary (no replica is read from while there is a primary)
 * @param causal how what a visitor has to see is carried, and waited for
 * @param hold how long a write that finds no primary waits for one before it is refused, over all
 *     its runs; 0 to refuse it at once
 * @param heldWrites how many writes may wait for a primary at once; one more is refused at once
 * @param migrate the account that changes the schema, and how a start waits for a primary
 * @param monitor the account that observes the nodes, and how often
 * @param reads how reads are spread over the replicas
 * @param pool bounds of the connection pools
 */
@ConfigurationProperties("mainstay.db")
public record DbRouterProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue List<String> nodes,
    @Nullable String schema,
    @Nullable String username,
    @Nullable String password,
    @DefaultValue("auto") EngineChoice engine,
    @DefaultValue("preferred") Tls tls,
    @DefaultValue("causal") Consistency consistency,
    @DefaultValue Causal causal,
    @DefaultValue("8s") Duration hold,
    @DefaultValue("1000") int heldWrites,
    @DefaultValue Migrate migrate,
    @DefaultValue Monitor monitor,
    @DefaultValue Reads reads,
    @DefaultValue Pool pool) {

  private static final int MIN_KEY_LENGTH = 16;

  /** What runs on the nodes. */
  public enum EngineChoice {
    AUTO,
    MYSQL,
    MARIADB
  }

  /**
   * Causal reads.
   *
   * @param enabled whether visitors get tokens, in cookies and headers; without them nobody has to
   *     see anything
   * @param key signs the tokens, the same on all instances; by default it is made of the
   *     application's account and password, so that all instances have it
   * @param maxWait how long a read that has to see something waits for a replica before it goes to
   *     the primary; 0 for not at all
   */
  public record Causal(
      @DefaultValue("true") boolean enabled,
      @Nullable String key,
      @DefaultValue("200ms") Duration maxWait) {}

  /**
   * Migrations.
   *
   * @param username Flyway's account, with the right to change the schema; the application's where
   *     none is given
   * @param password that account's password
   * @param patience how long a start waits for a primary to migrate on before it goes on without;
   *     readiness is refused until the schema is known to be current
   * @param socketTimeout how long one statement of a migration may take
   */
  public record Migrate(
      @Nullable String username,
      @Nullable String password,
      @DefaultValue("30s") Duration patience,
      @DefaultValue("10m") Duration socketTimeout) {}

  /**
   * Observation of the nodes.
   *
   * @param username the account that observes, with the right to see the state of replication; the
   *     application's where none is given
   * @param password that account's password
   * @param controllers where the controllers answer, such as http://127.0.0.1:9301: their events
   *     are a reason to look at the nodes at once; without them it is done by the interval alone
   * @param interval how often each node is looked at
   * @param urgentInterval how often while no write can be done, and how often a node that a
   *     connection has just broken to
   * @param timeout how long a node may take to connect or to answer before it counts as unreachable
   */
  public record Monitor(
      @Nullable String username,
      @Nullable String password,
      @DefaultValue List<URI> controllers,
      @DefaultValue("500ms") Duration interval,
      @DefaultValue("100ms") Duration urgentInterval,
      @DefaultValue("1s") Duration timeout) {}

  /**
   * Reads.
   *
   * @param maxLag how far behind the primary a replica may be and still serve reads
   * @param returnLag how far behind a replica may be that returns to the reads after it lagged too
   *     much; half of the maximum where it is not set
   * @param primaryLease how old the primary's heartbeat may be, by this machine's clock; while it
   *     is older the primary is read from only where there is nothing else, and the answer is
   *     flagged as stale
   * @param weights by node id, 0 to 256: shares of the reads; 100 for nodes not named, 0 for none
   * @param attempts how many times a read-only transaction is run at most, where the node that it
   *     runs on goes away; 1 for no second time
   */
  public record Reads(
      @DefaultValue("5s") Duration maxLag,
      @Nullable Duration returnLag,
      @DefaultValue("10s") Duration primaryLease,
      @DefaultValue Map<String, Integer> weights,
      @DefaultValue("3") int attempts) {}

  /**
   * Connection pools: one for each node and use.
   *
   * @param maximumReads how many connections may read from one node
   * @param maximumWrites how many connections may write to the primary
   * @param minimumIdle how many connections are kept open to a node that is in use
   * @param connectionTimeout how long a borrower waits for a connection
   * @param validationTimeout how long an idle connection has to show that it lives
   * @param idleTimeout when a connection above the minimum that nobody uses is closed
   * @param maxLifetime when a connection is replaced by a fresh one
   * @param connectTimeout how long a TCP connection may take to come about
   * @param socketTimeout how long a node may take to answer one statement
   */
  public record Pool(
      @DefaultValue("8") int maximumReads,
      @DefaultValue("8") int maximumWrites,
      @DefaultValue("1") int minimumIdle,
      @DefaultValue("1s") Duration connectionTimeout,
      @DefaultValue("500ms") Duration validationTimeout,
      @DefaultValue("1m") Duration idleTimeout,
      @DefaultValue("30m") Duration maxLifetime,
      @DefaultValue("1s") Duration connectTimeout,
      @DefaultValue("10s") Duration socketTimeout) {}

  List<NodeAddress> addresses() {
    if (nodes.isEmpty()) {
      throw wrong(
          "nodes",
          null,
          "no node is named (expected: at least one id=host:port, for example"
              + " db-1=127.0.0.1:3306; mainstay.db.enabled=false switches the router off)");
    }
    List<NodeAddress> addresses = new ArrayList<>();
    Set<NodeId> ids = new HashSet<>();
    Set<String> places = new HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      String key = "nodes[%d]".formatted(i);
      NodeAddress address;
      try {
        address = NodeAddress.parse(nodes.get(i).strip());
      } catch (IllegalArgumentException e) {
        throw wrong(key, nodes.get(i), e.getMessage());
      }
      if (!ids.add(address.id())) {
        throw wrong(
            key,
            nodes.get(i),
            "two nodes are called %s (expected: each id once)".formatted(address.id()));
      }
      if (!places.add(address.host() + ":" + address.port())) {
        throw wrong(
            key, nodes.get(i), "two nodes have this address (expected: each host and port once)");
      }
      addresses.add(address);
    }
    return addresses;
  }

  Credentials application() {
    return account("", required("username", username, "a database account"), password);
  }

  /** Flyway's account. */
  Credentials migrating() {
    String name = migrate.username();
    if (name == null && migrate.password() == null) {
      return application();
    }
    return account("migrate.", name == null ? "migrate" : name, migrate.password());
  }

  /** The setting that holds the password of {@link #migrating}. */
  String migratingKey() {
    return key(migrate.username() == null && migrate.password() == null ? "" : "migrate.");
  }

  /** The observing account. */
  Credentials observing() {
    String name = monitor.username();
    if (name == null && monitor.password() == null) {
      return application();
    }
    return account("monitor.", name == null ? "monitor" : name, monitor.password());
  }

  /** The setting that holds the password of {@link #observing}. */
  String observingKey() {
    return key(monitor.username() == null && monitor.password() == null ? "" : "monitor.");
  }

  private static String key(String prefix) {
    return "mainstay.db." + prefix + "password";
  }

  RouterSettings router() {
    return new RouterSettings(
        required("schema", schema, "the name of the application's schema"),
        application(),
        tls,
        poolSettings(),
        consistency,
        reads.primaryLease(),
        causal.maxWait(),
        hold,
        heldWrites);
  }

  Optional<Engine> chosenEngine() {
    return switch (engine) {
      case AUTO -> Optional.empty();
      case MYSQL -> Optional.of(Engine.MYSQL);
      case MARIADB -> Optional.of(Engine.MARIADB);
    };
  }

  Map<NodeId, Integer> weights() {
    Map<NodeId, Integer> weights = new HashMap<>();
    List<NodeId> known = addresses().stream().map(NodeAddress::id).toList();
    reads
        .weights()
        .forEach(
            (name, weight) -> {
              String key = "reads.weights." + name;
              NodeId id =
                  known.stream()
                      .filter(node -> node.value().equals(name))
                      .findFirst()
                      .orElseThrow(
                          () ->
                              wrong(
                                  key,
                                  weight,
                                  "no node is called %s (expected: one of %s)"
                                      .formatted(
                                          name, known.stream().map(NodeId::value).toList())));
              if (weight < 0 || weight > 256) {
                throw wrong(key, weight, "weight is %d (expected: 0-256)".formatted(weight));
              }
              weights.put(id, weight);
            });
    return weights;
  }

  Duration returnLag() {
    Duration set = reads.returnLag();
    return set == null ? reads.maxLag().dividedBy(2) : set;
  }

  /** Refuses values that no other method looks at. */
  void check() {
    positive("monitor.interval", monitor.interval());
    positive("monitor.urgent-interval", monitor.urgentInterval());
    positive("monitor.timeout", monitor.timeout());
    positive("migrate.socket-timeout", migrate.socketTimeout());
    notNegative("migrate.patience", migrate.patience());
    notNegative("reads.max-lag", reads.maxLag());
    notNegative("reads.return-lag", returnLag());
    if (returnLag().compareTo(reads.maxLag()) > 0) {
      throw wrong(
          "reads.return-lag",
          returnLag(),
          "it is %s (expected: at most reads.max-lag, %s)".formatted(returnLag(), reads.maxLag()));
    }
    positive("reads.primary-lease", reads.primaryLease());
    notNegative("causal.max-wait", causal.maxWait());
    if (causal.maxWait().compareTo(pool.socketTimeout()) >= 0) {
      throw wrong(
          "causal.max-wait",
          causal.maxWait(),
          "it is %s (expected: less than pool.socket-timeout, %s)"
              .formatted(causal.maxWait(), pool.socketTimeout()));
    }
    if (causal.key() != null && causal.key().length() < MIN_KEY_LENGTH) {
      throw wrong(
          "causal.key",
          "(hidden)",
          "it has %d characters (expected: %d or more, made by chance)"
              .formatted(causal.key().length(), MIN_KEY_LENGTH));
    }
    notNegative("hold", hold);
    if (heldWrites < 0) {
      throw wrong(
          "held-writes", heldWrites, "it is %d (expected: 0 or more)".formatted(heldWrites));
    }
    if (reads.attempts() < 1) {
      throw wrong(
          "reads.attempts",
          reads.attempts(),
          "it is %d (expected: 1 or more)".formatted(reads.attempts()));
    }
  }

  private PoolSettings poolSettings() {
    try {
      return new PoolSettings(
          pool.maximumReads(),
          pool.maximumWrites(),
          pool.minimumIdle(),
          pool.connectionTimeout(),
          pool.validationTimeout(),
          pool.idleTimeout(),
          pool.maxLifetime(),
          pool.connectTimeout(),
          pool.socketTimeout());
    } catch (IllegalArgumentException e) {
      throw wrong("pool", pool, e.getMessage());
    }
  }

  private static Credentials account(String prefix, String username, @Nullable String password) {
    if (password == null) {
      throw wrong(
          prefix + "password",
          null,
          "it is missing (expected: the password of the account %s; an empty one must be written as"
                  .formatted(username)
              + " \"\")");
    }
    try {
      return new Credentials(username, password);
    } catch (IllegalArgumentException e) {
      // The reason names the account and never the password.
      throw wrong(prefix + "username", username, e.getMessage());
    }
  }

  private static String required(String key, @Nullable String value, String expected) {
    if (value == null || value.isBlank()) {
      throw wrong(key, value, "it is missing (expected: %s)".formatted(expected));
    }
    return value;
  }

  private static void positive(String key, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw wrong(key, value, "it is %s (expected: more than 0)".formatted(value));
    }
  }

  private static void notNegative(String key, Duration value) {
    if (value.isNegative()) {
      throw wrong(key, value, "it is %s (expected: 0 or more)".formatted(value));
    }
  }

  private static InvalidConfigurationPropertyValueException wrong(
      String key, @Nullable Object value, @Nullable String reason) {
    return new InvalidConfigurationPropertyValueException(
        "mainstay.db." + key, value, reason == null ? "" : reason);
  }

  @Override
  public String toString() {
    return "mainstay.db" + nodes;
  }
}
