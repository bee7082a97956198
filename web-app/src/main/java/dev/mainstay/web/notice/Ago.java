package dev.mainstay.web.notice;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Says when something was, as people do: "just now", "5 minutes ago", "3 days ago", and beyond a
 * month the day itself.
 */
record Ago(Instant now) {

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  public String of(Instant then) {
    Duration passed = Duration.between(then, now);
    if (passed.toMinutes() < 1) {
      return "just now";
    }
    if (passed.toHours() < 1) {
      return count(passed.toMinutes(), "minute");
    }
    if (passed.toDays() < 1) {
      return count(passed.toHours(), "hour");
    }
    return passed.toDays() <= 30 ? count(passed.toDays(), "day") : DAY.format(then);
  }

  /** To the minute, for whoever wants to know exactly. */
  public String exactly(Instant then) {
    return MINUTE.format(then);
  }

  private static String count(long number, String unit) {
    return "%d %s%s ago".formatted(number, unit, number == 1 ? "" : "s");
  }
}
