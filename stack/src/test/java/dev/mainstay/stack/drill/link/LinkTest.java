package dev.mainstay.stack.drill.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinkTest {

  private ServerSocket server;
  private Link link;
  private Socket near;
  private Socket far;

  @BeforeEach
  void connect() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    link = Link.to(server.getLocalPort());
    near = new Socket(InetAddress.getLoopbackAddress(), link.port());
    far = server.accept();
    near.setSoTimeout(10_000);
    far.setSoTimeout(10_000);
  }

  @AfterEach
  void close() throws IOException {
    near.close();
    far.close();
    link.close();
    server.close();
  }

  private static void send(Socket socket, int octet) throws IOException {
    socket.getOutputStream().write(octet);
  }

  private static int receive(Socket socket) throws IOException {
    return socket.getInputStream().read();
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(100);
    assertThatThrownBy(() -> receive(socket)).isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(10_000);
  }

  @Test
  void passesBothWays() throws IOException {
    send(near, 1);
    send(far, 2);

    assertThat(receive(far)).isEqualTo(1);
    assertThat(receive(near)).isEqualTo(2);
  }

  @Test
  void nothingPassesACutLinkAndAllArrivesWhenItHeals() throws IOException {
    link.cut();
    send(near, 1);
    send(far, 2);
    assertSilent(far);
    assertSilent(near);

    link.heal();

    assertThat(receive(far)).isEqualTo(1);
    assertThat(receive(near)).isEqualTo(2);
  }

  @Test
  void endOfAConnectionDoesNotPassACutLinkEither() throws IOException {
    link.cut();
    near.close();
    assertSilent(far);

    link.heal();

    assertThat(receive(far)).isEqualTo(-1);
  }

  @Test
  void newConnectionThroughACutLinkReachesNobodyUntilItHeals() throws IOException {
    link.cut();
    try (Socket late = new Socket(InetAddress.getLoopbackAddress(), link.port())) {
      send(late, 7);
      server.setSoTimeout(100);
      assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);

      link.heal();
      server.setSoTimeout(10_000);
      try (Socket arrived = server.accept()) {
        assertThat(receive(arrived)).isEqualTo(7);
      }
    }
  }

  @Test
  void resetTellsBothEnds() {
    link.reset();

    assertThatThrownBy(() -> receive(near)).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> receive(far)).isInstanceOf(SocketException.class);
  }

  @Test
  void whatACutLinkHoldsIsLostWhenItIsReset() throws IOException {
    link.cut();
    send(near, 1);

    link.reset();
    link.heal();

    assertThatThrownBy(() -> receive(far)).isInstanceOf(SocketException.class);
  }

  @Test
  void deadTargetEndsTheConnection() throws IOException {
    server.close();
    try (Socket late = new Socket(InetAddress.getLoopbackAddress(), link.port())) {
      late.setSoTimeout(10_000);

      assertThat(receive(late)).isEqualTo(-1);
    }
  }
}
