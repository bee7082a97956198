package dev.mainstay.gateway.discovery;

import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.resolver.dns.DefaultDnsServerAddressStreamProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** How this machine, or container, resolves names: read each time, for its files change. */
final class Machine {

  private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

  private Machine() {}

  static Setup setup() {
    Setup setup = Setup.of(lines(), hosts());
    return setup.nameServers().isEmpty()
        // No such file, as on Windows: Java knows where to look.
        ? new Setup(
            DefaultDnsServerAddressStreamProvider.defaultAddressList(),
            setup.search(),
            setup.ndots(),
            setup.hosts())
        : setup;
  }

  private static List<String> lines() {
    try {
      return Files.readAllLines(RESOLV_CONF);
    } catch (NoSuchFileException elsewhere) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Function<String, Set<InetAddress>> hosts() {
    HostsFileEntriesProvider file = HostsFileEntriesProvider.parser().parseSilently();
    return name -> {
      Set<InetAddress> addresses = new HashSet<>();
      addresses.addAll(file.ipv4Entries().getOrDefault(name, List.of()));
      addresses.addAll(file.ipv6Entries().getOrDefault(name, List.of()));
      return addresses;
    };
  }
}
