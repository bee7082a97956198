package dev.mainstay.gateway.testing;

import dev.mainstay.gateway.testing.ScriptedServer.Request;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** What a gateway sees of a controller: its topology, its events, and orders that it takes. */
public final class ScriptedController implements AutoCloseable {

  private final ScriptedServer server;
  private final List<Request> orders = new CopyOnWriteArrayList<>();
  private final List<Socket> listeners = new CopyOnWriteArrayList<>();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile String topology = "{}";
  private volatile int orderStatus = 200;
  private volatile String orderAnswer = "{}";
  private volatile boolean hangs;

  private ScriptedController(String id) {
    this.server = ScriptedServer.start(id).script(this::answer);
  }

  public static ScriptedController start(String id) {
    return new ScriptedController(id);
  }

  public String uri() {
    return server.uri();
  }

  /** What {@code GET /api/topology} answers. */
  public ScriptedController topology(String json) {
    topology = json;
    return this;
  }

  /** It accepts, and then says nothing. */
  public ScriptedController hangs(boolean value) {
    hangs = value;
    return this;
  }

  /** What an order is answered. */
  public ScriptedController orders(int status, String json) {
    orderStatus = status;
    orderAnswer = json;
    return this;
  }

  /** The orders that came. */
  public List<Request> orders() {
    return List.copyOf(orders);
  }

  /** Tells all who listen, and all who come. */
  public synchronized void tell(String json) {
    String event = "id:%d\ndata:%s\n\n".formatted(events.size() + 1, json);
    events.add(event);
    listeners.removeIf(listener -> !hears(listener, event));
  }

  private static boolean hears(Socket listener, String event) {
    try {
      chunk(listener, event);
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  private void answer(Request request, Socket client) throws IOException, InterruptedException {
    if (hangs) {
      end.await();
    }
    switch (request.target()) {
      case "/api/topology" -> ScriptedServer.say(client, 200, topology);
      case "/api/events" -> {
        welcome(client);
        end.await();
      }
      case "/api/switchover" -> {
        orders.add(request);
        ScriptedServer.say(client, orderStatus, orderAnswer);
      }
      default -> ScriptedServer.say(client, 404, "");
    }
  }

  private synchronized void welcome(Socket client) throws IOException {
    ScriptedServer.write(
        client,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    chunk(client, ":\n\n");
    for (String event : events) {
      chunk(client, event);
    }
    listeners.add(client);
  }

  private static void chunk(Socket client, String text) throws IOException {
    ScriptedServer.write(
        client, "%x\r\n%s\r\n".formatted(text.getBytes(StandardCharsets.UTF_8).length, text));
  }

  @Override
  public void close() {
    end.countDown();
    server.close();
  }
}
