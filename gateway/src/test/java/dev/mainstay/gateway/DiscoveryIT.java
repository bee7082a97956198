package dev.mainstay.gateway;

import static dev.mainstay.gateway.testing.Rig.servedBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mainstay.gateway.testing.DnsServer;
import dev.mainstay.gateway.testing.Load;
import dev.mainstay.gateway.testing.Rig;
import dev.mainstay.gateway.testing.ScriptedServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers found by DNS: a real gateway, a real name server over UDP, real servers. */
class DiscoveryIT {

  private static final String POOL = "mainstay.gateway.pools.web.";

  private final List<ScriptedServer> servers = new ArrayList<>();
  private final DnsServer dns = DnsServer.start();
  private final Rig rig =
      new Rig()
          .set(POOL + "discovery.interval", "100ms")
          .set(POOL + "discovery.resolver", dns.address())
          .set(POOL + "health.path", "/health")
          .set(POOL + "health.interval", "50ms")
          .set(POOL + "health.fast-interval", "50ms")
          .set(POOL + "health.down-interval", "50ms")
          .set(POOL + "slow-start", "0s");

  @BeforeEach
  void servers() throws UnknownHostException {
    // Containers share a port and differ in their address; so do these.
    for (int i = 1; i <= 4; i++) {
      servers.add(
          ScriptedServer.start(
              "S" + i, InetAddress.getByName("127.0.0." + i), i == 1 ? 0 : port()));
    }
    rig.set(POOL + "discovery.dns", "web-app:" + port());
  }

  @AfterEach
  void stop() {
    rig.close();
    dns.close();
    servers.forEach(ScriptedServer::close);
  }

  private int port() {
    return servers.getFirst().port();
  }

  private String id(int server) {
    return "127.0.0.%d:%d".formatted(server, port());
  }

  private ScriptedServer server(int number) {
    return servers.get(number - 1);
  }

  private List<String> ids() {
    return StreamSupport.stream(rig.pool("web").get("servers").spliterator(), false)
        .map(each -> each.get("id").asString())
        .toList();
  }

  private void awaitServers(Integer... numbers) {
    List<String> expected = List.of(numbers).stream().map(this::id).toList();
    await()
        .untilAsserted(
            () -> {
              assertThat(ids()).isEqualTo(expected);
              assertThat(expected)
                  .allSatisfy(id -> assertThat(rig.fact("web", id, "health")).isEqualTo("UP"));
            });
  }

  /** Who served so many requests, one after the other. */
  private Map<String, Long> served(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> servedBy(rig.get("/")))
        .collect(Collectors.groupingBy(id -> id, Collectors.counting()));
  }

  @Test
  void twoBecomeFourBecomeTwoUnderLoadAndNoRequestFails() {
    dns.set("web-app", "127.0.0.2", "127.0.0.1");
    rig.start();
    awaitServers(1, 2);

    try (Load load = Load.start(rig, "/", 6)) {
      await().until(() -> load.done() > 200);

      dns.set("web-app", "127.0.0.4", "127.0.0.2", "127.0.0.1", "127.0.0.3");
      awaitServers(1, 2, 3, 4);
      long four = load.now();
      await().until(() -> load.done() > four + 400);

      dns.set("web-app", "127.0.0.3", "127.0.0.2");
      await().until(() -> ids().equals(List.of(id(2), id(3))));
      server(1).kill();
      server(4).kill();
      long two = load.now();
      await().until(() -> load.done() > two + 400);

      assertThat(load.stop().failed()).isEmpty();
      assertThat(load.since(two).stream().map(Load.Seen::servedBy).distinct())
          .containsExactlyInAnyOrder(id(2), id(3));
    }
    assertThat(served(40)).isEqualTo(Map.of(id(2), 20L, id(3), 20L));
  }

  @Test
  void sharesAreExactOverAllThatWereFound() {
    dns.set("web-app", "127.0.0.3", "127.0.0.1", "127.0.0.2", "127.0.0.4");
    rig.start();
    awaitServers(1, 2, 3, 4);
    rig.change("web", id(1), "{\"weight\":200}");

    assertThat(served(100)).isEqualTo(Map.of(id(1), 40L, id(2), 20L, id(3), 20L, id(4), 20L));
  }

  @Test
  void nameThatIsNotThereYetIsA503ThatSaysWhenToComeAgain() {
    rig.start();

    HttpResponse<String> response = rig.get("/");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    assertThat(response.body()).contains("Pool web has no server yet");

    dns.set("web-app", "127.0.0.1");
    awaitServers(1);
    assertThat(rig.get("/").statusCode()).isEqualTo(200);
  }

  @Test
  void whatDnsDoesNotSayTakesNoServerOut() {
    dns.set("web-app", "127.0.0.1", "127.0.0.2");
    rig.start();
    awaitServers(1, 2);

    try (Load load = Load.start(rig, "/", 2)) {
      for (DnsServer.Mood mood :
          List.of(DnsServer.Mood.SILENT, DnsServer.Mood.SERVFAIL, DnsServer.Mood.TRUNCATING)) {
        dns.mood(mood);
        awaitTwoRounds();
        assertThat(ids()).containsExactly(id(1), id(2));
      }
      dns.mood(DnsServer.Mood.WELL);
      dns.remove("web-app");
      awaitTwoRounds();
      assertThat(ids()).containsExactly(id(1), id(2));

      dns.set("web-app");
      awaitTwoRounds();
      assertThat(ids()).containsExactly(id(1), id(2));
      assertThat(load.stop().failed()).isEmpty();
    }

    dns.set("web-app", "127.0.0.2");
    awaitServers(2);
  }

  private void awaitTwoRounds() {
    int before = dns.asked().size();
    await().until(() -> dns.asked().size() >= before + 6);
  }

  @Test
  void requestInFlightOnAServerThatVanishedFinishes() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    dns.set("web-app", "127.0.0.1");
    rig.start();
    awaitServers(1);
    server(1)
        .script(
            (request, client) -> {
              arrived.countDown();
              release.await();
              ScriptedServer.say(client, 200, "late");
            });
    CompletableFuture<HttpResponse<String>> slow =
        CompletableFuture.supplyAsync(() -> rig.get("/slow"));
    arrived.await();

    dns.set("web-app", "127.0.0.2");
    await().until(() -> rig.fact("web", id(1), "state").equals("DRAIN"));
    await().until(() -> rig.fact("web", id(2), "health").equals("UP"));
    assertThat(served(10)).isEqualTo(Map.of(id(2), 10L));
    assertThat(ids()).containsExactly(id(2), id(1));

    release.countDown();
    assertThat(slow.get().body()).isEqualTo("late");
    await().until(() -> ids().equals(List.of(id(2))));
    int connections = server(1).openConnections();
    awaitTwoRounds();
    assertThat(server(1).openConnections()).isLessThanOrEqualTo(connections);
  }

  @Test
  void newServerThatIsNotReadyGetsNothing() {
    dns.set("web-app", "127.0.0.1");
    server(2).health(503);
    rig.start();
    awaitServers(1);

    dns.set("web-app", "127.0.0.1", "127.0.0.2");
    try (Load load = Load.start(rig, "/", 4)) {
      await().until(() -> ids().size() == 2);
      long found = load.now();
      await().until(() -> load.done() > found + 200);
      assertThat(server(2).requests()).isEmpty();

      server(2).health(200);
      awaitServers(1, 2);
      assertThat(load.stop().failed()).isEmpty();
    }
    assertThat(served(10)).isEqualTo(Map.of(id(1), 5L, id(2), 5L));
  }

  @Test
  void serverThatVanishedServesUntilItsReplacementIsUp() {
    dns.set("web-app", "127.0.0.1");
    server(2).health(503);
    rig.start();
    awaitServers(1);

    try (Load load = Load.start(rig, "/", 4)) {
      dns.set("web-app", "127.0.0.2");
      await().until(() -> rig.fact("web", id(1), "state").equals("DRAIN"));
      long gone = load.now();
      await().until(() -> load.done() > gone + 200);
      assertThat(server(2).requests()).isEmpty();

      server(2).health(200);
      awaitServers(2);
      assertThat(load.stop().failed()).isEmpty();
    }
    assertThat(served(10)).isEqualTo(Map.of(id(2), 10L));
  }

  @Test
  void whatTheOperatorSetStaysAndDeletingIsRefused() {
    dns.set("web-app", "127.0.0.1", "127.0.0.2");
    rig.start();
    awaitServers(1, 2);

    rig.change("web", id(1), "{\"weight\":7}");
    rig.change("web", id(2), "{\"state\":\"MAINT\"}");
    awaitTwoRounds();
    dns.set("web-app", "127.0.0.1", "127.0.0.2", "127.0.0.3");
    await().until(() -> ids().size() == 3);

    assertThat(rig.fact("web", id(1), "weight")).isEqualTo("7");
    assertThat(rig.fact("web", id(2), "state")).isEqualTo("MAINT");
    HttpResponse<String> refused = rig.admin("DELETE", "/api/pools/web/servers/" + id(2), "");
    assertThat(refused.statusCode()).isEqualTo(409);
    assertThat(refused.body()).contains("was found by DNS and would come back");
  }

  @Test
  void configuredAndFoundServersShareAPool() {
    rig.set(POOL + "servers[0].id", "fixed")
        .set(POOL + "servers[0].uri", server(4).uri())
        .set(POOL + "discovery.weight", 50);
    // The fourth is the configured one: it is not there twice.
    dns.set("web-app", "127.0.0.1", "127.0.0.2", "127.0.0.4");
    rig.start();
    await().until(() -> ids().equals(List.of("fixed", id(1), id(2))));
    await().until(() -> rig.fact("web", id(2), "effectiveWeight").equals("50"));
    await().until(() -> rig.fact("web", id(1), "effectiveWeight").equals("50"));

    assertThat(served(40)).isEqualTo(Map.of("fixed", 20L, id(1), 10L, id(2), 10L));
  }

  @Test
  void ipv6AddressIsAServerInBrackets() {
    dns.set("web-app", "::1", "127.0.0.1");
    rig.start();
    String ipv6 = "[::1]:" + port();
    await().until(() -> ids().equals(List.of(id(1), ipv6)));
    assertThat(rig.fact("web", ipv6, "uri")).isEqualTo("http://" + ipv6);

    rig.change("web", "%5B::1%5D:" + port(), "{\"weight\":7}");

    assertThat(rig.fact("web", ipv6, "weight")).isEqualTo("7");
  }

  @Test
  void metersComeAndGoWithTheServers() {
    dns.set("web-app", "127.0.0.1");
    rig.start();
    awaitServers(1);
    assertThat(meters()).contains("server=\"" + id(1));

    dns.set("web-app", "127.0.0.2");
    awaitServers(2);

    assertThat(meters()).contains("server=\"" + id(2)).doesNotContain("server=\"" + id(1));
  }

  private String meters() {
    return rig.send(HttpRequest.newBuilder(rig.admin("/actuator/prometheus"))).body();
  }
}
