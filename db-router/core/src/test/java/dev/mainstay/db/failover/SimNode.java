package dev.mainstay.db.failover;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.Lineage;
import dev.mainstay.db.LogPosition;
import dev.mainstay.db.MariadbGtidSet;
import dev.mainstay.db.MysqlGtidSet;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.ReplicaStatus;
import dev.mainstay.db.ReplicaStatus.Failure;
import dev.mainstay.db.ReplicaStatus.Io;
import dev.mainstay.db.SemiSync;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A database server as far as replication goes: a binary log, a relay log, switches. What a restart
 * keeps and what it forgets is as FAILOVER.md found it for each engine.
 */
final class SimNode {

  /** What a transaction is about. */
  sealed interface Content {
    record Write() implements Content {}

    record Epoch(EpochRecord epoch) implements Content {}

    record Beat(long at) implements Content {}

    record Account(int replica, boolean locked) implements Content {}
  }

  /** Compared by identity: two servers may number different ones alike. */
  static final class Tx {
    final int origin;
    final long sequence;
    final Content content;

    Tx(int origin, long sequence, Content content) {
      this.origin = origin;
      this.sequence = sequence;
      this.content = content;
    }

    @Override
    public String toString() {
      return "%d:%d %s".formatted(origin, sequence, content);
    }
  }

  /** A commit that waits until the log is visible up to here. */
  record Waiting(int end, boolean client, Runnable done) {}

  static final int CR_CONNECTION = 2003;
  static final int ER_ACCOUNT_LOCKED = 3118;
  static final int ER_SOURCE_FATAL = 1236;

  final Engine engine;
  final int number;
  final NodeAddress address;

  // On disk.
  List<Tx> log = new ArrayList<>();
  Set<Tx> logged = new HashSet<>();
  List<Tx> relay = new ArrayList<>();
  int source;
  int uuid;

  /** What of the log is committed and seen; the rest waits for an acknowledgement. */
  int visible;

  /** MariaDB: what of the log a kill cannot take. */
  int durable;

  // In memory.
  boolean up = true;
  boolean paused;
  long startedAt;
  int run = 1;
  boolean readOnly = true;
  boolean semiSource;
  boolean semiReplica;
  boolean io;
  boolean sql;
  boolean connected;
  boolean agreed;
  long stalledSince = -1;
  int ioError;

  /** It was told to connect, and has not since. */
  boolean told;

  long erredAt;

  /** It lost the end of its binary log, and has not got it back yet. */
  boolean dropped;

  /** The first of the source's log that it may lack, and the source's run it is connected to. */
  int cursor;

  int sourceRun;

  private static final long LOG_BEGINS = 4;

  private int readRun;
  private int readTo;
  private @Nullable EpochRecord newest;
  private final Set<Integer> shutOut = new HashSet<>();
  private int setRun;
  private int setTo = -1;
  private GtidSet set = MysqlGtidSet.EMPTY;
  SimController.@Nullable Session lock;
  List<Waiting> waiting = new ArrayList<>();

  SimNode(Engine engine, int number) {
    this.engine = engine;
    this.number = number;
    this.uuid = number;
    this.address = new NodeAddress(new NodeId("db-" + number), "10.0.0." + number, 3306);
  }

  NodeId id() {
    return address.id();
  }

  boolean maria() {
    return engine == Engine.MARIADB;
  }

  boolean holds(Tx tx) {
    return logged.contains(tx) || relay.contains(tx);
  }

  // ---- Writing

  /** Appends to the binary log; visible at once unless it has to be acknowledged. */
  Tx originate(Content content) {
    long last = 0;
    for (int i = log.size() - 1; i >= 0 && last == 0; i--) {
      if (maria() || log.get(i).origin == uuid) {
        last = log.get(i).sequence; // they ascend
      }
    }
    Tx tx = new Tx(uuid, last + 1, content);
    append(tx);
    return tx;
  }

  void append(Tx tx) {
    durable = Math.max(durable, visible); // its prepare flushes what was committed before
    log.add(tx);
    logged.add(tx);
  }

  /** All up to here is committed. */
  void commit(int end, IntConsumer clients) {
    visible = Math.max(visible, Math.min(end, log.size()));
    List<Waiting> done = waiting.stream().filter(w -> w.end <= visible).toList();
    waiting.removeAll(done);
    for (Waiting w : done) {
      if (w.client) {
        clients.accept(w.end);
      }
      w.done.run();
    }
  }

  Optional<EpochRecord> epoch() {
    catchUp();
    return Optional.ofNullable(newest);
  }

  /** With what waits for an acknowledgement. */
  Optional<EpochRecord> pendingEpoch() {
    EpochRecord last = epoch().orElse(null);
    for (int i = visible; i < log.size(); i++) {
      if (log.get(i).content instanceof Content.Epoch e
          && (last == null || e.epoch.epoch() > last.epoch())) {
        last = e.epoch;
      }
    }
    return Optional.ofNullable(last);
  }

  boolean shutsOut(int replica) {
    catchUp();
    return shutOut.contains(replica);
  }

  /** What the tables say, which only the visible part of the log has changed. */
  private void catchUp() {
    if (readRun != run || readTo > visible) {
      readRun = run;
      readTo = 0;
      newest = null;
      shutOut.clear();
    }
    for (; readTo < visible; readTo++) {
      switch (log.get(readTo).content) {
        case Content.Epoch e -> {
          if (newest == null || e.epoch.epoch() > newest.epoch()) {
            newest = e.epoch;
          }
        }
        case Content.Account a -> {
          if (a.locked) {
            shutOut.add(a.replica);
          } else {
            shutOut.remove(a.replica);
          }
        }
        case Content.Beat _, Content.Write _ -> {}
      }
    }
  }

  // ---- Failing

  /**
   * @param keeps how much of the part that a kill may take it keeps, 0 to 1
   */
  void crash(double keeps) {
    up = false;
    paused = false;
    run++;
    disconnect();
    waiting.clear();
    lock = null;
    if (maria()) {
      int end = durable + (int) Math.round((log.size() - durable) * keeps);
      dropped |= end < log.size();
      log = new ArrayList<>(log.subList(0, end));
      logged = new HashSet<>(log);
      relay.clear();
      durable = end;
    }
    visible = log.size();
    readOnly = true;
    semiSource = false;
    semiReplica = false;
    io = false;
    sql = false;
    ioError = 0;
  }

  void disconnect() {
    connected = false;
    agreed = false;
    stalledSince = -1;
  }

  // ---- What EngineSql does; false where it throws

  void stopBoth() {
    io = false;
    sql = false;
    disconnect();
  }

  boolean promote(boolean acknowledged) {
    if (!acknowledged && !waiting.isEmpty()) {
      return false;
    }
    stopBoth();
    source = 0;
    relay.clear();
    semiReplica = false;
    semiSource = acknowledged;
    return true;
  }

  boolean halt() {
    if (maria()) {
      return promote(true);
    }
    stopBoth();
    semiReplica = false;
    semiSource = true;
    return true;
  }

  boolean forgetSource() {
    if (io || sql) {
      return false;
    }
    source = 0;
    relay.clear();
    return true;
  }

  boolean follow(int from, boolean acker) {
    if (!readOnly || !waiting.isEmpty()) {
      return false;
    }
    stopBoth();
    semiSource = false;
    semiReplica = acker;
    relay.clear();
    source = from;
    start();
    return true;
  }

  void start() {
    if (source == 0) {
      return;
    }
    if (maria() && !io && !sql) {
      relay.clear();
    }
    semiSource = false;
    io = true;
    sql = true;
    ioError = 0;
    told = true;
  }

  void startApplying() {
    if (source != 0) {
      semiSource = false;
      if (maria() && !io && !sql) {
        relay.clear();
      }
      sql = true;
    }
  }

  void acknowledge(boolean on) {
    semiReplica = on;
    if (io) {
      disconnect();
      ioError = 0;
    }
  }

  // ---- Being looked at

  Reached look(Instant at, List<SimNode> all) {
    GtidSet executed = maria() ? position(log) : executed();
    GtidSet retrieved = maria() ? position(relay) : mysql(relay);
    int clients = 0;
    for (SimNode r : all) {
      if (r.up && r.connected && r.agreed && r.source == number) {
        clients++;
      }
    }
    Optional<ReplicaStatus> replication =
        source == 0 || (!maria() && semiSource && !io && !sql)
            ? Optional.empty()
            : Optional.of(
                new ReplicaStatus(
                    "10.0.0." + source,
                    3306,
                    source,
                    connected ? Io.RUNNING : io ? Io.CONNECTING : Io.STOPPED,
                    sql,
                    retrieved,
                    ioError == 0
                        ? Optional.empty()
                        : Optional.of(new Failure(ioError, "error " + ioError)),
                    Optional.empty(),
                    executedTo()));
    return new Reached(
        address,
        at,
        engine,
        maria() ? "11.4.5-MariaDB-log" : "9.7.4",
        number,
        log.isEmpty() ? Optional.empty() : Optional.of(Simulation.CLUSTER),
        readOnly,
        Simulation.instant(startedAt),
        executed,
        lineage(executed),
        replication,
        new SemiSync(
            semiSource, semiReplica, semiSource, agreed && connected, clients, waiting.size()),
        epoch(),
        beat(),
        Optional.empty());
  }

  private GtidSet executed() {
    if (setRun != run || setTo != visible) {
      setRun = run;
      setTo = visible;
      set = mysql(log.subList(0, visible));
    }
    return set;
  }

  /** In its source's log, whose file names the source's run. */
  private Optional<LogPosition> executedTo() {
    int to = cursor - relay.size();
    return to < 0
        ? Optional.empty()
        : Optional.of(new LogPosition("run-" + sourceRun, LOG_BEGINS + to));
  }

  /** How many transactions of the log precede the position. */
  static int preceding(LogPosition position) {
    return Math.toIntExact(position.offset() - LOG_BEGINS);
  }

  private Optional<Instant> beat() {
    for (int i = visible - 1; i >= 0; i--) {
      if (log.get(i).content instanceof Content.Beat b) {
        return Optional.of(Simulation.instant(b.at));
      }
    }
    return Optional.empty();
  }

  private Lineage lineage(GtidSet executed) {
    if (executed instanceof MysqlGtidSet set) {
      return new Lineage.Mysql(text(uuid), set);
    }
    TreeMap<Lineage.Mariadb.Origin, Long> last = new TreeMap<>();
    for (Tx tx : log) {
      last.merge(new Lineage.Mariadb.Origin(0, tx.origin), tx.sequence, Math::max);
    }
    return new Lineage.Mariadb(uuid, last);
  }

  private static MariadbGtidSet position(List<Tx> log) {
    TreeMap<Long, MariadbGtidSet.Position> positions = new TreeMap<>();
    if (!log.isEmpty()) {
      Tx last = log.getLast();
      positions.put(0L, new MariadbGtidSet.Position(0, last.origin, last.sequence));
    }
    return new MariadbGtidSet(positions);
  }

  private static MysqlGtidSet mysql(List<Tx> log) {
    TreeMap<Integer, long[]> ranges = new TreeMap<>();
    for (Tx tx : log) {
      long[] range = ranges.get(tx.origin);
      if (range == null) {
        ranges.put(tx.origin, new long[] {tx.sequence, tx.sequence});
      } else {
        range[0] = Math.min(range[0], tx.sequence);
        range[1] = Math.max(range[1], tx.sequence);
      }
    }
    TreeMap<MysqlGtidSet.Origin, List<MysqlGtidSet.Interval>> intervals = new TreeMap<>();
    ranges.forEach(
        (origin, range) ->
            intervals.put(
                new MysqlGtidSet.Origin(text(origin), ""),
                List.of(new MysqlGtidSet.Interval(range[0], range[1]))));
    return new MysqlGtidSet(intervals);
  }

  static String text(int uuid) {
    return "%08x-0000-0000-0000-000000000000".formatted(uuid);
  }

  @Override
  public String toString() {
    return "db-%d%s%s%s log=%d/%d%s %s%s"
        .formatted(
            number,
            up ? "" : " down",
            paused ? " paused" : "",
            readOnly ? "" : " OPEN",
            visible,
            log.size(),
            source == 0
                ? ""
                : " <-db-%d%s%s+%d"
                    .formatted(
                        source, connected ? "*" : io ? "?" : "-", sql ? "" : "!", relay.size()),
            (semiSource ? "S" : "") + (semiReplica ? "R" : ""),
            epoch().map(e -> " [" + e + "]").orElse(""));
  }
}
