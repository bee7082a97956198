package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.Wire;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a connection when its gateway is told to end. */
class LastCallIT {

  private static final String GET = "GET /web/ HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConnectionInUseIsClosedWithAResponseThatSaysSo(boolean express) throws IOException {
    try (Rig rig =
            new Rig()
                .pool("web", 1)
                .set("mainstay.gateway.express.enabled", express)
                .set("mainstay.gateway.guard.last-call", "2s")
                .start();
        Wire wire = Wire.to(rig.sitePort())) {
      assertThat(exchange(wire)).doesNotContain("connection: close");
      CompletableFuture<Void> end = CompletableFuture.runAsync(() -> rig.context().close());

      String head = exchange(wire);
      while (!head.contains("connection: close")) {
        assertThat(head).startsWith("http/1.1 200");
        head = exchange(wire);
      }

      assertThat(head).startsWith("http/1.1 200");
      assertThat(wire.rest()).isEmpty();
      end.join();
    }
  }

  /** Sends a request and reads its whole answer; the head, in lower case. */
  private static String exchange(Wire wire) throws IOException {
    String head = wire.send(GET).head().toLowerCase(Locale.ROOT);
    int at = head.indexOf("content-length: ") + "content-length: ".length();
    int length = Integer.parseInt(head.substring(at, head.indexOf("\r\n", at)));
    assertThat(wire.read(length)).hasSize(length);
    return head;
  }
}
