package dev.mainstay.db;

import dev.mainstay.db.MariadbGtidSet.Position;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Who originated what a node has executed. It tells a node that is merely ahead in time from one
 * that is errant.
 *
 * <p>Nodes are not observed at one instant: a replica that was asked a moment after the primary
 * rightly shows transactions that the primary did not show yet. All of these were originated by the
 * primary itself. A transaction of <em>another</em> origin that the primary lacks is different: the
 * primary applies nothing from elsewhere, so it will never have it, and the node that has it is
 * errant.
 */
public sealed interface Lineage {

  /**
   * What this node has executed, not originated by {@code primary}, that {@code primary} lacks;
   * empty when this node may follow it. {@code primary} must have been observed after it took
   * office.
   */
  GtidSet errantAgainst(Lineage primary);

  /**
   * What of {@code wanted} this node, as the primary, lacks and never will have: others originated
   * it. A fail-over lost it, or it was made up. It must have been observed in office.
   */
  GtidSet lacksForGood(GtidSet wanted);

  /** MySQL keeps the origin in every GTID. */
  record Mysql(String serverUuid, MysqlGtidSet executed) implements Lineage {
    @Override
    public MysqlGtidSet errantAgainst(Lineage primary) {
      Mysql theirs = (Mysql) primary;
      return executed.withoutOrigin(theirs.serverUuid).minus(theirs.executed);
    }

    @Override
    public MysqlGtidSet lacksForGood(GtidSet wanted) {
      return ((MysqlGtidSet) wanted).withoutOrigin(serverUuid).minus(executed);
    }
  }

  /**
   * MariaDB keeps the last sequence number of every domain and server in {@code gtid_binlog_state}.
   * The state is complete on a node that wrote its binary log from the cluster's first transaction
   * on; a reseeded node must be given its donor's state, or others' old transactions look errant
   * against it.
   *
   * @param last the last sequence number of each domain and server
   */
  record Mariadb(long serverId, NavigableMap<Origin, Long> last) implements Lineage {

    /** A server writing in a domain. */
    public record Origin(long domain, long server) implements Comparable<Origin> {
      @Override
      public int compareTo(Origin other) {
        int byDomain = Long.compare(domain, other.domain);
        return byDomain != 0 ? byDomain : Long.compare(server, other.server);
      }
    }

    public Mariadb {
      last = Collections.unmodifiableNavigableMap(new TreeMap<>(last));
    }

    /** Reads {@code gtid_binlog_state}: {@code 0-1-100,0-2-107}. */
    public static Mariadb parse(long serverId, String binlogState) {
      NavigableMap<Origin, Long> last = new TreeMap<>();
      for (String part : binlogState.split(",", -1)) {
        if (!part.isBlank()) {
          Position position = Position.parse(part);
          last.merge(
              new Origin(position.domain(), position.server()), position.sequence(), Math::max);
        }
      }
      return new Mariadb(serverId, last);
    }

    @Override
    public MariadbGtidSet errantAgainst(Lineage primary) {
      Mariadb theirs = (Mariadb) primary;
      MariadbGtidSet errant = MariadbGtidSet.EMPTY;
      for (Map.Entry<Origin, Long> mine : last.entrySet()) {
        Origin origin = mine.getKey();
        long known = Objects.requireNonNullElse(theirs.last.get(origin), 0L);
        if (origin.server() != theirs.serverId && mine.getValue() > known) {
          Position position = new Position(origin.domain(), origin.server(), mine.getValue());
          errant =
              errant.union(new MariadbGtidSet(new TreeMap<>(Map.of(position.domain(), position))));
        }
      }
      return errant;
    }

    @Override
    public MariadbGtidSet lacksForGood(GtidSet wanted) {
      NavigableMap<Long, Position> lacking = new TreeMap<>(((MariadbGtidSet) wanted).positions());
      lacking
          .values()
          .removeIf(
              position ->
                  position.server() == serverId
                      || Objects.requireNonNullElse(
                              last.get(new Origin(position.domain(), position.server())), 0L)
                          >= position.sequence());
      return new MariadbGtidSet(lacking);
    }
  }
}
