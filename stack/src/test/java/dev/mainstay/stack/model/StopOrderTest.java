package dev.mainstay.stack.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StopOrderTest {

  private static final List<Name> ALL =
      names("db-1", "db-2", "db-3", "rt-1", "rt-2", "web-1", "web-2", "gw-1");

  private static List<Name> names(String... names) {
    return Stream.of(names).map(name -> Name.parse(name).orElseThrow()).toList();
  }

  @Test
  void primaryIsStoppedLast() {
    assertThat(StopOrder.of(ALL, Name.parse("db-2")).toString())
        .isEqualTo("[[gw-1], [web-1, web-2], [rt-1, rt-2], [db-1, db-3], [db-2]]");
  }

  @Test
  void nodesAreStoppedTogetherWhenThePrimaryIsUnknown() {
    assertThat(StopOrder.of(ALL, Optional.empty()).getLast())
        .isEqualTo(names("db-1", "db-2", "db-3"));
  }

  @Test
  void whatIsNotThereIsLeftOut() {
    assertThat(StopOrder.of(names("db-1"), Name.parse("db-1"))).containsExactly(names("db-1"));
  }
}
