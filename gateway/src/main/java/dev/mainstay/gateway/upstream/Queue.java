package dev.mainstay.gateway.upstream;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The requests that wait for a server of a pool, first come, first served. One that was tried on
 * the only server with room is passed over until another has some.
 *
 * <p>No room is missed: whoever comes says so ({@link #waiting}) before it looks for room, and
 * whoever leaves a server looks whether somebody waits after it has left.
 */
final class Queue {

  private final int most;

  /** Takes room at a server other than those tried, if there is any. */
  private final Function<Set<String>, Optional<Attempt>> room;

  private final AtomicInteger waiting = new AtomicInteger();

  /** Guards the line. Waiters are called outside it. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Deque<Ticket> line = new ArrayDeque<>();

  Queue(int most, Function<Set<String>, Optional<Attempt>> room) {
    this.most = most;
    this.room = room;
  }

  /** Whether anybody waits, or is about to. */
  boolean isWaiting() {
    return waiting.get() > 0;
  }

  Ticket join(Set<String> tried, String meantFor, Instant until, Waiter waiter) {
    Ticket ticket = new Ticket(this, tried, meantFor, until, waiter);
    Optional<Attempt> admitted = Optional.empty();
    boolean full = false;
    waiting.incrementAndGet();
    lock.lock();
    try {
      if (line.isEmpty()) {
        admitted = room.apply(tried);
      }
      if (admitted.isEmpty()) {
        full = line.size() >= most;
        if (!full) {
          line.add(ticket);
        }
      }
      if (admitted.isPresent() || full) {
        waiting.decrementAndGet();
      }
    } finally {
      lock.unlock();
    }
    admitted.ifPresent(waiter::admitted);
    if (full) {
      waiter.turnedAway(Waiter.Refusal.QUEUE_FULL);
    }
    return ticket;
  }

  boolean leave(Ticket ticket) {
    lock.lock();
    try {
      boolean waited = line.remove(ticket);
      if (waited) {
        waiting.decrementAndGet();
      }
      return waited;
    } finally {
      lock.unlock();
    }
  }

  /** There may be room: admits who can be. */
  void admit() {
    if (!isWaiting()) {
      return;
    }
    List<Runnable> calls = new ArrayList<>();
    lock.lock();
    try {
      Iterator<Ticket> tickets = line.iterator();
      while (tickets.hasNext()) {
        Ticket ticket = tickets.next();
        Optional<Attempt> attempt = room.apply(ticket.tried());
        if (attempt.isPresent()) {
          tickets.remove();
          waiting.decrementAndGet();
          calls.add(() -> ticket.waiter().admitted(attempt.get()));
        } else if (ticket.tried().isEmpty()) {
          break; // Nobody has room for anybody.
        }
      }
    } finally {
      lock.unlock();
    }
    calls.forEach(Runnable::run);
  }

  /** Turns those away who have waited long enough. */
  void expire(Instant now) {
    turnAway(Waiter.Refusal.QUEUE_TIMEOUT, now);
  }

  /** Turns all away: nobody is left to wait for. */
  void dissolve() {
    turnAway(Waiter.Refusal.NOBODY, Instant.MAX);
  }

  private void turnAway(Waiter.Refusal why, Instant now) {
    if (!isWaiting()) {
      return;
    }
    List<Ticket> over = new ArrayList<>();
    lock.lock();
    try {
      line.removeIf(ticket -> ticket.isOver(now) && over.add(ticket));
      waiting.addAndGet(-over.size());
    } finally {
      lock.unlock();
    }
    over.forEach(ticket -> ticket.waiter().turnedAway(why));
  }

  /** How many wait whose turn was this server's. */
  long meantFor(String server) {
    lock.lock();
    try {
      return line.stream().filter(ticket -> ticket.meantFor().equals(server)).count();
    } finally {
      lock.unlock();
    }
  }
}
