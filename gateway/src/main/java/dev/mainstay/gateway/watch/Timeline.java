package dev.mainstay.gateway.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** The last {@value #KEPT} entries, and those that follow. */
public final class Timeline {

  public static final int KEPT = 200;

  private final Sinks.Many<Entry> news = Sinks.many().multicast().directBestEffort();

  /** Guarded by this. */
  private final Deque<Entry> kept = new ArrayDeque<>();

  synchronized void add(Entry entry) {
    kept.add(entry);
    if (kept.size() > KEPT) {
      kept.remove();
    }
    news.tryEmitNext(entry);
  }

  /** In the order in which they were told, which need not be that of their times. */
  public synchronized List<Entry> entries() {
    return List.copyOf(kept);
  }

  /** Those from now on. Who has not asked for one when it comes, misses it. */
  public Flux<Entry> news() {
    return news.asFlux();
  }
}
