package dev.mainstay.stack.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.stack.model.Options.Database;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {

  private static Options at(int port) {
    return new Options(2, 1, 2, 2, Database.AUTO, port, 0);
  }

  private static Name name(String text) {
    return Name.parse(text).orElseThrow();
  }

  @Test
  void portsAreThoseOfTheContract() {
    Options standard = at(8080);

    assertThat(standard.portOf(name("gw-1"))).isEqualTo(8080);
    assertThat(standard.portOf(name("gw-2"))).as("shared").isEqualTo(8080);
    assertThat(standard.adminPortOf(name("gw-1"))).isEqualTo(9090);
    assertThat(standard.adminPortOf(name("gw-2"))).isEqualTo(9091);
    assertThat(standard.portOf(name("web-1"))).isEqualTo(8101);
    assertThat(standard.portOf(name("db-1"))).isEqualTo(3311);
    assertThat(standard.portOf(name("rt-2"))).isEqualTo(9302);
  }

  @Test
  void portShiftsAllOfThem() {
    Options shifted = at(8180);

    assertThat(shifted.names().stream().map(shifted::portOf))
        .containsExactly(3411, 3412, 3413, 9401, 9402, 8201, 8202, 8180);
    assertThat(shifted.adminPortOf(name("gw-1"))).isEqualTo(9190);
  }

  @Test
  void everyPortOfTheLargestStackButTheSitesIsAnotherOne() {
    for (int port : List.of(5800, 8080, Options.HIGHEST_PORT)) {
      Options largest = new Options(20, 9, 8, 9, Database.MYSQL, port, 0);
      Set<Integer> ports = new HashSet<>();
      largest.names().forEach(name -> ports.add(largest.portOf(name)));
      largest.names().stream()
          .filter(name -> name.role() == Role.GATEWAY)
          .forEach(name -> ports.add(largest.adminPortOf(name)));

      // Nine gateways share the site's and have an admin port each.
      assertThat(ports).hasSize(20 + 9 + 9 + 1 + 9).allMatch(one -> one > 1023 && one < 65_536);
    }
  }

  @Test
  void namesComeInTheOrderOfStarting() {
    assertThat(at(8080).names().toString())
        .isEqualTo("[db-1, db-2, db-3, rt-1, rt-2, web-1, web-2, gw-1]");
  }

  @Test
  void countOutOfRangeIsRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Options(0, 1, 2, 2, Database.AUTO, 8080, 0))
        .withMessage("--web is 0 (expected: 1-20)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> at(80))
        .withMessageStartingWith("--port is 80 (expected: ");
  }

  @Test
  void onlyNamesOfProcessesAreNames() {
    assertThat(Name.parse("web-12")).hasToString("Optional[web-12]");
    assertThat(Name.parse("web-0")).isEmpty();
    assertThat(Name.parse("../web-1")).isEmpty();
    assertThat(Name.parse("cache-1")).isEmpty();
  }
}
