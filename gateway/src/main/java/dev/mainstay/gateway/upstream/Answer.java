package dev.mainstay.gateway.engine;

/**
 * What the gateway itself has to say.
 *
 * @param detail a whole sentence for the client
 * @param retryAfterSeconds when to come back; 0 for nothing to say of that
 */
public record Answer(int status, String detail, int retryAfterSeconds) {

  public Answer {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("status is %d (expected: 400-599)".formatted(status));
    }
  }
}
