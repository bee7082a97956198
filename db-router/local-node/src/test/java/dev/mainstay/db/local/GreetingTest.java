package dev.mainstay.db.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class GreetingTest {

  @Test
  void versionEndsAtTheZeroByte() {
    assertThat(Greeting.version(packet(10, "9.7.4-2\0rest"))).contains("9.7.4-2");
  }

  @Test
  void anErrorOrAnotherProtocolIsNoGreeting() {
    assertThat(Greeting.version(packet(0xff, "Too many connections"))).isEmpty();
    assertThat(Greeting.version(packet(9, "3.2\0"))).isEmpty();
    assertThat(Greeting.version(new byte[] {10})).isEmpty();
  }

  @Test
  void aPortThatOnlyListensDoesNotGreet() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Greeting.from(silent.getLocalPort(), Duration.ofMillis(50))).isEmpty();
    }
  }

  private static byte[] packet(int first, String text) {
    var bytes = ("x" + text).getBytes(StandardCharsets.ISO_8859_1);
    bytes[0] = (byte) first;
    return bytes;
  }
}
