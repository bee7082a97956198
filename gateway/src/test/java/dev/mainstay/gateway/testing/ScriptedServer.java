package dev.mainstay.gateway.testing;

import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server on a loopback port that does what its script says, byte for byte, and can die
 * as a killed process does: its port refuses, its connections are reset.
 */
public final class ScriptedServer implements AutoCloseable {

  /** What to do with one request. */
  @FunctionalInterface
  public interface Script {
    void answer(Request request, Socket client) throws IOException, InterruptedException;
  }

  public record Request(String method, String target, Map<String, String> headers, String body) {
    public String header(String name) {
      return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
    }
  }

  private final String name;
  private final InetAddress address;
  private final int port;
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private volatile Script script =
      (request, client) -> say(client, 200, name() + " " + request.target());
  private volatile int health = 200;
  private volatile ServerSocket listener;

  private ScriptedServer(String name, InetAddress address, int port) throws IOException {
    this.name = name;
    this.address = address;
    this.listener = bind(address, port);
    this.port = listener.getLocalPort();
  }

  public static ScriptedServer start(String name) {
    return start(name, InetAddress.getLoopbackAddress(), 0);
  }

  /** One that listens on another loopback address, such as 127.0.0.2. */
  public static ScriptedServer start(String name, InetAddress address, int port) {
    try {
      ScriptedServer server = new ScriptedServer(name, address, port);
      server.accept();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return name;
  }

  public int port() {
    return port;
  }

  public String uri() {
    return "http://%s:%d".formatted(address.getHostAddress(), port);
  }

  /** The requests that came, checks left out. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  public ScriptedServer script(Script next) {
    script = next;
    return this;
  }

  /** What {@code GET /health} answers. */
  public void health(int status) {
    health = status;
  }

  /** As kill -9 does it: the port refuses, from now on, and every connection is reset. */
  public void kill() {
    try {
      listener.close();
      await().until(this::refuses);
      for (Socket client : clients) {
        client.setSoLinger(true, 0);
        client.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean refuses() {
    try (Socket probe = new Socket(address, port)) {
      return !probe.isConnected();
    } catch (IOException refused) {
      return true;
    }
  }

  /** Listens again, on the same port, as soon as the system has let go of it. */
  public void revive() {
    listener =
        await()
            .ignoreExceptionsInstanceOf(BindException.class)
            .until(() -> bind(address, port), socket -> true);
    accept();
  }

  private static ServerSocket bind(InetAddress address, int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port), 100);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  public int openConnections() {
    return clients.size();
  }

  @Override
  public void close() {
    if (!listener.isClosed()) {
      kill();
    }
  }

  /** A whole response that keeps the connection. */
  public static void say(Socket client, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    write(
        client,
        "HTTP/1.1 %d Scripted\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(status, bytes.length, body));
  }

  public static void write(Socket client, String bytes) throws IOException {
    client.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
    client.getOutputStream().flush();
  }

  /** Ends the connection with a reset. */
  public static void reset(Socket client) throws IOException {
    client.setSoLinger(true, 0);
    client.close();
  }

  private void accept() {
    ServerSocket socket = listener;
    Thread.ofVirtual()
        .start(
            () -> {
              while (!socket.isClosed()) {
                try {
                  Socket client = socket.accept();
                  client.setTcpNoDelay(true);
                  clients.add(client);
                  if (socket.isClosed()) {
                    reset(client);
                  }
                  Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException closed) {
                  return;
                }
              }
            });
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      for (Request request = read(in); request != null; request = read(in)) {
        if (request.target().equals("/health")) {
          say(client, health, "");
        } else {
          requests.add(request);
          script.answer(request, client);
        }
      }
    } catch (IOException gone) {
      // The gateway, or a kill, closed it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      clients.remove(client);
    }
  }

  /** The next request that comes whole; null where the connection ends. */
  private static @Nullable Request read(InputStream in) throws IOException {
    String start = line(in);
    if (start == null) {
      return null;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    byte @Nullable [] body;
    if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
      body = chunks(in);
    } else {
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      byte[] read = in.readNBytes(length);
      body = read.length == length ? read : null;
    }
    if (body == null) {
      return null;
    }
    List<String> words = List.of(start.split(" ", 3));
    return new Request(
        words.get(0), words.get(1), headers, new String(body, StandardCharsets.UTF_8));
  }

  private static byte @Nullable [] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String size = line(in);
      if (size == null) {
        return null;
      }
      int length = Integer.parseInt(size, 16);
      body.write(in.readNBytes(length));
      var _ = line(in);
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  private static @Nullable String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return null;
      }
      line.append((char) c);
    }
    return line.toString().strip();
  }
}
