package dev.mainstay.gateway.balance;

import static dev.mainstay.gateway.balance.Servers.roster;
import static dev.mainstay.gateway.balance.Servers.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.health.Health;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an answer of DNS makes of a pool's servers. */
class RosterTest {

  private static Server one(String id) {
    return Server.listed(id, URI.create("http://%s:8080".formatted(id)), 100);
  }

  private static List<Server> found(String... ids) {
    return Stream.of(ids).map(RosterTest::one).toList();
  }

  private static Roster up(Roster roster, String id) {
    return roster.changing(id, it -> it.withHealth(Health.UP));
  }

  private static List<String> ids(List<Server> servers) {
    return servers.stream().map(Server::id).toList();
  }

  private static Standing standing(Roster roster, String id) {
    return roster.find(id).orElseThrow().standing();
  }

  @Test
  void listedServersStandBehindTheNamedOnesInTheOrderOfTheList() {
    Roster roster = roster(server("fixed", 1)).listing(found("a", "b"));

    assertThat(ids(roster.servers())).containsExactly("fixed", "a", "b");
    assertThat(ids(roster.with(server("added", 1)).servers()))
        .containsExactly("fixed", "added", "a", "b");
  }

  @Test
  void listedServerTakesNothingUntilItIsUp() {
    Roster roster = up(roster().listing(found("a", "b")), "a");

    assertThat(ids(roster.takers())).containsExactly("a");
    assertThat(ids(up(roster, "b").takers())).containsExactly("a", "b");
  }

  @Test
  void serverThatIsNoLongerListedLeavesAndTakesNothing() {
    Roster roster = up(up(roster().listing(found("a", "b")), "a"), "b").listing(found("b"));

    assertThat(standing(roster, "a")).isEqualTo(Standing.LEAVING);
    assertThat(roster.find("a").orElseThrow().stateInForce()).isEqualTo(State.DRAIN);
    assertThat(ids(roster.takers())).containsExactly("b");
    assertThat(ids(roster.servers())).containsExactly("b", "a");
  }

  @Test
  void serverThatComesBackIsTheSame() {
    Roster roster =
        up(up(roster().listing(found("a", "b")), "a"), "b")
            .changing("a", it -> it.withWeight(7).withBackup(true))
            .listing(found("b"))
            .listing(found("a", "b"));

    assertThat(ids(roster.servers())).containsExactly("a", "b");
    Server back = roster.find("a").orElseThrow();
    assertThat(back.standing()).isEqualTo(Standing.LISTED);
    assertThat(back.weight()).isEqualTo(7);
    assertThat(back.backup()).isTrue();
    assertThat(back.health()).isEqualTo(Health.UP);
  }

  @Test
  void whatLeavesStandsInUntilItsReplacementIsUp() {
    Roster roster = up(roster().listing(found("blue")), "blue").listing(found("green"));

    assertThat(ids(roster.takers())).containsExactly("blue");
    assertThat(ids(up(roster, "green").takers())).containsExactly("green");
  }

  @Test
  void whatLeavesAndIsDownDoesNotStandIn() {
    Roster roster =
        roster()
            .listing(found("blue"))
            .changing("blue", it -> it.withHealth(Health.DOWN))
            .listing(found("green"));

    assertThat(ids(roster.takers())).containsExactly("green");
  }

  @Test
  void whatLeavesAndIsDrainedDoesNotStandIn() {
    Roster roster =
        up(roster().listing(found("blue")), "blue")
            .changing("blue", it -> it.withState(State.DRAIN))
            .listing(found("green"));

    assertThat(ids(roster.takers())).containsExactly("green");
  }

  @Test
  void namedServerOfTheSameAddressOrIdIsNotThereTwice() {
    Roster roster =
        roster(
                Server.of("fixed", URI.create("http://a:8080"), 1, false),
                Server.of("b", URI.create("http://elsewhere:1"), 1, false))
            .listing(found("a", "b", "c"));

    assertThat(ids(roster.servers())).containsExactly("fixed", "b", "c");
    assertThat(standing(roster, "b")).isEqualTo(Standing.NAMED);
  }

  @Test
  void sameListChangesNothing() {
    Roster roster = roster(server("fixed", 1)).listing(found("a", "b"));

    assertThat(roster.listing(found("a", "b"))).isEqualTo(roster);
  }
}
