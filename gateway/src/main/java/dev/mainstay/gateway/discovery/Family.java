package dev.mainstay.gateway.discovery;

import java.net.Inet4Address;
import java.net.InetAddress;

/** The two kinds of addresses. Each is a question of its own, and may fail on its own. */
enum Family {
  A,
  AAAA;

  static Family of(InetAddress address) {
    return address instanceof Inet4Address ? A : AAAA;
  }
}
