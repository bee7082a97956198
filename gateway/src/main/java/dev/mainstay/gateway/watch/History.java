package dev.mainstay.gateway.watch;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last quarter of an hour in a point a second, for the charts. */
public final class History {

  static final int KEPT = 900;

  /** Guarded by this. */
  private final Deque<Point> points = new ArrayDeque<>();

  /**
   * A second.
   *
   * @param lagMillis of the replica that is furthest behind; null if none is known
   */
  public record Point(Instant at, Speed speed, @Nullable Long lagMillis) {}

  synchronized void add(Point point) {
    points.add(point);
    if (points.size() > KEPT) {
      points.remove();
    }
  }

  /** The oldest first. */
  public synchronized List<Point> points() {
    return List.copyOf(points);
  }
}
