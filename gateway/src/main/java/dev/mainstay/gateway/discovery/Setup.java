package dev.mainstay.gateway.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How names are resolved: what the machine's {@code resolv.conf} and hosts file say, or the name
 * servers of the configuration.
 *
 * @param nameServers asked in this order, the next where one fails
 * @param search domains that are put behind a name that is not whole
 * @param ndots a name with so many dots is first tried as it is
 * @param hosts the addresses that the hosts file has for a name; they go before DNS
 */
record Setup(
    List<InetSocketAddress> nameServers,
    List<String> search,
    int ndots,
    Function<String, Set<InetAddress>> hosts) {

  private static final int MOST_NDOTS = 15;
  private static final Pattern SPACE = Pattern.compile("\\s+");

  /** Asks only these name servers, for a name as it is: like a {@code resolvers} of HAProxy. */
  static Setup only(List<InetSocketAddress> nameServers) {
    return new Setup(nameServers, List.of(), 1, name -> Set.of());
  }

  /** What the lines of a {@code resolv.conf} say; see resolv.conf(5). */
  static Setup of(List<String> resolvConf, Function<String, Set<InetAddress>> hosts) {
    List<InetSocketAddress> nameServers = new ArrayList<>();
    List<String> search = List.of();
    int ndots = 1;
    for (String line : resolvConf) {
      List<String> words = List.of(SPACE.split(line.strip()));
      List<String> values = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "nameserver" ->
            values.stream()
                .limit(1)
                .flatMap(it -> NameServer.at(it).stream())
                .forEach(nameServers::add);
        case "search", "domain" -> search = values;
        case "options" -> {
          for (String option : values) {
            if (option.matches("ndots:[0-9]{1,3}")) {
              ndots = Math.min(MOST_NDOTS, Integer.parseInt(option.substring(6)));
            }
          }
        }
        default -> {
          // A comment, or an option that does not matter here.
        }
      }
    }
    return new Setup(List.copyOf(nameServers), search, ndots, hosts);
  }

  /**
   * The whole names that {@code name} may stand for, in the order in which they are tried: {@code
   * web-app} is {@code web-app.prod.svc.cluster.local} before it is {@code web-app}.
   */
  List<String> candidates(String name) {
    if (name.endsWith(".")) {
      return List.of(name);
    }
    List<String> candidates = new ArrayList<>();
    search.forEach(domain -> candidates.add(whole("%s.%s".formatted(name, domain))));
    boolean first = name.chars().filter(c -> c == '.').count() >= ndots;
    candidates.add(first ? 0 : candidates.size(), whole(name));
    return candidates.stream().distinct().toList();
  }

  private static String whole(String name) {
    return name.endsWith(".") ? name : name + ".";
  }
}
