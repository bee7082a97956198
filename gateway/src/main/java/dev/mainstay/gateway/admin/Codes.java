package dev.mainstay.gateway.admin;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** One-time codes: a link with one lets a browser in once, within five minutes. */
final class Codes {

  static final Duration LIFETIME = Duration.ofMinutes(5);

  /** More than that at a time are not needed; the oldest goes. */
  private static final int MOST = 100;

  private final SecureRandom random = new SecureRandom();

  // Guarded by this.
  private final SequencedMap<String, Instant> expiries = new LinkedHashMap<>();

  record Code(String code, Instant expires) {

    @Override
    public String toString() {
      return "Code[expires=%s]".formatted(expires);
    }
  }

  synchronized Code issue(Instant now) {
    expiries.values().removeIf(expiry -> !expiry.isAfter(now));
    if (expiries.size() >= MOST) {
      expiries.pollFirstEntry();
    }
    byte[] bytes = new byte[24];
    random.nextBytes(bytes);
    Code code =
        new Code(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), now.plus(LIFETIME));
    expiries.put(code.code(), code.expires());
    return code;
  }

  /** Whether {@code code} was good; it is not from now on. */
  synchronized boolean redeem(String code, Instant now) {
    Instant expiry = expiries.remove(code);
    return expiry != null && expiry.isAfter(now);
  }
}
