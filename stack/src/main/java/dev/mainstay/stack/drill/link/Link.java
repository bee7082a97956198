package dev.mainstay.stack.drill.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy on loopback in place of one link, which can be cut.
 *
 * <p>A cut link behaves as a network does whose packets are lost: nothing passes in either
 * direction, not even the end of a connection, nobody is told, and what was sent meanwhile arrives
 * when the link is healed, unless an end has given up by then. {@link #reset} is the other way a
 * link ends: both ends are told at once.
 */
public final class Link implements AutoCloseable {

  private static final int BUFFER = 16 << 10;
  private static final int CONNECT_MILLIS = 2_000;

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Gate gate = new Gate();

  private Link(ServerSocket server, InetSocketAddress target) {
    this.server = server;
    this.target = target;
  }

  /** Opens a link to a port of this machine, at a free port of its own. */
  public static Link to(int port) {
    try {
      InetAddress loopback = InetAddress.getLoopbackAddress();
      Link link =
          new Link(new ServerSocket(0, 50, loopback), new InetSocketAddress(loopback, port));
      Thread.ofVirtual().name("link-" + port).start(link::accept);
      return link;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it is entered. */
  public int port() {
    return server.getLocalPort();
  }

  /** From now on nothing passes, and nobody is told. */
  public void cut() {
    gate.close();
  }

  /** From now on all passes again, and first what was held. */
  public void heal() {
    gate.open();
  }

  /**
   * Breaks all connections so that both ends notice; what was held is lost, new ones are welcome.
   */
  public void reset() {
    List<Socket> all = List.copyOf(sockets);
    // All before any is closed: the pumps close the other end, and would do so in good order.
    all.forEach(Link::endWithReset);
    all.forEach(this::close);
  }

  private static void endWithReset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException closedAlready) {
      // Then it needs no end.
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        sockets.add(near);
        Thread.ofVirtual().start(() -> join(near));
      } catch (IOException e) {
        // This one did not come about, or the link was closed: then the loop ends.
      }
    }
  }

  private void join(Socket near) {
    Socket far = new Socket();
    sockets.add(far);
    try {
      gate.pass();
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      far.connect(target, CONNECT_MILLIS);
      Thread back = Thread.ofVirtual().start(() -> pump(far, near));
      pump(near, far);
      back.join();
    } catch (IOException nobodyThere) {
      // The near end sees its connection end, which is all that can be told it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(near);
      close(far);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try {
      while (true) {
        int length = from.getInputStream().read(buffer);
        gate.pass();
        if (length < 0) {
          to.shutdownOutput();
          return;
        }
        to.getOutputStream().write(buffer, 0, length);
      }
    } catch (IOException broken) {
      passOnBreak(from, to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The end of a connection is news too, and does not pass a cut link. */
  private void passOnBreak(Socket one, Socket other) {
    try {
      gate.pass();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close(one);
    close(other);
  }

  private void close(Socket socket) {
    sockets.remove(socket);
    try {
      socket.close();
    } catch (IOException gone) {
      return;
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      gate.open();
      sockets.forEach(this::close);
    }
  }
}
