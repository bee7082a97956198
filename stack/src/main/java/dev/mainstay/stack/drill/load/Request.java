package dev.mainstay.stack.drill.load;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * One request that a client made, and what it came to.
 *
 * @param client 1 and up
 * @param post what was to be written; nothing for a read
 * @param sent when its first byte was about to be sent
 * @param done when the answer was there, or the client gave up
 */
public record Request(
    int client, Optional<Post> post, Instant sent, Instant done, Outcome outcome) {

  /**
   * A notice to be posted.
   *
   * @param mark in the notice's title and in that of no other notice, so that it can be found
   * @param key the Idempotency-Key it was sent with
   */
  public record Post(String mark, UUID key) {}

  public boolean isWrite() {
    return post.isPresent();
  }

  public Fate fate() {
    return Fate.of(isWrite(), outcome);
  }

  public Duration took() {
    return Duration.between(sent, done);
  }

  /** The id of what was written, as the answer told it. */
  public Optional<UUID> id() {
    return outcome instanceof Outcome.Answered(int _, var _, Optional<String> id, var _)
        ? id.flatMap(Request::uuid)
        : Optional.empty();
  }

  /** The server behind the gateway; empty if nobody told. */
  public String servedBy() {
    return outcome instanceof Outcome.Answered answered ? answered.by() : "";
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }
}
