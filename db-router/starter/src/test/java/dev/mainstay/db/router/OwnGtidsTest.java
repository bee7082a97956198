package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.mysql.cj.MysqlConnection;
import com.mysql.cj.protocol.ServerSessionStateController;
import com.mysql.cj.protocol.ServerSessionStateController.SessionStateChange;
import com.mysql.cj.protocol.a.NativeServerSessionStateController;
import dev.mainstay.db.Engine;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnGtidsTest {

  private final ServerSessionStateController driver = new NativeServerSessionStateController();
  private final OwnGtids own =
      OwnGtids.of(
          fake(
              MysqlConnection.class,
              (self, method, args) ->
                  method.getName().equals("getServerSessionStateController") ? driver : null));

  /** What the server answers to {@code SELECT @@last_gtid}. */
  private String lastGtid = "";

  @Test
  void onMysqlWhatTheServerTellsIsTakenOnce() throws SQLException {
    assertThat(own.take(connection(), Engine.MYSQL)).isEmpty();

    tells("3e11fa47-71ca-11e1-9e33-c80aa9429562:7");
    tells("3e11fa47-71ca-11e1-9e33-c80aa9429562:8");

    assertThat(own.take(connection(), Engine.MYSQL).map(Object::toString))
        .contains("3e11fa47-71ca-11e1-9e33-c80aa9429562:8");
    assertThat(own.take(connection(), Engine.MYSQL)).isEmpty();
  }

  @Test
  void whatAnEarlierBorrowerWroteIsNotANewOnes() throws SQLException {
    tells("3e11fa47-71ca-11e1-9e33-c80aa9429562:7");
    own.forget();

    assertThat(own.take(connection(), Engine.MYSQL)).isEmpty();
  }

  /** Trap: the variable keeps its value until the session's next write. */
  @Test
  void onMariadbAnEarlierWriteIsNotTakenForAnother() throws SQLException {
    assertThat(own.take(connection(), Engine.MARIADB)).isEmpty();
    lastGtid = "0-1-7";

    assertThat(own.take(connection(), Engine.MARIADB).map(Object::toString)).contains("0-1-7");
    assertThat(own.take(connection(), Engine.MARIADB)).isEmpty();
    lastGtid = "0-1-9";
    assertThat(own.take(connection(), Engine.MARIADB).map(Object::toString)).contains("0-1-9");
  }

  private void tells(String gtid) {
    own.handleSessionStateChanges(
        () ->
            List.of(
                new SessionStateChange(ServerSessionStateController.SESSION_TRACK_SCHEMA)
                    .addValue("mainstay"),
                new SessionStateChange(ServerSessionStateController.SESSION_TRACK_GTIDS)
                    .addValue(gtid)));
  }

  private Connection connection() {
    ResultSet row =
        fake(
            ResultSet.class,
            (self, method, args) -> method.getName().equals("next") ? true : lastGtid);
    Statement statement =
        fake(
            Statement.class,
            (self, method, args) -> method.getName().equals("executeQuery") ? row : null);
    return fake(
        Connection.class,
        (self, method, args) ->
            switch (method.getName()) {
              case "createStatement" -> statement;
              case "getNetworkTimeout" -> 10_000;
              default -> null;
            });
  }

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
