package dev.mainstay.db;

/**
 * What a node has executed, or received, by global transaction ids. Sets of the two engines never
 * meet: comparing them is a bug and throws {@link IllegalArgumentException}.
 */
public sealed interface GtidSet permits MysqlGtidSet, MariadbGtidSet {

  /** The engine's set with nothing in it. */
  static GtidSet empty(Engine engine) {
    return switch (engine) {
      case MYSQL -> MysqlGtidSet.EMPTY;
      case MARIADB -> MariadbGtidSet.EMPTY;
    };
  }

  /** Reads the server's notation. */
  static GtidSet parse(Engine engine, String text) {
    return switch (engine) {
      case MYSQL -> MysqlGtidSet.parse(text);
      case MARIADB -> MariadbGtidSet.parse(text);
    };
  }

  Engine engine();

  /** Whether all of {@code other} is in this set; true of an empty one. */
  boolean contains(GtidSet other);

  /** What this set has and {@code other} lacks: empty exactly when {@code other} contains this. */
  GtidSet minus(GtidSet other);

  /** What either has. */
  GtidSet union(GtidSet other);

  /**
   * Of each origin (MySQL) or domain (MariaDB) the last transaction alone. Where transactions are
   * applied in the order in which they were committed, who has these has all of this set.
   */
  GtidSet latest();

  boolean isEmpty();

  /** The server's notation, on one line: what {@link #parse} reads and what the server accepts. */
  @Override
  String toString();
}
