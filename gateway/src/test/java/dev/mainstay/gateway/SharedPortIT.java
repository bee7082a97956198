package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Two real gateways on one port. */
class SharedPortIT {

  private static final int CONNECTIONS = 64;

  private static Rig sharing(boolean share, int port) {
    return new Rig()
        .pool("web", 1)
        .set("server.port", port)
        .set("mainstay.gateway.share-port", share);
  }

  /** Each request on a connection of its own. */
  private static void ask(int port) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
        client.setSoTimeout(10_000);
        ScriptedServer.write(
            client, "GET /web/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .startsWith("HTTP/1.1 200");
      }
    }
  }

  private static int served(Rig rig) {
    return rig.server("web", "A").requests().size();
  }

  /** That one goes on alone is seen on processes: in one JVM all gateways share their threads. */
  @Test
  void gatewaysThatShareTheirPortBothServeAndKeepOthersOut() throws IOException {
    try (Rig first = sharing(true, 0).start();
        Rig second = sharing(true, first.sitePort()).start();
        Rig stranger = sharing(false, first.sitePort())) {
      assertThat(second.sitePort()).isEqualTo(first.sitePort());
      assertThat(second.adminPort()).isNotEqualTo(first.adminPort());

      ask(first.sitePort());

      assertThat(served(first)).isPositive();
      assertThat(served(second)).isPositive();
      assertThat(served(first) + served(second)).isEqualTo(CONNECTIONS);
      assertTaken(stranger, first.sitePort());
    }
  }

  @Test
  void gatewayThatDoesNotShareKeepsItsPortToItself() {
    try (Rig first = sharing(false, 0).start();
        Rig second = sharing(true, first.sitePort())) {
      assertTaken(second, first.sitePort());
    }
  }

  private static void assertTaken(Rig late, int port) {
    assertThatThrownBy(late::start)
        .hasStackTraceContaining("Port %d is already in use".formatted(port));
  }
}
