package dev.mainstay.gateway.discovery;

import java.net.InetAddress;
import java.util.Set;

/** What is known of a name's addresses once all were asked. */
sealed interface Answer {

  /**
   * The name has these addresses, one at least.
   *
   * @param silent the family of which nothing is known, because its question failed; or none
   * @param why how it failed; empty if none did
   */
  record Found(Set<InetAddress> addresses, Set<Family> silent, String why) implements Answer {
    public Found {
      addresses = Set.copyOf(addresses);
      silent = Set.copyOf(silent);
    }
  }

  /** No address; {@code why} says whether there is none, or nobody could tell. */
  record Nothing(String why) implements Answer {}
}
