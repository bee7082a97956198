package dev.mainstay.gateway.discovery;

import java.net.InetAddress;
import java.util.Set;

/** What a name server replied to one question. */
sealed interface Reply {

  /** The name exists; it may have no address of the family asked for. */
  record Addresses(Set<InetAddress> addresses) implements Reply {
    public Addresses {
      addresses = Set.copyOf(addresses);
    }
  }

  /** NXDOMAIN: there is no such name. */
  record NoSuchName() implements Reply {}

  /** It did not reply in time, or that it cannot say, or only a part; {@code why} says which. */
  record Failed(String why) implements Reply {}
}
