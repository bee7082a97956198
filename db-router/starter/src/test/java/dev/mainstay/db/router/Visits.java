package dev.mainstay.db.router;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.Lineage;
import dev.mainstay.db.MysqlGtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.SemiSync;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Stands for what requests do: on a MySQL cluster of three, without any server. */
public final class Visits {

  private static final String A = "aaaaaaaa-71ca-11e1-9e33-c80aa9429562";
  private static final String B = "bbbbbbbb-71ca-11e1-9e33-c80aa9429562";
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private Visits() {}

  /**
   * The tokens of an instance that sees {@code db-1}, the primary, at this, and replicas behind.
   */
  public static CausalTokens tokens(String clusterId, String primary, String... replicas) {
    List<NodeAddress> addresses = new ArrayList<>();
    for (int i = 0; i <= replicas.length; i++) {
      addresses.add(new NodeAddress(new NodeId("db-" + (i + 1)), "127.0.0.1", i + 1));
    }
    TopologyMonitor monitor =
        new TopologyMonitor(
            addresses,
            node -> {
              int at = node.port() - 1;
              return seen(clusterId, node, at == 0 ? primary : replicas[at - 1], replicas.length);
            },
            Duration.ofHours(1),
            Duration.ofHours(1),
            () -> NOW);
    monitor.start();
    try {
      monitor.awaitFirstLook(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      monitor.close();
    }
    return CausalTokens.withKey("0123456789abcdef", monitor);
  }

  private static Observation seen(
      String clusterId, NodeAddress node, String executed, int replicas) {
    if (executed.equals("away")) {
      return new Observation.Unreachable(node, NOW, "away");
    }
    boolean primary = node.port() == 1;
    MysqlGtidSet gtids = (MysqlGtidSet) gtids(executed);
    Set<NodeId> ackers = new TreeSet<>();
    for (int i = 2; i <= replicas + 1; i++) {
      ackers.add(new NodeId("db-" + i));
    }
    return new Observation.Reached(
        node,
        NOW,
        Engine.MYSQL,
        "9.7.4",
        node.port(),
        Optional.of(clusterId),
        !primary,
        NOW.minusSeconds(60),
        gtids,
        new Lineage.Mysql(primary ? A : B, gtids),
        Optional.empty(),
        primary ? new SemiSync(true, false, true, false, 2, 0) : SemiSync.OFF,
        Optional.of(new EpochRecord(3, new NodeId("db-1"), ackers)),
        Optional.of(NOW),
        Optional.of("rt-1"));
  }

  /** A and B stand for two uuids. */
  public static GtidSet gtids(String text) {
    return GtidSet.parse(Engine.MYSQL, text.replace("A", A).replace("B", B));
  }

  /** The request at hand writes this. */
  public static void write(String gtid) {
    session().wrote(gtids(gtid), 3);
  }

  /** The request at hand sends a COMMIT and gets no answer. */
  public static void writeInDoubt() {
    session().mayHaveWritten(gtids(""), 3);
  }

  /** The request at hand reads on a replica that has this. */
  public static void readOnReplica(String executed) {
    session().read(gtids(executed), 3, false);
  }

  /** The request at hand reads on the primary, which has this. */
  public static void readOnPrimary(String executed) {
    session().read(gtids(executed), 3, true);
  }

  /** The request at hand is shown what may be old. */
  public static void readStale() {
    session().stale();
  }

  /** What the request at hand has to see; empty if nothing. */
  public static String need() {
    return session().need().map(Visits::text).orElse("");
  }

  private static String text(CausalToken token) {
    String seen = token.seen().toString().replace(A, "A").replace(B, "B");
    return token.primaryOnly() ? seen + "!" : seen;
  }

  private static CausalSession session() {
    return Objects.requireNonNull(CausalSession.current(), "no request is at hand");
  }
}
