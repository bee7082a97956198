package dev.mainstay.gateway.discovery;

import java.net.InetSocketAddress;
import reactor.core.publisher.Mono;

/** Asks a name server one question. */
interface Wire {

  /**
   * Never an error: not being answered is a reply.
   *
   * @param name taken as whole
   */
  Mono<Reply> ask(InetSocketAddress nameServer, String name, Family family);
}
