package dev.mainstay.gateway.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server on a loopback port whose part the test plays, byte for byte. Connections on which
 * nothing is ever sent, as checks make them, are not seen.
 */
public final class ByteServer implements AutoCloseable {

  private final ServerSocket listener;
  private final BlockingQueue<Wire> begun = new LinkedBlockingQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private ByteServer(ServerSocket listener) {
    this.listener = listener;
  }

  public static ByteServer start() {
    try {
      ByteServer server = new ByteServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String uri() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Wire wire = new Wire(socket);
        Thread.ofVirtual().start(() -> await(wire));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void await(Wire wire) {
    try {
      if (wire.begins()) {
        begun.add(wire);
      }
    } catch (IOException gone) {
      // It was nobody.
    }
  }

  /** The next connection on which something came. */
  public Wire next() throws InterruptedException {
    Wire wire = begun.poll(10, TimeUnit.SECONDS);
    if (wire == null) {
      throw new AssertionError("nobody sent anything on a new connection in 10 s");
    }
    return wire;
  }

  /** Whether something came on a connection that {@link #next} has not given out. */
  public boolean isAsked() {
    return !begun.isEmpty();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
