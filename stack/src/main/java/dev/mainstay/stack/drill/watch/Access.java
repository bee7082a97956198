package dev.mainstay.stack.drill.watch;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/**
 * An account of the database, on nodes of this machine.
 *
 * @param schema may be empty
 */
public record Access(String schema, String username, String password) {

  /** Connects to the node at a port; no statement may take longer than {@code patience}. */
  public Connection connect(int port, Duration patience) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", username);
    properties.setProperty("password", password);
    properties.setProperty("connectTimeout", String.valueOf(patience.toMillis()));
    properties.setProperty("socketTimeout", String.valueOf(patience.toMillis()));
    properties.setProperty("sslMode", "PREFERRED");
    properties.setProperty("allowPublicKeyRetrieval", "true");
    return new com.mysql.cj.jdbc.Driver()
        .connect("jdbc:mysql://127.0.0.1:%d/%s".formatted(port, schema), properties);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return username;
  }
}
