package dev.mainstay.gateway.guard;

import java.time.Duration;

/**
 * How much of a request a client may send, and how slowly.
 *
 * @param line bytes of a request line, its CRLF left out
 * @param headers bytes of all header lines of a request together, their CRLF left out
 * @param headTimeout from the first byte of a request to the end of its headers
 * @param bodyTimeout between two bytes of a body while the gateway waits for them
 */
public record Bounds(int line, int headers, Duration headTimeout, Duration bodyTimeout) {

  public Bounds {
    if (line < 16) {
      throw new IllegalArgumentException("line is %d bytes (expected: 16 or more)".formatted(line));
    }
    if (headers < 16) {
      throw new IllegalArgumentException(
          "headers is %d bytes (expected: 16 or more)".formatted(headers));
    }
    checkTimeout("head-timeout", headTimeout);
    checkTimeout("body-timeout", bodyTimeout);
  }

  private static void checkTimeout(String name, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "%s is %d ms (expected: 1 ms - 1 h)".formatted(name, value.toMillis()));
    }
  }
}
