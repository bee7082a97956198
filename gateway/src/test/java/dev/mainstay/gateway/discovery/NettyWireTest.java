package dev.mainstay.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.gateway.testing.DnsServer;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a real name server's replies are read as. */
class NettyWireTest {

  private final DnsServer dns = DnsServer.start();
  private final NettyWire wire = new NettyWire();

  @AfterEach
  void close() {
    wire.close();
    dns.close();
  }

  private Reply ask(Family family) {
    return Objects.requireNonNull(wire.ask(dns.socketAddress(), "web-app.", family).block());
  }

  private static Reply addresses(String... texts) {
    Set<InetAddress> all =
        Stream.of(texts)
            .map(NetUtil::createInetAddressFromIpAddressString)
            .map(Objects::requireNonNull)
            .collect(Collectors.toSet());
    return new Reply.Addresses(all);
  }

  @Test
  void eachFamilyIsAQuestionOfItsOwn() {
    dns.set("web-app", "10.0.0.1", "10.0.0.2", "2001:db8::1");

    assertThat(ask(Family.A)).isEqualTo(addresses("10.0.0.1", "10.0.0.2"));
    assertThat(ask(Family.AAAA)).isEqualTo(addresses("2001:db8::1"));
  }

  @Test
  void nameWithoutAnAddressOfTheFamilyExistsAllTheSame() {
    dns.set("web-app", "10.0.0.1");

    assertThat(ask(Family.AAAA)).isEqualTo(addresses());
  }

  @Test
  void noSuchNameIsTold() {
    assertThat(ask(Family.A)).isEqualTo(new Reply.NoSuchName());
  }

  @Test
  void serverThatCannotSayIsAFailure() {
    dns.mood(DnsServer.Mood.SERVFAIL);

    assertThat(ask(Family.A))
        .isEqualTo(new Reply.Failed("%s said SERVFAIL".formatted(dns.address())));
  }

  @Test
  void silenceIsAFailureWithinASecondOrSo() {
    dns.mood(DnsServer.Mood.SILENT);

    assertThat(ask(Family.A))
        .isEqualTo(new Reply.Failed("no reply from %s within 1000 ms".formatted(dns.address())));
  }

  @Test
  void replyThatDoesNotFitIsAskedForOverTcp() {
    dns.withTcp();
    dns.mood(DnsServer.Mood.TRUNCATING);
    String[] many =
        IntStream.range(0, 300)
            .mapToObj(i -> "10.0.%d.%d".formatted(i / 256, i % 256))
            .toArray(String[]::new);
    dns.set("web-app", many);

    assertThat(ask(Family.A)).isEqualTo(addresses(many));
    assertThat(dns.asked()).containsExactly("A web-app.", "A web-app. over TCP");
  }

  @Test
  void replyThatDoesNotFitIsNeverTakenForTheWhole() {
    dns.mood(DnsServer.Mood.TRUNCATING);
    dns.set("web-app", "10.0.0.1", "10.0.0.2");

    assertThat(ask(Family.A)).isInstanceOf(Reply.Failed.class);
  }

  @Test
  void portThatNobodyListensOnIsAFailure() {
    dns.close();

    assertThat(ask(Family.A)).isInstanceOf(Reply.Failed.class);
  }
}
