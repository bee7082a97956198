package dev.mainstay.gateway.discovery;

import dev.mainstay.gateway.balance.Server;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Addresses as servers. */
final class Addresses {

  /** IPv4 before IPv6, then by number: the same on every gateway, whatever order DNS gave. */
  private static final Comparator<InetAddress> BY_NUMBER =
      Comparator.comparing(Family::of)
          .thenComparing(InetAddress::getAddress, Arrays::compareUnsigned);

  private Addresses() {}

  /**
   * The servers at {@code addresses}, in order; the id is {@code 10.0.0.7:8080} or {@code
   * [2001:db8::7]:8080}.
   */
  static List<Server> servers(Collection<InetAddress> addresses, int port, int weight) {
    return addresses.stream()
        .distinct()
        .sorted(BY_NUMBER)
        .map(address -> NetUtil.toSocketAddressString(new InetSocketAddress(address, port)))
        .map(id -> Server.listed(id, URI.create("http://" + id), weight))
        .toList();
  }
}
