package dev.mainstay.db.local;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The first packet that a MySQL or MariaDB server sends to whoever connects. It names the version,
 * and shows that the server takes connections; a process that merely holds the port sends nothing.
 */
public final class Greeting {

  private static final int PROTOCOL = 10;
  private static final int LONGEST = 1024;

  private Greeting() {}

  /**
   * Connects to a port of the loopback interface; the server's version as it tells it, or nothing.
   */
  public static Optional<String> from(int port, Duration limit) {
    int millis = Math.toIntExact(Math.max(1, limit.toMillis()));
    try (var socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), millis);
      socket.setSoTimeout(millis);
      var input = new DataInputStream(socket.getInputStream());
      var header = new byte[4];
      input.readFully(header);
      int length = (header[0] & 0xff) | (header[1] & 0xff) << 8 | (header[2] & 0xff) << 16;
      if (length < 2 || length > LONGEST) {
        return Optional.empty();
      }
      var packet = new byte[length];
      input.readFully(packet);
      return version(packet);
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  /** The version in a greeting: after the protocol number, up to a zero byte. */
  static Optional<String> version(byte[] packet) {
    if (packet.length < 2 || packet[0] != PROTOCOL) {
      return Optional.empty();
    }
    int end = 1;
    while (end < packet.length && packet[end] != 0) {
      end++;
    }
    return Optional.of(new String(packet, 1, end - 1, StandardCharsets.US_ASCII));
  }
}
