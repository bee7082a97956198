package dev.mainstay.stack.model;

/**
 * Which process exactly: a pid alone is used again by the system, a pid together with the time at
 * which the process started is not.
 *
 * @param start when it started, in whatever unit the machine counts; only compared, never read
 */
public record Identity(long pid, String start) {

  public Identity {
    if (pid < 1) {
      throw new IllegalArgumentException("pid is %d (expected: at least 1)".formatted(pid));
    }
  }
}
