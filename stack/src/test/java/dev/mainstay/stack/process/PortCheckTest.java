package dev.mainstay.stack.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import org.junit.jupiter.api.Test;

class PortCheckTest {

  @Test
  void portWithAListenerIsTakenAndItsOwnerNamed() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(PortCheck.isFree(listener.getLocalPort())).isFalse();
      assertThat(
              PortCheck.owner(listener.getLocalPort())
                  .orElse("pid %d (unseen)".formatted(ProcessHandle.current().pid())))
          .startsWith("pid " + ProcessHandle.current().pid());
    }
  }

  @Test
  void portThatIsShareableIsTakenToo() throws IOException {
    try (ServerSocket listener = new ServerSocket()) {
      listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

      assertThat(PortCheck.isFree(listener.getLocalPort())).isFalse();
    }
  }

  @Test
  void portOnWhichAConnectionJustEndedIsFree() throws IOException {
    int port;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
        Socket server = listener.accept()) {
      port = listener.getLocalPort();
      server.shutdownOutput();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    assertThat(PortCheck.isFree(port)).isTrue();
  }
}
