package dev.mainstay.stack.drill.link;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Open at first; while it is closed, whoever comes waits. */
final class Gate {

  /** Guards {@code closed}. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition opened = lock.newCondition();
  private boolean closed;

  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  void open() {
    lock.lock();
    try {
      closed = false;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void pass() throws InterruptedException {
    lock.lock();
    try {
      while (closed) {
        opened.await();
      }
    } finally {
      lock.unlock();
    }
  }
}
