package dev.mainstay.gateway.upstream;

import java.time.Duration;

/**
 * How long a request may take. They nest: connect ≤ response ≤ total.
 *
 * @param connect until a server accepts the connection
 * @param response from the whole request being sent to the head of the response, on one server
 * @param total the same over all servers tried
 */
public record Timeouts(Duration connect, Duration response, Duration total) {

  public Timeouts {
    checkPositive("connect", connect);
    checkPositive("response", response);
    checkPositive("total", total);
    if (response.compareTo(connect) < 0) {
      throw new IllegalArgumentException(
          "response is %d ms (expected: at least connect, %d ms)"
              .formatted(response.toMillis(), connect.toMillis()));
    }
    if (total.compareTo(response) < 0) {
      throw new IllegalArgumentException(
          "total is %d ms (expected: at least response, %d ms)"
              .formatted(total.toMillis(), response.toMillis()));
    }
  }

  private static void checkPositive(String name, Duration value) {
    if (value.toMillis() < 1 || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "%s is %d ms (expected: 1 ms - 1 h)".formatted(name, value.toMillis()));
    }
  }
}
