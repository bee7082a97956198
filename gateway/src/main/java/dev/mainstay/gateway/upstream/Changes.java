package dev.mainstay.gateway.upstream;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Hands each change of a pool to all who listen, in order, on the thread that made it. */
public final class Changes implements Consumer<Change> {

  private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();

  /** From now on {@code listener} hears of every change; it must not block. */
  public void listen(Consumer<Change> listener) {
    listeners.add(listener);
  }

  @Override
  public void accept(Change change) {
    listeners.forEach(listener -> listener.accept(change));
  }
}
