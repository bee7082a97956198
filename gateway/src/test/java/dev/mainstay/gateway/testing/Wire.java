package dev.mainstay.gateway.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One side of a connection, which sends and receives bytes as they are. */
public final class Wire implements AutoCloseable {

  private final Socket socket;
  private final PushbackInputStream in;

  Wire(Socket socket) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    this.in = new PushbackInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  public static Wire to(int port) throws IOException {
    Wire wire = new Wire(new Socket(InetAddress.getLoopbackAddress(), port));
    wire.socket.setSoTimeout(10_000);
    return wire;
  }

  /** Waits for the first byte of a peer that may take its time; false if it ends before. */
  boolean begins() throws IOException {
    int first = in.read();
    if (first >= 0) {
      in.unread(first);
      socket.setSoTimeout(10_000);
    }
    return first >= 0;
  }

  public Wire send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** What comes until the gateway closes; a reset is an exception. */
  public String rest() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Exactly so many bytes. */
  public String read(int count) throws IOException {
    return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
  }

  /** Reads and drops so many bytes; how many there were. */
  public long drain(long count) throws IOException {
    byte[] block = new byte[64 * 1024];
    long drained = 0;
    while (drained < count) {
      int read = in.read(block, 0, (int) Math.min(block.length, count - drained));
      if (read < 0) {
        break;
      }
      drained += read;
    }
    return drained;
  }

  /** The next head, its empty line included; ends short where the gateway closes. */
  public String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        return head.toString();
      }
      head.append((char) c);
    }
    return head.toString();
  }

  /** The next response, of a Content-Length or chunked or without a body, as it came. */
  public String response() throws IOException {
    String head = head();
    String lower = head.toLowerCase(Locale.ROOT);
    int at = lower.indexOf("\r\ncontent-length:");
    if (at >= 0) {
      int end = lower.indexOf("\r\n", at + 2);
      return head + read(Integer.parseInt(lower.substring(at + 17, end).strip()));
    }
    if (!lower.contains("\r\ntransfer-encoding: chunked")) {
      return head;
    }
    StringBuilder body = new StringBuilder();
    while (!body.toString().endsWith("0\r\n\r\n")) {
      int c = in.read();
      if (c < 0) {
        break;
      }
      body.append((char) c);
    }
    return head + body;
  }

  /** Whether the peer ends the connection, in order or by a reset, without another byte. */
  public boolean ends() {
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  public Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
