package dev.mainstay.stack.drill;

import dev.mainstay.stack.containers.Containers;
import dev.mainstay.stack.drill.link.Links;
import dev.mainstay.stack.drill.watch.Copy;
import dev.mainstay.stack.drill.watch.CopyReader;
import dev.mainstay.stack.drill.watch.Event;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.remote.Controllers;
import dev.mainstay.stack.remote.Gateway;
import dev.mainstay.stack.remote.Http;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The stack of the project's {@code docker-compose.yml}, by way of the {@code docker} command.
 *
 * <p>Neither the nodes' ports nor the controllers' are published, so both are asked from inside
 * their containers.
 */
public final class ContainerSubject implements Subject {

  private static final List<String> CONTROLLERS = List.of("rt-1", "rt-2");

  /** HTTP in bash alone: the images hold no curl. {@code $0} is the request. */
  private static final String HTTP =
      "exec 3<>/dev/tcp/127.0.0.1/9300; printf '%b' \"$0\" >&3; exec cat <&3";

  /** The same with the controllers' token, which only the container itself puts in. */
  private static final String ORDER =
      "exec 3<>/dev/tcp/127.0.0.1/9300; printf '%b' \"${0/@token@/$(< /run/secrets/admin-token)}\" >&3; exec cat <&3";

  /** The statement is {@code $0}; the password is in the environment of this one process only. */
  private static final String SQL =
      "MYSQL_PWD=$(< /run/secrets/mysql-root-password) exec mysql --user=root --batch --skip-column-names mainstay -e \"$0\"";

  private static final Duration LONGEST_COMEBACK = Duration.ofSeconds(90);
  private static final Duration GLANCE = Duration.ofMillis(300);

  private final Containers containers;
  private final Map<Name, String> ids;

  public ContainerSubject(Containers containers) {
    this.containers = containers;
    this.ids = containers.ids();
  }

  @Override
  public String engine() {
    return "mysql";
  }

  @Override
  public InetSocketAddress gateway() {
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), containers.sitePort(new Name(Role.GATEWAY, 1)));
  }

  @Override
  public List<Name> names() {
    return List.copyOf(ids.keySet());
  }

  @Override
  public Optional<JsonNode> topology() {
    return containers.topology();
  }

  @Override
  public Optional<String> missing() {
    return Controllers.missing(topology());
  }

  /** The engine does not start again what was killed by name, so that is done here. */
  @Override
  public void kill(Name name, Duration down) {
    String id = id(name);
    containers.kill(id);
    Thread.ofPlatform().name("start " + name).start(() -> startAfter(id, down));
  }

  private String id(Name name) {
    return Optional.ofNullable(ids.get(name))
        .orElseThrow(() -> new Problem("There is no container %s.".formatted(name)));
  }

  private void startAfter(String id, Duration down) {
    try {
      Thread.sleep(down);
    } catch (InterruptedException hurry) {
      Thread.currentThread().interrupt();
    }
    containers.start(id);
  }

  /** SIGTERM to what its image starts, and Docker's SIGKILL if that takes too long. */
  @Override
  public void restart(Name name) throws InterruptedException {
    containers.restart(id(name));
    Instant deadline = Instant.now().plus(LONGEST_COMEBACK);
    while (!containers.isHealthy(id(name)) || !isEveryWebAppInRotation()) {
      if (Instant.now().isAfter(deadline)) {
        throw new Problem(
            "%d s after the restart %s is not back.".formatted(LONGEST_COMEBACK.toSeconds(), name));
      }
      Thread.sleep(GLANCE);
    }
  }

  /** Gateways find them by DNS, so their ids there are not their names. */
  private boolean isEveryWebAppInRotation() {
    long webApps = names().stream().filter(name -> name.role() == Role.WEB_APP).count();
    return gateways().stream()
        .allMatch(
            gateway ->
                gateway.pools().stream()
                        .flatMap(JsonNode::valueStream)
                        .flatMap(pool -> pool.path("servers").valueStream())
                        .filter(server -> server.path("health").asString("").equals("UP"))
                        .count()
                    >= webApps);
  }

  @Override
  public void pause(Name name) {
    throw onlyProcesses("SIGSTOP");
  }

  @Override
  public void resume(Name name) {
    throw onlyProcesses("SIGCONT");
  }

  @Override
  public void err(Name node) {
    throw onlyProcesses("A write on a replica");
  }

  @Override
  public void delay(Name node, Duration delay) {
    throw onlyProcesses("A delay of a replica");
  }

  @Override
  public Map<String, Double> metrics(Name process) {
    throw onlyProcesses("A look at what a process counts");
  }

  private static Problem onlyProcesses(String what) {
    return new Problem("%s is for processes; hold this drill without --docker.".formatted(what));
  }

  @Override
  public Controllers.Switchover switchOver(Name to) {
    return Controllers.switchOver(
        to.toString(), CONTROLLERS.stream().map(controller -> order -> post(controller, order)));
  }

  private Optional<Http.Answer> post(String controller, String order) {
    String request =
        "POST /api/switchover HTTP/1.0\\r\\nHost: localhost\\r\\nAuthorization: Bearer @token@\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n%s"
            .formatted(order.length(), order);
    try {
      return answer(containers.bash(controller, ORDER, request));
    } catch (Problem silent) {
      return Optional.empty();
    }
  }

  @Override
  public List<Gateway> gateways() {
    return names().stream()
        .filter(name -> name.role() == Role.GATEWAY)
        .map(name -> new Gateway(name, containers.sitePort(name), containers.adminPort(name)))
        .toList();
  }

  /** The load comes through the first, which has a port of its own. */
  @Override
  public List<Name> spareGateways() {
    return names().stream().filter(name -> name.role() == Role.GATEWAY).skip(1).toList();
  }

  @Override
  public String adminToken() {
    return containers.bash("gw-1", "echo \"$(< /run/secrets/admin-token)\"").strip();
  }

  /** The answer in what came over the wire; nothing if it is none. */
  static Optional<Http.Answer> answer(String text) {
    String[] parts = text.split("\r\n\r\n", 2);
    String[] words = parts[0].split(" ", 3);
    return parts.length == 2 && words.length > 1 && words[1].matches("\\d{3}")
        ? Optional.of(new Http.Answer(Integer.parseInt(words[1]), parts[1]))
        : Optional.empty();
  }

  @Override
  public Links links() {
    return new Links();
  }

  @Override
  public Optional<Path> hook() {
    return Optional.empty();
  }

  @Override
  public Watch watch(InstantSource clock) {
    Set<Event> events = ConcurrentHashMap.newKeySet();
    List<Process> streams = new ArrayList<>();
    for (String controller : CONTROLLERS) {
      Process stream =
          containers.following(
              controller, HTTP, "GET /api/events HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n");
      streams.add(stream);
      Thread.ofVirtual().start(() -> gather(stream, events));
    }
    List<ContainerLooks> looks =
        nodes().stream().map(node -> ContainerLooks.start(containers, node, clock)).toList();
    return new Watch() {
      @Override
      public Seen stop() {
        return new Seen(
            events.stream().sorted(Comparator.comparing(Event::at)).toList(),
            looks.stream().flatMap(each -> each.samples().stream()).toList());
      }

      @Override
      public void close() {
        looks.forEach(ContainerLooks::close);
        streams.forEach(Process::destroy);
      }
    };
  }

  private static void gather(Process stream, Set<Event> events) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(stream.getInputStream(), StandardCharsets.UTF_8))) {
      lines
          .lines()
          .filter(line -> line.startsWith("data:"))
          .forEach(line -> Event.parse(line.substring(5)).ifPresent(events::add));
    } catch (IOException ended) {
      return;
    }
  }

  @Override
  public Copies copies(String run) {
    List<Copy> copies = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (Name node : nodes()) {
      try {
        // In this order: where the checksums are equal nothing is on its way any more.
        String checksum =
            table(node, CopyReader.checksum())
                .map(row -> String.join(":", row))
                .collect(Collectors.joining(" "));
        List<Copy.Row> rows =
            table(node, CopyReader.rows(run)).map(row -> CopyReader.row(row[0], row[1])).toList();
        copies.add(new Copy(node.toString(), rows, checksum));
      } catch (Problem problem) {
        unreadable.add("%s cannot be read: %s".formatted(node, problem.getMessage()));
      }
    }
    return new Copies(copies, unreadable);
  }

  private Stream<String[]> table(Name node, String statement) {
    return containers.bash(node.toString(), SQL, statement).lines().map(line -> line.split("\t"));
  }
}
