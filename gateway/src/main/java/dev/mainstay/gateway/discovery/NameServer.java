package dev.mainstay.gateway.discovery;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses of name servers as text: never names, which would have to be resolved first. */
public final class NameServer {

  private static final int PORT = 53;
  private static final Pattern WITH_PORT = Pattern.compile("(?:([0-9.]+)|\\[(.+)]):([0-9]{1,5})");

  private NameServer() {}

  /**
   * Reads {@code 127.0.0.1:5353}, {@code [::1]:5353}, or an address alone: then the port is 53.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  public static InetSocketAddress parse(String text) {
    Matcher parts = WITH_PORT.matcher(text);
    Optional<InetSocketAddress> read =
        parts.matches()
            ? at(
                parts.group(1) == null ? parts.group(2) : parts.group(1),
                Integer.parseInt(parts.group(3)))
            : at(text);
    return read.orElseThrow(
        () ->
            new IllegalArgumentException(
                "resolver is \"%s\" (expected: the address of a name server, such as 127.0.0.1:5353)"
                    .formatted(text)));
  }

  /** The name server at an address, on the usual port; empty if it is no address. */
  static Optional<InetSocketAddress> at(String address) {
    return at(address, PORT);
  }

  private static Optional<InetSocketAddress> at(String address, int port) {
    boolean valid = NetUtil.isValidIpV4Address(address) || NetUtil.isValidIpV6Address(address);
    if (!valid || port < 1 || port > 65_535) {
      return Optional.empty();
    }
    try {
      return Optional.of(new InetSocketAddress(InetAddress.getByName(address), port));
    } catch (UnknownHostException noSuchScope) {
      return Optional.empty();
    }
  }
}
