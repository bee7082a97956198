package dev.mainstay.db;

import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus.Failure;
import dev.mainstay.db.ReplicaStatus.Io;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Builds observations: {@code aNode(2).follows(1).executed("0-1-7").seen()}. Of MariaDB. */
final class ANode {
  static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final int number;
  private Engine engine = Engine.MARIADB;
  private Optional<String> cluster = Optional.of("ours");
  private boolean readOnly = true;
  private String executed = "0-1-100";
  private String state = "0-1-100";
  private Optional<ReplicaStatus> replication = Optional.empty();
  private SemiSync semiSync = SemiSync.OFF;
  private Optional<EpochRecord> epoch = Optional.empty();
  private Optional<Instant> heartbeat = Optional.of(NOW);

  private ANode(int number) {
    this.number = number;
  }

  static ANode aNode(int number) {
    return new ANode(number);
  }

  static ANode aBlankNode(int number) {
    ANode node = aNode(number).executed("");
    node.cluster = Optional.empty();
    node.heartbeat = Optional.empty();
    return node;
  }

  static EpochRecord epoch(long epoch, int primary, int... ackers) {
    return new EpochRecord(
        epoch, id(primary), Arrays.stream(ackers).mapToObj(ANode::id).collect(Collectors.toSet()));
  }

  static NodeId id(int number) {
    return new NodeId("db-" + number);
  }

  static NodeAddress address(int number) {
    return new NodeAddress(id(number), "127.0.0.1", 3310 + number);
  }

  static Observation.Unreachable unreachable(int number) {
    return new Observation.Unreachable(address(number), NOW, "connection refused");
  }

  /** An open node that waits for acks, with so many ackers connected. */
  ANode open(int clients) {
    readOnly = false;
    semiSync = new SemiSync(true, false, true, false, clients, 0);
    return this;
  }

  ANode follows(int source) {
    return follows(source, Io.RUNNING, true, Optional.empty());
  }

  ANode follows(int source, Io io, boolean applying, Optional<Failure> failure) {
    replication =
        Optional.of(
            new ReplicaStatus(
                "127.0.0.1",
                3310 + source,
                source,
                io,
                applying,
                MariadbGtidSet.EMPTY,
                failure,
                Optional.empty(),
                Optional.empty()));
    semiSync = new SemiSync(false, true, false, true, 0, 0);
    return this;
  }

  ANode knows(EpochRecord record) {
    epoch = Optional.of(record);
    return this;
  }

  /** The position and, the same, the binary log's state. */
  ANode executed(String position) {
    executed = position;
    state = position;
    return this;
  }

  ANode state(String binlogState) {
    state = binlogState;
    return this;
  }

  ANode of(String clusterId) {
    cluster = Optional.of(clusterId);
    return this;
  }

  ANode ofNoCluster() {
    cluster = Optional.empty();
    return this;
  }

  ANode ofMysql() {
    engine = Engine.MYSQL;
    return this;
  }

  ANode heartbeat(Duration ago) {
    heartbeat = Optional.of(NOW.minus(ago));
    return this;
  }

  ANode noHeartbeat() {
    heartbeat = Optional.empty();
    return this;
  }

  Reached seen() {
    boolean mysql = engine == Engine.MYSQL;
    return new Reached(
        address(number),
        NOW,
        engine,
        mysql ? "9.7.4" : "11.4.5-MariaDB-log",
        number,
        cluster,
        readOnly,
        NOW.minusSeconds(3600),
        mysql ? MysqlGtidSet.EMPTY : MariadbGtidSet.parse(executed),
        mysql
            ? new Lineage.Mysql("3e11fa47-71ca-11e1-9e33-c80aa9429562", MysqlGtidSet.EMPTY)
            : Lineage.Mariadb.parse(number, state),
        replication,
        semiSync,
        epoch,
        heartbeat,
        heartbeat.map(at -> "rt-1"));
  }
}
