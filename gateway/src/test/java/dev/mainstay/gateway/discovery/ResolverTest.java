package dev.mainstay.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What replies add up to; the name servers are a table. */
class ResolverTest {

  private static final Reply NO_NAME = new Reply.NoSuchName();
  private static final Reply EMPTY = new Reply.Addresses(Set.of());
  private static final Reply LOST = new Reply.Failed("lost");

  /** {@code SERVER FAMILY NAME} to a reply; whatever is not there is no name. */
  private final Map<String, Reply> replies = new HashMap<>();

  private final List<String> asked = new ArrayList<>();
  private final Map<String, Set<InetAddress>> hosts = new HashMap<>();
  private final List<InetSocketAddress> nameServers =
      new ArrayList<>(List.of(new InetSocketAddress("10.0.0.2", 53)));
  private List<String> search = List.of();

  private final Resolver resolver =
      new Resolver(
          () -> new Setup(nameServers, search, 1, name -> hosts.getOrDefault(name, Set.of())),
          (server, name, family) -> {
            String question =
                "%s %s %s".formatted(server.getAddress().getHostAddress(), family, name);
            asked.add(question);
            return Mono.just(replies.getOrDefault(question, NO_NAME));
          });

  private void reply(String question, Reply reply) {
    replies.put("10.0.0.2 " + question, reply);
  }

  private static Set<InetAddress> addresses(String... texts) {
    return Stream.of(texts)
        .map(NetUtil::createInetAddressFromIpAddressString)
        .map(Objects::requireNonNull)
        .collect(Collectors.toSet());
  }

  private static Reply found(String... texts) {
    return new Reply.Addresses(addresses(texts));
  }

  private Answer ask(String name) {
    return Objects.requireNonNull(resolver.ask(name).block());
  }

  private static Answer only(String... texts) {
    return new Answer.Found(addresses(texts), Set.of(), "");
  }

  @Test
  void bothFamiliesAreFound() {
    reply("A web.", found("10.1.0.1"));
    reply("AAAA web.", found("2001:db8::1"));

    assertThat(ask("web")).isEqualTo(only("10.1.0.1", "2001:db8::1"));
  }

  @Test
  void familyThatTheNameDoesNotHaveIsNoFailure() {
    reply("A web.", found("10.1.0.1"));
    reply("AAAA web.", EMPTY);
    assertThat(ask("web")).isEqualTo(only("10.1.0.1"));

    reply("AAAA web.", NO_NAME);
    assertThat(ask("web")).isEqualTo(only("10.1.0.1"));
  }

  @Test
  void familyThatCouldNotBeAskedIsSaidToBeSilent() {
    reply("A web.", found("10.1.0.1"));
    reply("AAAA web.", LOST);

    assertThat(ask("web"))
        .isEqualTo(new Answer.Found(addresses("10.1.0.1"), Set.of(Family.AAAA), "AAAA: lost"));
  }

  @Test
  void nothingSaysWhetherThereIsNoneOrNobodyCouldTell() {
    assertThat(ask("web")).isEqualTo(new Answer.Nothing("there is no such name"));

    reply("A web.", EMPTY);
    assertThat(ask("web")).isEqualTo(new Answer.Nothing("the name has no address"));

    reply("A web.", LOST);
    assertThat(ask("web")).isEqualTo(new Answer.Nothing("A: lost"));
  }

  @Test
  void nextSearchDomainIsTriedWhereThereIsNoSuchName() {
    search = List.of("a.example", "b.example");
    reply("A web.b.example.", found("10.1.0.1"));

    assertThat(ask("web")).isEqualTo(only("10.1.0.1"));
    assertThat(asked).doesNotContain("10.0.0.2 A web.");
  }

  @Test
  void failureEndsTheSearchForTheNextDomainMayHaveAnotherServiceOfThatName() {
    search = List.of("a.example", "b.example");
    reply("A web.a.example.", LOST);
    reply("A web.b.example.", found("10.1.0.1"));

    assertThat(ask("web")).isEqualTo(new Answer.Nothing("A: lost"));
  }

  @Test
  void nextNameServerIsAskedWhereOneFails() {
    nameServers.add(new InetSocketAddress("10.0.0.3", 53));
    reply("A web.", LOST);
    replies.put("10.0.0.3 A web.", found("10.1.0.1"));

    assertThat(ask("web")).isEqualTo(only("10.1.0.1"));
    assertThat(asked).doesNotContain("10.0.0.3 AAAA web.");
  }

  @Test
  void hostsFileGoesBeforeDns() {
    hosts.put("web", addresses("10.2.0.1"));

    assertThat(ask("WEB.")).isEqualTo(only("10.2.0.1"));
    assertThat(asked).isEmpty();
  }

  @Test
  void machineWithoutANameServerIsToldSo() {
    nameServers.clear();

    assertThat(ask("web")).isEqualTo(new Answer.Nothing("no name server is configured"));
  }
}
