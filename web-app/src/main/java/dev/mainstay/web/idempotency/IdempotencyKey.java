package dev.mainstay.web.idempotency;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name that a client gives to one post, so that sending it again cannot do it again. */
public record IdempotencyKey(UUID value) {

  private static final Pattern UUID_IN_FULL =
      Pattern.compile("(\"?)(\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12})\\1");

  public static IdempotencyKey random() {
    return new IdempotencyKey(UUID.randomUUID());
  }

  /**
   * Reads a UUID in full, bare or as the quoted string of the IETF draft; anything else is no key.
   */
  public static Optional<IdempotencyKey> parse(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    var matcher = UUID_IN_FULL.matcher(text);
    return matcher.matches()
        ? Optional.of(new IdempotencyKey(UUID.fromString(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
