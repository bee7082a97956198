package dev.mainstay.db.controller.loop;

import dev.mainstay.db.controller.loop.Event.News;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what changes: one line in the log, and to whoever listens. The last {@value #KEPT} are kept
 * for those who come later.
 */
public final class Events {

  /** As many are kept, and wait for a slow listener, who then misses some. */
  public static final int KEPT = 100;

  private static final Logger log = LoggerFactory.getLogger(Events.class);

  private final String controller;
  private final Clock clock;
  private final Deque<Event> kept = new ArrayDeque<>();
  private final Set<BlockingQueue<Event>> listeners =
      Collections.newSetFromMap(new IdentityHashMap<>());
  private long number;

  Events(String controller, Clock clock) {
    this.controller = controller;
    this.clock = clock;
  }

  void tell(News news) {
    log.info("{}", news.text());
    add(news);
  }

  void warn(News news) {
    log.warn("{}", news.text());
    add(news);
  }

  private synchronized void add(News news) {
    Event event =
        new Event(
            ++number,
            clock.instant(),
            controller,
            news.kind(),
            news.epoch(),
            news.node(),
            news.text(),
            news.lasted());
    kept.add(event);
    if (kept.size() > KEPT) {
      kept.remove();
    }
    listeners.forEach(listener -> listener.offer(event));
  }

  /**
   * A queue of the events after the one with this number as far as they are kept, and of all that
   * follow.
   */
  public synchronized BlockingQueue<Event> listen(long after) {
    BlockingQueue<Event> queue = new LinkedBlockingQueue<>(2 * KEPT);
    kept.stream().filter(event -> event.number() > after).forEach(queue::add);
    listeners.add(queue);
    return queue;
  }

  /** Ends what {@link #listen} began. */
  public synchronized void leave(BlockingQueue<Event> queue) {
    listeners.remove(queue);
  }
}
