package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.mainstay.db.Engine;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.engine.Credentials;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class NodePoolsTest {

  private static final NodeAddress NOBODY = NodeAddress.parse("db-1=127.0.0.1:1");

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final NodePools.Listener listener =
      new NodePools.Listener() {
        @Override
        public void unreachable(NodeAddress node, String why) {
          heard.add(node.id() + " " + why);
        }

        @Override
        public void doubtful(NodeAddress node) {
          heard.add(node.id() + " doubtful");
        }
      };

  /**
   * Trap: a pool of a node that is away fails the start, or lets a borrower wait for half a minute.
   */
  @Test
  void aPoolWhoseNodeIsAwayFailsTheBorrowerSoonAndTellsAboutTheNode() {
    try (NodePools pools = pools()) {
      long start = System.nanoTime();

      assertThatExceptionOfType(SQLTransientConnectionException.class)
          .isThrownBy(() -> pools.connection(NOBODY, Engine.MYSQL, Use.READ));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
      assertThat(heard).contains("db-1 connection refused");
    }
  }

  /**
   * Trap: Hikari's defaults (30 s, 5 s, fail at the start) are made for one database that is always
   * there.
   */
  @Test
  void poolsAreBoundedInSizeAndTime() {
    try (NodePools pools = pools()) {
      assertThatExceptionOfType(SQLTransientConnectionException.class)
          .isThrownBy(() -> pools.connection(NOBODY, Engine.MYSQL, Use.READ));
      HikariDataSource reads = pools.all().getFirst();

      assertThat(reads.getPoolName()).isEqualTo("db-1-read");
      assertThat(reads.isReadOnly()).isTrue();
      assertThat(reads.getMaximumPoolSize()).isEqualTo(4);
      assertThat(reads.getConnectionTimeout()).isEqualTo(1000);
      assertThat(reads.getValidationTimeout()).isEqualTo(500);
      assertThat(reads.getInitializationFailTimeout()).isNegative();
    }
  }

  private NodePools pools() {
    return new NodePools(
        "board",
        new Dial(
            new Credentials("app", "secret"),
            Tls.PREFERRED,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1)),
        settings(),
        listener,
        null);
  }

  private static PoolSettings settings() {
    return new PoolSettings(
        4,
        2,
        0,
        Duration.ofSeconds(1),
        Duration.ofMillis(500),
        Duration.ofMinutes(1),
        Duration.ofMinutes(30),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10));
  }
}
