package dev.mainstay.db.router;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A connection that notes what is asked of it, and fails as it is told. */
final class FakeConnection {

  final List<String> asked = new ArrayList<>();
  final Map<String, SQLException> failures = new HashMap<>();
  boolean autoCommit;
  boolean closed;

  Connection connection() {
    return (Connection)
        Proxy.newProxyInstance(
            FakeConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, args) -> answer(method.getName(), args));
  }

  private @Nullable Object answer(String method, Object @Nullable [] args) throws SQLException {
    switch (method) {
      case "getAutoCommit" -> {
        return autoCommit;
      }
      case "isClosed" -> {
        return closed;
      }
      default -> asked.add(args == null ? method : method + " " + args[0]);
    }
    SQLException failure = failures.get(method);
    if (failure != null) {
      throw failure;
    }
    return null;
  }
}
