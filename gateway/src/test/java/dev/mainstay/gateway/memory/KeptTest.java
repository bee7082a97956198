package dev.mainstay.gateway.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.balance.Mode;
import dev.mainstay.gateway.balance.Roster;
import dev.mainstay.gateway.balance.Server;
import dev.mainstay.gateway.balance.State;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeptTest {

  private static final Roster CONFIGURED = roster(server("a", 100), server("b", 100));

  private static Server server(String id, int weight) {
    return Server.of(id, URI.create("http://127.0.0.1:" + (8100 + id.charAt(0))), weight, false);
  }

  private static Roster roster(Server... servers) {
    return new Roster(Mode.ACTIVE_ACTIVE, Arrays.asList(servers));
  }

  private static Roster restarted(Roster left, Roster configuredNow) {
    return new Kept(Kept.Facts.of(CONFIGURED), Kept.Facts.of(left)).over(configuredNow);
  }

  @Test
  void whatTheOperatorChangedIsChangedAgain() {
    Roster left =
        roster(server("a", 20).withBackup(true), server("b", 100).withState(State.MAINT))
            .withMode(Mode.ACTIVE_PASSIVE);

    assertThat(restarted(left, CONFIGURED)).isEqualTo(left);
  }

  @Test
  void whatTheOperatorDidNotChangeFollowsTheConfiguration() {
    Roster configuredNow = roster(server("a", 7), server("b", 100), server("c", 5));

    assertThat(restarted(CONFIGURED, configuredNow)).isEqualTo(configuredNow);
  }

  @Test
  void aChangedConfigurationWinsWhereBothChanged() {
    Roster left = roster(server("a", 20), server("b", 100).withState(State.DRAIN));
    Roster configuredNow = roster(server("a", 50), server("b", 100));

    assertThat(restarted(left, configuredNow))
        .isEqualTo(roster(server("a", 50), server("b", 100).withState(State.DRAIN)));
  }

  @Test
  void addedServersComeLastAndRemovedOnesStayAway() {
    Roster left = roster(server("b", 100), server("d", 3).withState(State.DRAIN));

    assertThat(restarted(left, CONFIGURED)).isEqualTo(left);
  }

  @Test
  void aServerThatLeftTheConfigurationIsGone() {
    Roster left = roster(server("a", 20), server("b", 30));

    assertThat(restarted(left, roster(server("b", 100)))).isEqualTo(roster(server("b", 30)));
  }

  @Test
  void anAddedServerThatTheConfigurationHasByNowIsThereOnce() {
    Roster left = roster(server("a", 100), server("b", 100), server("c", 3));
    Roster configuredNow = roster(server("a", 100), server("b", 100), server("c", 100));

    assertThat(restarted(left, configuredNow)).isEqualTo(configuredNow);
  }

  @Test
  void serversFoundByDnsAreNotKept() {
    Roster left =
        CONFIGURED.listing(
            List.of(Server.listed("10.0.0.7:80", URI.create("http://10.0.0.7:80"), 100)));

    assertThat(restarted(left, CONFIGURED)).isEqualTo(CONFIGURED);
  }
}
