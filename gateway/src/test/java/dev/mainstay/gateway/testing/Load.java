package dev.mainstay.gateway.testing;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that keep asking, one request after the other each, until closed. They never retry. */
public final class Load implements AutoCloseable {

  private final List<Thread> clients = new ArrayList<>();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicLong started = new AtomicLong();
  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

  /**
   * One request's fate.
   *
   * @param startedAt how many requests were started before it
   * @param outcome the status, or the exception
   */
  public record Seen(long startedAt, String outcome, String servedBy) {}

  private Load() {}

  public static Load start(Rig rig, String path, int clients) {
    Load load = new Load();
    for (int i = 0; i < clients; i++) {
      load.clients.add(Thread.ofVirtual().start(() -> load.run(rig, path)));
    }
    return load;
  }

  private void run(Rig rig, String path) {
    while (!stopped.get()) {
      long number = started.getAndIncrement();
      try {
        HttpResponse<String> response = rig.get(path);
        seen.add(new Seen(number, Integer.toString(response.statusCode()), Rig.servedBy(response)));
      } catch (RuntimeException e) {
        seen.add(new Seen(number, String.valueOf(e.getMessage()), "-"));
      }
    }
  }

  /** The number of the next request to start. */
  public long now() {
    return started.get();
  }

  public long done() {
    return seen.size();
  }

  public List<Seen> since(long number) {
    return seen.stream().filter(each -> each.startedAt() >= number).toList();
  }

  /** Those that were not answered 200. */
  public List<Seen> failed() {
    return seen.stream().filter(each -> !each.outcome().equals("200")).toList();
  }

  public Load stop() {
    stopped.set(true);
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return this;
  }

  @Override
  public void close() {
    var _ = stop();
  }
}
