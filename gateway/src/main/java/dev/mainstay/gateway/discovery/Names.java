package dev.mainstay.gateway.discovery;

import reactor.core.publisher.Mono;

/** Resolves names. */
interface Names {

  /** Never an error: that a name cannot be resolved is an answer. */
  Mono<Answer> ask(String name);
}
