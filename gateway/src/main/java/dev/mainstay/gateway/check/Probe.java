package dev.mainstay.gateway.check;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import reactor.core.publisher.Mono;

/** Asks a server once whether it is well. */
interface Probe {

  /** What a server answered; {@code why} says so in a few words. */
  record Answer(boolean passed, String why) {}

  /**
   * How the servers of a pool are asked.
   *
   * @param path what to GET, passed by 2xx and 3xx; empty to be content with an accepted connection
   * @param timeout for the whole of it
   */
  record Question(Optional<String> path, Duration timeout) {}

  /** Never an error: not being answered is an answer. */
  Mono<Answer> ask(URI server, Question question);
}
