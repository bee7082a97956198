package dev.mainstay.stack.drill.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One keep-alive connection of HTTP/1.1, which sends each request once and never again. The JDK's
 * own client sends some requests a second time by itself when a connection breaks, and a drill must
 * see what its clients see. That a connection was closed while it rested is seen before the next
 * request, as any browser sees it.
 */
final class Wire implements AutoCloseable {

  private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

  /** More than one, of which a moment is gone when it is looked at. */
  private static final Duration GLANCE = Duration.ofMillis(2);

  private static final int LONGEST_LINE = 16 << 10;
  private static final int MOST_HEADERS = 200;
  private static final int LONGEST_BODY = 8 << 20;

  /** What came back. Header names are in lower case. */
  record Reply(int status, List<Header> headers, String body) {

    List<String> all(String name) {
      return headers.stream()
          .filter(header -> header.name().equals(name))
          .map(Header::value)
          .toList();
    }

    String first(String name) {
      return all(name).stream().findFirst().orElse("");
    }
  }

  record Header(String name, String value) {}

  private final Socket socket;
  private final InputStream in;
  private long deadline;
  private boolean reusable = true;
  private boolean served;

  private Wire(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(new Bounded(socket.getInputStream()), 8 << 10);
  }

  static Wire open(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(address, (int) LONGEST_CONNECT.toMillis());
      return new Wire(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Whether another request may be sent here. */
  boolean isReusable() {
    return reusable;
  }

  /** Whether a byte of any answer has come. */
  boolean wasServed() {
    return served;
  }

  /** Whether the other end has closed it, or sends what nobody asked for. Takes a millisecond. */
  boolean isClosedByPeer() {
    deadline = System.nanoTime() + GLANCE.toNanos();
    try {
      in.read();
      return true;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (IOException broken) {
      return true;
    }
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws IOException if no whole answer came within {@code patience}
   */
  Reply exchange(String request, Duration patience) throws IOException {
    reusable = false;
    deadline = System.nanoTime() + patience.toNanos();
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    int status;
    List<Header> headers;
    do {
      status = status(line());
      headers = headers();
    } while (status >= 100 && status < 200);
    Reply head = new Reply(status, headers, "");
    boolean bodiless = status == 204 || status == 304;
    boolean chunked = head.first("transfer-encoding").equalsIgnoreCase("chunked");
    String length = head.first("content-length");
    byte[] body =
        bodiless
            ? new byte[0]
            : chunked ? chunks() : length.isEmpty() ? rest() : exactly(number(length, 10));
    reusable =
        !head.first("connection").equalsIgnoreCase("close")
            && (bodiless || chunked || !length.isEmpty());
    return new Reply(status, headers, new String(body, StandardCharsets.UTF_8));
  }

  private static int status(String line) throws IOException {
    String[] words = line.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/1.")) {
      throw new IOException("not an HTTP answer: " + line);
    }
    return number(words[1], 10);
  }

  private List<Header> headers() throws IOException {
    List<Header> headers = new ArrayList<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() == MOST_HEADERS) {
        throw new IOException("not a header: " + line);
      }
      headers.add(
          new Header(
              line.substring(0, colon).toLowerCase(Locale.ROOT),
              line.substring(colon + 1).strip()));
    }
    return headers;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    while (true) {
      int octet = in.read();
      if (octet < 0) {
        throw new EOFException("the connection ended before the answer did");
      }
      served = true;
      if (octet == '\n') {
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
      }
      if (line.size() == LONGEST_LINE) {
        throw new IOException("a line of the answer is too long");
      }
      line.write(octet);
    }
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String size = line();
      int semicolon = size.indexOf(';');
      int length = number((semicolon < 0 ? size : size.substring(0, semicolon)).strip(), 16);
      if (length == 0) {
        headers();
        return body.toByteArray();
      }
      if (body.size() + length > LONGEST_BODY) {
        throw new IOException("the answer is too long");
      }
      body.writeBytes(exactly(length));
      line();
    }
  }

  private byte[] rest() throws IOException {
    return in.readNBytes(LONGEST_BODY);
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the connection ended before the answer did");
    }
    return bytes;
  }

  private static int number(String text, int radix) throws IOException {
    try {
      int number = Integer.parseInt(text, radix);
      if (number >= 0 && number <= LONGEST_BODY) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    throw new IOException("not a length or a status: " + text);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException gone) {
      return;
    }
  }

  /** Gives each read what is left of the time, so that a trickle cannot stretch it. */
  private final class Bounded extends FilterInputStream {

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left < 1) {
        throw new SocketTimeoutException("no answer in time");
      }
      socket.setSoTimeout((int) left);
      return super.read(buffer, from, length);
    }
  }
}
