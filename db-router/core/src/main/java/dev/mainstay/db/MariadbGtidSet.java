package dev.mainstay.db;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A MariaDB position: for each replication domain the last transaction, {@code
 * domain-server-sequence}.
 *
 * <p>With {@code gtid_strict_mode} the sequence numbers of a domain only grow, whichever server
 * writes, so a position stands for everything up to it: {@code 0-2-107} is "domain 0 up to 107, the
 * last of them written by server 2".
 *
 * <ul>
 *   <li>{@code contains}: in every domain of the other, this one is further, or at the very same
 *       transaction. Two servers that wrote the same number ({@code 0-1-105} and {@code 0-2-105})
 *       have parted: neither contains the other.
 *   <li>{@code minus}: the positions of the domains that the other does not contain.
 *   <li>{@code union}: the further position of each domain. It contains both unless they have
 *       parted; then it keeps the one with the lower server id, so who unites must have compared
 *       first.
 * </ul>
 *
 * <p>A position cannot tell on which way it was reached ({@code 0-1-105} may lie on a branch that
 * {@code 0-2-107} never saw). {@link Lineage} can.
 *
 * @param positions by domain
 */
public record MariadbGtidSet(NavigableMap<Long, Position> positions) implements GtidSet {
  public static final MariadbGtidSet EMPTY = new MariadbGtidSet(new TreeMap<>());

  private static final long UINT32 = 0xFFFF_FFFFL;

  /** The last transaction of a domain. */
  public record Position(long domain, long server, long sequence) {
    public Position {
      if (domain < 0 || domain > UINT32) {
        throw new IllegalArgumentException(
            "domain of a GTID is %d (expected: 0-4294967295)".formatted(domain));
      }
      if (server < 0 || server > UINT32) {
        throw new IllegalArgumentException(
            "server of a GTID is %d (expected: 0-4294967295)".formatted(server));
      }
      if (sequence < 0) {
        throw new IllegalArgumentException(
            "sequence of a GTID is %d (expected: 0 or more)".formatted(sequence));
      }
    }

    /** Reads {@code 0-1-107}. */
    public static Position parse(String text) {
      String[] fields = text.strip().split("-", -1);
      try {
        if (fields.length == 3) {
          return new Position(
              Long.parseLong(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new IllegalArgumentException(
          "GTID is '%s' (expected: domain-server-sequence, such as 0-1-107)".formatted(text));
    }

    boolean covers(Position other) {
      return sequence > other.sequence || (sequence == other.sequence && server == other.server);
    }

    Position further(Position other) {
      if (sequence != other.sequence) {
        return sequence > other.sequence ? this : other;
      }
      return server <= other.server ? this : other;
    }

    @Override
    public String toString() {
      return domain + "-" + server + "-" + sequence;
    }
  }

  public MariadbGtidSet {
    positions.forEach(
        (domain, position) -> {
          if (domain != position.domain()) {
            throw new IllegalArgumentException(
                "position of domain %d is %s (expected: one of that domain)"
                    .formatted(domain, position));
          }
        });
    positions = Collections.unmodifiableNavigableMap(new TreeMap<>(positions));
  }

  /** Reads {@code 0-1-107,1-1-5}; the empty text is the empty set. */
  public static MariadbGtidSet parse(String text) {
    NavigableMap<Long, Position> found = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        Position position = Position.parse(part);
        if (found.put(position.domain(), position) != null) {
          throw new IllegalArgumentException(
              "GTID position is '%s' (expected: each domain once)".formatted(text));
        }
      }
    }
    return new MariadbGtidSet(found);
  }

  @Override
  public Engine engine() {
    return Engine.MARIADB;
  }

  @Override
  public boolean contains(GtidSet other) {
    return same(other).minus(this).isEmpty();
  }

  @Override
  public MariadbGtidSet minus(GtidSet other) {
    MariadbGtidSet without = same(other);
    NavigableMap<Long, Position> rest = new TreeMap<>(positions);
    rest.values()
        .removeIf(
            mine -> {
              Position theirs = without.positions.get(mine.domain());
              return theirs != null && theirs.covers(mine);
            });
    return new MariadbGtidSet(rest);
  }

  @Override
  public MariadbGtidSet union(GtidSet other) {
    NavigableMap<Long, Position> all = new TreeMap<>(positions);
    same(other).positions.forEach((domain, theirs) -> all.merge(domain, theirs, Position::further));
    return new MariadbGtidSet(all);
  }

  @Override
  public MariadbGtidSet latest() {
    return this;
  }

  @Override
  public boolean isEmpty() {
    return positions.isEmpty();
  }

  @Override
  public String toString() {
    return positions.values().stream().map(Position::toString).collect(Collectors.joining(","));
  }

  private static MariadbGtidSet same(GtidSet other) {
    return switch (other) {
      case MariadbGtidSet mariadb -> mariadb;
      case MysqlGtidSet mysql ->
          throw new IllegalArgumentException(
              "GTID set is %s of MySQL (expected: one of MariaDB)".formatted(mysql));
    };
  }
}
