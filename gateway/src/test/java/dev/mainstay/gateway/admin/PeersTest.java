package dev.mainstay.gateway.admin;

import static dev.mainstay.gateway.testing.ScriptedServer.say;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.ScriptedServer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gateway tells the others, on the wire. */
class PeersTest {

  private final ScriptedServer other = ScriptedServer.start("other");
  private final Peers peers = new Peers(List.of(URI.create(other.uri())), "secret");

  @AfterEach
  void stop() {
    other.close();
  }

  private void tell(int change) {
    peers
        .tell("PATCH", "/api/pools/web/servers/s" + change, "{\"weight\":%d}".formatted(change))
        .block(Duration.ofSeconds(10));
  }

  private List<String> heard() {
    return other.requests().stream()
        .map(it -> "%s %s %s".formatted(it.method(), it.target(), it.body()))
        .toList();
  }

  @Test
  void changeIsSentOnAsItCameWithTheTokenAndTheMark() {
    tell(1);

    assertThat(heard()).containsExactly("PATCH /api/pools/web/servers/s1 {\"weight\":1}");
    ScriptedServer.Request request = other.requests().getFirst();
    assertThat(request.header("Authorization")).isEqualTo("Bearer secret");
    assertThat(peers.isSelf(request.header(Peers.FROM))).isTrue();
    assertThat(new Peers(List.of(), null).isSelf(request.header(Peers.FROM))).isFalse();
  }

  @Test
  void peerThatWasAwayLearnsOfEveryChangeInOrder() {
    other.kill();
    tell(1);
    var _ = peers.tell("PATCH", "/api/pools/web/servers/s2", "{\"weight\":2}");
    assertThat(heard()).isEmpty();

    other.revive();

    await()
        .untilAsserted(
            () ->
                assertThat(heard())
                    .containsExactly(
                        "PATCH /api/pools/web/servers/s1 {\"weight\":1}",
                        "PATCH /api/pools/web/servers/s2 {\"weight\":2}"));
  }

  @Test
  void peerThatRefusesIsNotAskedAgain() {
    other.script((request, client) -> say(client, 409, "no"));
    tell(1);
    tell(2);

    assertThat(heard()).hasSize(2);
  }
}
