package dev.mainstay.gateway.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/**
 * Finds a name's addresses as the C library does (hosts file, then name servers with search
 * domains), but tells "there is none" from "nobody could tell": a server is taken out on the word
 * of DNS, never on its silence.
 *
 * <p>Therefore a question that fails ends the search. The C library would go on with the next
 * domain, and what it finds there may be another service.
 */
final class Resolver implements Names {

  private final Supplier<Setup> setups;
  private final Wire wire;

  /**
   * @param setups read anew for each name, for files change; may block
   */
  Resolver(Supplier<Setup> setups, Wire wire) {
    this.setups = setups;
    this.wire = wire;
  }

  @Override
  public Mono<Answer> ask(String name) {
    return Mono.fromSupplier(setups).flatMap(setup -> ask(name, setup));
  }

  private Mono<Answer> ask(String name, Setup setup) {
    String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    Set<InetAddress> known = setup.hosts().apply(bare.toLowerCase(Locale.ROOT));
    if (!known.isEmpty()) {
      return Mono.just(new Answer.Found(known, Set.of(), ""));
    }
    return firstOf(setup.candidates(name), setup.nameServers(), "no name server is configured");
  }

  /** Goes on to the next candidate only where it is certain that this one has no address. */
  private Mono<Answer> firstOf(
      List<String> candidates, List<InetSocketAddress> nameServers, String otherwise) {
    if (candidates.isEmpty() || nameServers.isEmpty()) {
      return Mono.just(new Answer.Nothing(otherwise));
    }
    String name = candidates.getFirst();
    return Mono.zip(
            query(name, Family.A, nameServers, "no name server replied"),
            query(name, Family.AAAA, nameServers, "no name server replied"))
        .flatMap(
            both -> {
              Reply a = both.getT1();
              Reply aaaa = both.getT2();
              boolean none = isNone(a) && isNone(aaaa);
              return none
                  ? firstOf(candidates.subList(1, candidates.size()), nameServers, none(a, aaaa))
                  : Mono.just(merged(a, aaaa));
            });
  }

  /** Goes on to the next name server only where this one could not tell. */
  private Mono<Reply> query(
      String name, Family family, List<InetSocketAddress> nameServers, String otherwise) {
    if (nameServers.isEmpty()) {
      return Mono.just(new Reply.Failed(otherwise));
    }
    return wire.ask(nameServers.getFirst(), name, family)
        .flatMap(
            reply ->
                reply instanceof Reply.Failed(var why)
                    ? query(name, family, nameServers.subList(1, nameServers.size()), why)
                    : Mono.just(reply));
  }

  private static boolean isNone(Reply reply) {
    return switch (reply) {
      case Reply.Addresses(var addresses) -> addresses.isEmpty();
      case Reply.NoSuchName() -> true;
      case Reply.Failed(var why) -> false;
    };
  }

  private static String none(Reply a, Reply aaaa) {
    return a instanceof Reply.NoSuchName && aaaa instanceof Reply.NoSuchName
        ? "there is no such name"
        : "the name has no address";
  }

  private static Answer merged(Reply a, Reply aaaa) {
    Set<InetAddress> addresses = new HashSet<>();
    Set<Family> silent = EnumSet.noneOf(Family.class);
    StringJoiner why = new StringJoiner(", ");
    for (Family family : Family.values()) {
      switch (family == Family.A ? a : aaaa) {
        case Reply.Addresses(var found) -> addresses.addAll(found);
        case Reply.NoSuchName() -> {
          // No address of this family.
        }
        case Reply.Failed(var reason) -> {
          silent.add(family);
          why.add(family + ": " + reason);
        }
      }
    }
    return addresses.isEmpty()
        ? new Answer.Nothing(why.toString())
        : new Answer.Found(addresses, silent, why.toString());
  }
}
