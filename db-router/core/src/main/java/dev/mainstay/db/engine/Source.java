package dev.mainstay.db.engine;

/** Whom a replica is to follow, by which account. */
public record Source(String host, int port, Credentials account) {
  public Source {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host of the source is blank (expected: a host name)");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "port of the source is %d (expected: 1-65535)".formatted(port));
    }
  }
}
