package dev.mainstay.gateway.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What live requests say of one server: its errors in a row, and what ejections they led to.
 *
 * <pre>
 * 3 errors, 10 s:  ✗✗✗ 10 s out · ✗✗✗ 20 s out · ✗✗✗ 30 s out … never more than the cap
 *                  and after 10 s in service one less in the row
 * </pre>
 *
 * @param errors errors in a row since the last success or ejection
 * @param row ejections in a row, as of {@code until}
 * @param until when the last ejection ended or ends; null if there was none
 */
public record Conduct(int errors, int row, @Nullable Instant until) {

  /** A server that has done nothing wrong. */
  public static final Conduct CLEAN = new Conduct(0, 0, null);

  public Conduct erred() {
    return new Conduct(errors + 1, row, until);
  }

  public Conduct succeeded() {
    return errors == 0 ? this : new Conduct(0, row, until);
  }

  /** Whether the errors suffice; whether others can do without the server is another question. */
  public boolean deservesEjection(EjectionRule rule) {
    return rule.consecutiveErrors() > 0 && errors >= rule.consecutiveErrors();
  }

  /** Ejected now, for as long as the row asks. */
  public Conduct ejected(EjectionRule rule, Instant now) {
    long most = Math.ceilDiv(rule.maxEjection().toMillis(), rule.ejection().toMillis());
    int next = (int) Math.min(most, rowAt(rule, now) + 1L);
    Duration length = rule.ejection().multipliedBy(next);
    return new Conduct(
        0, next, now.plus(length.compareTo(rule.maxEjection()) < 0 ? length : rule.maxEjection()));
  }

  /** In service again, before its time or at it; the row stands. */
  public Conduct lifted(Instant now) {
    return until == null || until.isBefore(now) ? this : new Conduct(0, row, now);
  }

  /** When the ejection that is in force ends. */
  public Optional<Instant> ejectedUntil(Instant now) {
    return Optional.ofNullable(until).filter(now::isBefore);
  }

  /** The ejections in a row that still count. */
  private long rowAt(EjectionRule rule, Instant now) {
    if (until == null || now.isBefore(until)) {
      return row;
    }
    long spells = Duration.between(until, now).dividedBy(rule.ejection());
    return Math.max(0, row - spells);
  }
}
