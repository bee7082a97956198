package dev.mainstay.db.engine;

import dev.mainstay.db.NodeAddress;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/**
 * Opens connections to nodes with one account and finite time-outs; Connector/J's own are infinite,
 * so a stopped node would hold its caller for ever.
 *
 * <p>Security: TLS is used whenever the server offers it ({@code sslMode=PREFERRED}; the server's
 * certificate, which nodes make themselves, is not verified). The server's public key for the
 * password exchange, which a man in the middle could forge on a link without TLS, is asked for on
 * loopback only; elsewhere MySQL accounts need TLS, and MySQL offers it by default. There is no
 * reconnecting, no multi-statement and no local file.
 *
 * @param connectTimeout for the TCP connection; the handshake falls under {@code socketTimeout}
 * @param socketTimeout for each answer of the server
 */
public record NodeConnector(
    Credentials credentials, Duration connectTimeout, Duration socketTimeout) {

  public NodeConnector {
    requireFinite("connectTimeout", connectTimeout);
    requireFinite("socketTimeout", socketTimeout);
  }

  private static void requireFinite(String name, Duration value) {
    if (value.toMillis() < 1 || value.toMillis() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s is %s (expected: 1 ms to 24 days)".formatted(name, value));
    }
  }

  /** A new connection without a schema, in autocommit. */
  public Connection connect(NodeAddress address) throws SQLException {
    Properties properties = properties(address);
    properties.setProperty("user", credentials.username());
    properties.setProperty("password", credentials.password());
    return new com.mysql.cj.jdbc.Driver().connect(url(address, ""), properties);
  }

  /** {@code jdbc:mysql://host:port/schema}; the schema may be empty. */
  public static String url(NodeAddress address, String schema) {
    String host = address.host().indexOf(':') >= 0 ? "[" + address.host() + "]" : address.host();
    return "jdbc:mysql://%s:%d/%s".formatted(host, address.port(), schema);
  }

  /** Driver properties without the account; for connection pools, too. */
  public Properties properties(NodeAddress address) {
    Properties properties = new Properties();
    properties.setProperty("connectTimeout", Long.toString(connectTimeout.toMillis()));
    properties.setProperty("socketTimeout", Long.toString(socketTimeout.toMillis()));
    properties.setProperty("sslMode", "PREFERRED");
    properties.setProperty("allowPublicKeyRetrieval", Boolean.toString(loopback(address.host())));
    properties.setProperty("autoReconnect", "false");
    properties.setProperty("allowMultiQueries", "false");
    properties.setProperty("allowLoadLocalInfile", "false");
    properties.setProperty("useServerPrepStmts", "false");
    properties.setProperty("tcpKeepAlive", "true");
    return properties;
  }

  /** By name or literal alone: no name is looked up. */
  private static boolean loopback(String host) {
    if (host.equals("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
