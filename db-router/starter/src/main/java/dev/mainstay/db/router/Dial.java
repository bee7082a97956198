package dev.mainstay.db.router;

import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.engine.NodeConnector;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/**
 * Opens connections of the application to a node: those of {@link NodeConnector}, with what an
 * application needs on top. Time-outs are finite always: the driver's own are not, and a stopped
 * server would hold a thread for ever.
 *
 * @param tls how much connections insist on TLS
 * @param connect how long a TCP connection may take to come about
 * @param answer how long the server may take to answer a statement
 */
record Dial(Credentials account, Tls tls, Duration connect, Duration answer) {

  private static final Driver DRIVER = driver();

  /** A connection without a schema, to a node of whatever engine. */
  Connection open(NodeAddress node) throws SQLException {
    return DRIVER.connect(NodeConnector.url(node, ""), properties(node));
  }

  /** A connection for the application's statements. */
  Connection open(NodeAddress node, Engine engine, String schema) throws SQLException {
    return DRIVER.connect(NodeConnector.url(node, schema), properties(node, engine));
  }

  /** The same, which on MySQL tells with the answer to each COMMIT what was written. */
  Connection openTelling(NodeAddress node, Engine engine, String schema) throws SQLException {
    Properties properties = properties(node, engine);
    switch (engine) {
      case MYSQL -> {
        properties.setProperty("trackSessionState", "true");
        properties.setProperty("sessionVariables", "session_track_gtids=OWN_GTID");
      }
      case MARIADB -> {} // it is asked
    }
    return DRIVER.connect(NodeConnector.url(node, schema), properties);
  }

  Properties properties(NodeAddress node) {
    Properties properties = new NodeConnector(account, connect, answer).properties(node);
    properties.setProperty("sslMode", tls.name());
    properties.setProperty("user", account.username());
    properties.setProperty("password", account.password());
    return properties;
  }

  Properties properties(NodeAddress node, Engine engine) {
    Properties properties = properties(node);
    // The driver remembers autocommit, isolation and read-only: no round trip that changes nothing.
    properties.setProperty("useLocalSessionState", "true");
    properties.setProperty("cachePrepStmts", "true");
    properties.setProperty("prepStmtCacheSize", "250");
    properties.setProperty("prepStmtCacheSqlLimit", "2048");
    properties.setProperty("rewriteBatchedStatements", "true");
    switch (engine) {
      case MYSQL -> {}
      // Connector/J takes MariaDB for a MySQL 8+ and would ask for a collation of MySQL alone.
      case MARIADB -> properties.setProperty("connectionCollation", "utf8mb4_unicode_ci");
    }
    return properties;
  }

  private static Driver driver() {
    try {
      return new com.mysql.cj.jdbc.Driver();
    } catch (SQLException e) {
      throw new IllegalStateException("the MySQL driver cannot be used", e);
    }
  }
}
