package dev.mainstay.web.notice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgoTest {

  private static final Instant NOW = Instant.parse("2026-11-22T15:47:00Z");

  @ParameterizedTest
  @CsvSource({
    "-PT5S, just now",
    "PT0S, just now",
    "PT59S, just now",
    "PT60S, 1 minute ago",
    "PT59M59S, 59 minutes ago",
    "PT1H, 1 hour ago",
    "PT23H, 23 hours ago",
    "P1D, 1 day ago",
    "P30D, 30 days ago",
    "P31D, 22 October 2026",
  })
  void saysItAsPeopleDo(Duration passed, String words) {
    assertThat(new Ago(NOW).of(NOW.minus(passed))).isEqualTo(words);
  }
}
