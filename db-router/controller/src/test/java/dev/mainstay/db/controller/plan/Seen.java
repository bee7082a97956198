package dev.mainstay.db.controller.plan;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.Lineage;
import dev.mainstay.db.MysqlGtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Failure;
import dev.mainstay.db.ReplicaStatus.Io;
import dev.mainstay.db.SemiSync;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Builds what was seen of node {@code db-N}: {@code node(2).member("A:1-5").follows(1)}. GTIDs are
 * written short: server N's uuid is the Nth capital letter.
 */
final class Seen {

  static final String CLUSTER = "mainstay/one";

  private final int number;
  private Engine engine = Engine.MYSQL;
  private long serverId;
  private @Nullable String clusterId;
  private boolean readOnly = true;
  private String gtids = "";
  private @Nullable ReplicaStatus replication;
  private SemiSync semiSync = SemiSync.OFF;
  private @Nullable EpochRecord epoch;

  private Seen(int number) {
    this.number = number;
    this.serverId = number;
  }

  static Seen node(int number) {
    return new Seen(number);
  }

  static NodeId id(int number) {
    return new NodeId("db-" + number);
  }

  static NodeAddress address(int number) {
    return new NodeAddress(id(number), "127.0.0.1", 3310 + number);
  }

  static EpochRecord epoch(long epoch, int primary, int... ackers) {
    return new EpochRecord(
        epoch, id(primary), Arrays.stream(ackers).mapToObj(Seen::id).collect(Collectors.toSet()));
  }

  static Observation unreachable(int number) {
    return new Observation.Unreachable(address(number), Instant.EPOCH, "refuses connections");
  }

  Seen member(String gtids) {
    return of(CLUSTER).executed(gtids);
  }

  Seen of(String clusterId) {
    this.clusterId = clusterId;
    return this;
  }

  Seen executed(String gtids) {
    this.gtids = gtids;
    return this;
  }

  Seen engine(Engine engine) {
    this.engine = engine;
    return this;
  }

  Seen serverId(long serverId) {
    this.serverId = serverId;
    return this;
  }

  Seen knows(EpochRecord epoch) {
    this.epoch = epoch;
    return this;
  }

  Seen open() {
    this.readOnly = false;
    return this;
  }

  /** A source that waits for acknowledgements, of which it can have this many. */
  Seen guarded(int clients) {
    this.semiSync = new SemiSync(true, false, true, false, clients, 0);
    return this;
  }

  Seen acknowledging() {
    this.semiSync = new SemiSync(false, true, false, true, 0, 0);
    return this;
  }

  Seen follows(int source) {
    return replicating(source, Io.RUNNING, true, null, null);
  }

  /** As after a restart: pointed at its source, but nothing runs. */
  Seen pointedAt(int source) {
    return replicating(source, Io.STOPPED, false, null, null);
  }

  Seen connectingTo(int source) {
    return replicating(source, Io.CONNECTING, true, null, null);
  }

  Seen deniedBy(int source) {
    Failure denied = new Failure(1045, "Access denied");
    return acknowledging().replicating(source, Io.CONNECTING, true, denied, null);
  }

  Seen cannotReceiveFrom(int source, int code, String message) {
    return replicating(source, Io.STOPPED, true, new Failure(code, message), null);
  }

  Seen cannotApply(int source, int code, String message) {
    return replicating(source, Io.RUNNING, false, null, new Failure(code, message));
  }

  private Seen replicating(
      int source, Io io, boolean applying, @Nullable Failure ioFailure, @Nullable Failure failure) {
    this.replication =
        new ReplicaStatus(
            "127.0.0.1",
            3310 + source,
            source,
            io,
            applying,
            GtidSet.empty(engine),
            Optional.ofNullable(ioFailure),
            Optional.ofNullable(failure),
            Optional.empty());
    return this;
  }

  Observation seen() {
    MysqlGtidSet mysql = MysqlGtidSet.parse(full(gtids));
    boolean isMysql = engine == Engine.MYSQL;
    return new Observation.Reached(
        address(number),
        Instant.EPOCH,
        engine,
        "9.7.4",
        serverId,
        Optional.ofNullable(clusterId),
        readOnly,
        Instant.EPOCH,
        isMysql ? mysql : GtidSet.empty(engine),
        isMysql
            ? new Lineage.Mysql(full(Character.toString('A' + number - 1)), mysql)
            : new Lineage.Mariadb(serverId, new TreeMap<>()),
        Optional.ofNullable(replication),
        semiSync,
        Optional.ofNullable(epoch),
        Optional.empty(),
        Optional.empty());
  }

  /** {@code B:1-3} with the uuid written out. */
  static String full(String gtids) {
    String full = gtids;
    for (int n = 1; n <= 5; n++) {
      full =
          full.replace(
              Character.toString('A' + n - 1), "%08d-0000-0000-0000-000000000000".formatted(n));
    }
    return full;
  }
}
