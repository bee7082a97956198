package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.express.Express;
import dev.mainstay.gateway.testing.ByteServer;
import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.Wire;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A gateway that stops while its express front is busy. */
class ExpressEndIT {

  @Test
  void requestUnderWayIsAnsweredWhileTheGatewayStops() throws Exception {
    try (ByteServer server = ByteServer.start();
        Rig rig = new Rig().set("mainstay.gateway.express.enabled", true)) {
      rig.poolOf("end", server.uri()).start();
      try (Wire client = Wire.to(rig.sitePort())) {
        client.send("GET /end/ HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire asked = server.next();
        var _ = asked.head();
        Express express = rig.context().getBean(Express.class);

        Thread stop = Thread.ofVirtual().start(() -> rig.context().close());
        await().until(express::isClosed);
        asked.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nto the end");

        assertThat(client.response()).endsWith("\r\n\r\nto the end");
        assertThat(stop.join(Duration.ofSeconds(20))).isTrue();
        assertThat(express.engine().inFlight()).isZero();
      }
    }
  }
}
