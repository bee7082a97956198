package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.engine.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DialTest {

  private static final Credentials APP = new Credentials("app", "secret");

  private final Dial dial =
      new Dial(APP, Tls.PREFERRED, Duration.ofMillis(500), Duration.ofMillis(500));

  /**
   * Trap: the driver waits for ever for a server that takes the connection and then says nothing.
   */
  @Test
  @Timeout(
      value = 10,
      threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a read from a socket cannot be interrupted
  void aServerThatSaysNothingIsNotWaitedForLong() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      NodeAddress node = NodeAddress.parse("db-1=127.0.0.1:" + silent.getLocalPort());

      assertThatThrownBy(() -> dial.open(node, Engine.MYSQL, "board"))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat(Failures.isLostContact(e)).isTrue();
                assertThat(Failures.reason(e)).isEqualTo("no answer in time");
              });
    }
  }

  @Test
  void anotherEngineIsAskedForAnotherCollation() {
    NodeAddress node = NodeAddress.parse("db-1=127.0.0.1:3306");

    assertThat(dial.properties(node, Engine.MARIADB))
        .containsEntry("connectionCollation", "utf8mb4_unicode_ci");
    assertThat(dial.properties(node, Engine.MYSQL)).doesNotContainKey("connectionCollation");
  }

  @Test
  void tlsIsAsTheApplicationWishes() {
    NodeAddress node = NodeAddress.parse("db-1=db.example:3306");
    Dial strict = new Dial(APP, Tls.VERIFY_IDENTITY, Duration.ofSeconds(1), Duration.ofSeconds(1));

    assertThat(strict.properties(node))
        .containsEntry("sslMode", "VERIFY_IDENTITY")
        .containsEntry("allowPublicKeyRetrieval", "false");
  }
}
