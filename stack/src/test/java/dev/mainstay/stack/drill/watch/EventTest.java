package dev.mainstay.stack.drill.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {

  @Test
  void readsAllFields() {
    assertThat(
            Event.parse(
                """
                {"at":"2026-11-22T22:40:01.123Z","by":"rt-1","kind":"PRIMARY","epoch":31,"node":"db-2","text":"open","millis":420}
                """))
        .contains(
            new Event(
                Instant.parse("2026-11-22T22:40:01.123Z"),
                "rt-1",
                Event.PRIMARY,
                OptionalLong.of(31),
                Optional.of("db-2"),
                "open",
                OptionalLong.of(420)));
  }

  @Test
  void nullsAreNothing() {
    Event event =
        Event.parse(
                """
                {"at":"2026-11-22T22:40:01Z","by":"rt-1","kind":"VACANT","epoch":null,"node":null,"text":"dead","millis":null}
                """)
            .orElseThrow();

    assertThat(event.epoch()).isEmpty();
    assertThat(event.node()).isEmpty();
    assertThat(event.millis()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ping", "{}", "{\"at\":\"yesterday\"}", "[1]"})
  void whatIsNoEventIsPassedOver(String text) {
    assertThat(Event.parse(text)).isEmpty();
  }
}
