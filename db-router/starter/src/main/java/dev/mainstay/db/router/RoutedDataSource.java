package dev.mainstay.db.router;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import org.springframework.jdbc.datasource.AbstractDataSource;

/** A data source whose every connection is routed anew. */
public final class RoutedDataSource extends AbstractDataSource {

  /** Opens connections. */
  @FunctionalInterface
  public interface Route {
    Connection connection() throws SQLException;
  }

  private final String name;
  private final Route route;

  /**
   * @param name says in logs where connections lead to
   */
  public RoutedDataSource(String name, Route route) {
    this.name = name;
    this.route = route;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return route.connection();
  }

  @Override
  public Connection getConnection(String username, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "%s has the account it was configured with".formatted(name));
  }

  @Override
  public String toString() {
    return name;
  }
}
