package dev.mainstay.db.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.engine.NodeConnector;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundsTest {

  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration LIMIT = Duration.ofMillis(300);

  @Test
  void aNodeThatTakesTheConnectionAndSaysNothingCostsTheLimitOnceAndThenNothing() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Rounds rounds = rounds("db-1=127.0.0.1:" + silent.getLocalPort())) {
      assertThat(why(rounds)).isEqualTo("does not answer");

      long began = System.nanoTime();
      assertThat(why(rounds)).isEqualTo("does not answer");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LIMIT);
    }
  }

  @Test
  void aClosedPortIsSaidToBeOne() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    try (Rounds rounds = rounds("db-1=127.0.0.1:" + port)) {
      assertThat(why(rounds)).isEqualTo("refuses connections");
    }
  }

  private static String why(Rounds rounds) throws InterruptedException {
    return ((Observation.Unreachable) rounds.look().getFirst().observation()).why();
  }

  private static Rounds rounds(String node) {
    NodeConnector connector = new NodeConnector(new Credentials("u", "p"), LONG, LONG);
    NodeAddress address = NodeAddress.parse(node);
    Reach reach = new Reach(connector, Links.DIRECT);
    Probe probe = new Probe(address, List.of(address), reach, "lock", Clock.systemUTC());
    return new Rounds(List.of(probe), LIMIT, Duration.ofSeconds(3));
  }
}
