package dev.mainstay.stack.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PictureTest {

  private static final Picture BLIND =
      picture("rt-1", null, null, "UNREACHABLE", "UNREACHABLE", "UNREACHABLE");
  private static final Picture OBSERVER =
      picture("rt-2", 3L, "rt-1", "PRIMARY", "REPLICA", "REPLICA");
  private static final Picture LEADER =
      picture("rt-2", 3L, "rt-2", "UNREACHABLE", "REPLICA", "REPLICA");

  private static Picture picture(
      String by, @Nullable Long epoch, @Nullable String leader, String... roles) {
    String nodes =
        Stream.of(roles)
            .map("{\"role\":\"%s\"}"::formatted)
            .reduce((one, other) -> one + "," + other)
            .orElse("");
    return Picture.of(
            by,
            "HTTP/1.1 200 \r\nContent-Type: application/json\r\n\r\n{\"epoch\":%s,\"leader\":%s,\"nodes\":[%s]}"
                .formatted(epoch, leader == null ? null : "\"" + leader + "\"", nodes))
        .orElseThrow();
  }

  @Test
  void whoSeesNothingIsBelievedOnlyIfNobodyElseAnswers() {
    assertThat(Picture.best(Stream.of(BLIND, OBSERVER))).contains(OBSERVER);
    assertThat(Picture.best(Stream.of(OBSERVER, BLIND))).contains(OBSERVER);
    assertThat(Picture.best(Stream.of(BLIND))).contains(BLIND);
    assertThat(Picture.best(Stream.of())).isEmpty();
  }

  /** Also where it sees less: it has just found a node dead. */
  @Test
  void ofOneEpochTheLeadersIsBelieved() {
    Picture other = picture("rt-1", 3L, "rt-2", "PRIMARY", "REPLICA", "REPLICA");

    assertThat(Picture.best(Stream.of(other, LEADER))).contains(LEADER);
    assertThat(Picture.best(Stream.of(LEADER, other))).contains(LEADER);
  }

  /** Who led before, and was cut off, may still think that it leads. */
  @Test
  void aNewerEpochIsBelievedBeforeALeader() {
    Picture newer = picture("rt-1", 4L, null, "STALE_PRIMARY", "PRIMARY", "REPLICA");

    assertThat(Picture.best(Stream.of(LEADER, newer))).contains(newer);
  }

  @Test
  void withoutALeaderWhoReachesMostNodesIsBelieved() {
    Picture half = picture("rt-1", 3L, null, "UNREACHABLE", "REPLICA", "REPLICA");
    Picture whole = picture("rt-2", 3L, null, "REPLICA", "REPLICA", "REPLICA");

    assertThat(Picture.best(Stream.of(half, whole))).contains(whole);
  }

  @Test
  void aRefusalAndAnAnswerThatWasCutShortAreNoPictures() {
    assertThat(Picture.of("rt-1", "HTTP/1.1 503 \r\n\r\n{\"status\":503}")).isEmpty();
    assertThat(Picture.of("rt-1", "HTTP/1.1 200 \r\n\r\n{\"epoch\":")).isEmpty();
    assertThat(Picture.of("rt-1", "HTTP/1.1 200 \r\nContent-")).isEmpty();
    assertThat(Picture.of("rt-1", "")).isEmpty();
  }
}
