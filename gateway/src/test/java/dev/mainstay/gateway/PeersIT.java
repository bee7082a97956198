package dev.mainstay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.testing.Rig;
import org.junit.jupiter.api.Test;

/** Two gateways, of which one knows the other and itself. */
class PeersIT {

  @Test
  void changeMadeOnOneIsAppliedToTheGatewaysThatItKnows() {
    try (Rig other = new Rig().pool("web", 100, 100).start();
        Rig one = new Rig().pool("web", 100, 100)) {
      one.set("mainstay.gateway.peers", other.admin("/")).start();

      one.change("web", "A", "{\"weight\":7}");
      assertThat(other.fact("web", "A", "weight")).isEqualTo("7");

      one.change("web", "B", "{\"state\":\"MAINT\"}");
      assertThat(one.admin("DELETE", "/api/pools/web/servers/B", "").statusCode()).isEqualTo(204);
      assertThat(
              one.admin(
                      "POST",
                      "/api/pools/web/servers",
                      "{\"id\":\"[::1]:9\",\"uri\":\"http://[::1]:9\"}")
                  .statusCode())
          .isEqualTo(201);
      one.change("web", "%5B::1%5D:9", "{\"backup\":true}");
      assertThat(one.admin("PATCH", "/api/pools/web", "{\"mode\":\"active-passive\"}").statusCode())
          .isEqualTo(200);

      assertThat(other.fact("web", "B", "weight")).isEqualTo("no such server");
      assertThat(other.fact("web", "[::1]:9", "backup")).isEqualTo("true");
      assertThat(other.pool("web").get("mode").asString()).isEqualTo("active-passive");

      // Not the other way: the other does not know this one.
      other.change("web", "A", "{\"weight\":9}");
      assertThat(one.fact("web", "A", "weight")).isEqualTo("7");

      // What is refused here is told to nobody.
      assertThat(one.admin("PATCH", "/api/pools/web/servers/A", "{\"weight\":999}").statusCode())
          .isEqualTo(400);
      assertThat(other.fact("web", "A", "weight")).isEqualTo("9");
    }
  }
}
