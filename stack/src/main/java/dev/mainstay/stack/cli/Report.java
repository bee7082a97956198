package dev.mainstay.stack.cli;

import dev.mainstay.stack.containers.Containers;
import dev.mainstay.stack.model.Child;
import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Phase;
import dev.mainstay.stack.model.Role;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.process.Json;
import dev.mainstay.stack.process.ProcessTable;
import dev.mainstay.stack.remote.Controllers;
import dev.mainstay.stack.remote.Gateway;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Everything that {@code status} says, gathered once. */
record Report(
    boolean supervised,
    String site,
    String admin,
    List<ProcessLine> processes,
    List<JsonNode> pools,
    Optional<JsonNode> topology) {

  /**
   * @param state running, paused, stopping, restarting (dead, started again soon), stopped (by
   *     order), dead (and nobody starts it again)
   */
  record ProcessLine(
      String name,
      String role,
      @Nullable Long pid,
      @Nullable Integer port,
      String state,
      @Nullable Long rssBytes) {}

  static Report of(StackState state, ProcessTable table) {
    boolean supervised = table.isAlive(state.supervisor());
    List<ProcessLine> processes = new ArrayList<>();
    processes.add(line("supervisor", "supervisor", state.supervisor(), null, "dead", table));
    for (Child child : state.children()) {
      processes.add(line(child, supervised, table));
    }
    List<Gateway> gateways =
        state.options().names().stream()
            .filter(name -> name.role() == Role.GATEWAY)
            .map(name -> new Gateway(name, state.options()))
            .toList();
    return new Report(
        supervised,
        gateways.getFirst().site().toString(),
        gateways.getFirst().admin().toString(),
        processes,
        pools(gateways),
        new Controllers(state.options()).topology());
  }

  /** The same of a stack in containers, where the engine is the supervisor. */
  static Report of(Containers containers) {
    List<ProcessLine> lines =
        containers.all().stream()
            .map(
                one ->
                    new ProcessLine(
                        one.name().toString(),
                        one.name().role().label(),
                        null,
                        null,
                        one.state(),
                        one.memory()))
            .toList();
    List<Gateway> gateways =
        Stream.of(1, 2)
            .map(number -> new Name(Role.GATEWAY, number))
            .map(name -> new Gateway(name, containers.sitePort(name), containers.adminPort(name)))
            .toList();
    return new Report(
        true,
        gateways.getFirst().site().toString(),
        gateways.getFirst().admin().toString(),
        lines,
        pools(gateways),
        containers.topology());
  }

  private static ProcessLine line(Child child, boolean supervised, ProcessTable table) {
    String name = child.name().toString();
    String role = child.name().role().label();
    String withoutProcess =
        switch (child.phase()) {
          case Phase.Down _ -> "stopped";
          case Phase.Waiting _, Phase.Running _, Phase.Ending _ ->
              supervised ? "restarting" : "dead";
        };
    ProcessLine line =
        line(name, role, child.identity().orElse(null), child.port(), withoutProcess, table);
    boolean ending = child.phase() instanceof Phase.Ending && line.pid() != null;
    return ending
        ? new ProcessLine(name, role, line.pid(), line.port(), "stopping", line.rssBytes())
        : line;
  }

  private static ProcessLine line(
      String name,
      String role,
      @Nullable Identity identity,
      @Nullable Integer port,
      String gone,
      ProcessTable table) {
    Optional<ProcessTable.Seen> seen = identity == null ? Optional.empty() : table.look(identity);
    if (seen.isEmpty()) {
      return new ProcessLine(name, role, null, port, gone, null);
    }
    long pid = seen.get().identity().pid();
    String state =
        switch (seen.get().activity()) {
          case RUNNING -> "running";
          case PAUSED -> "paused";
        };
    var resident = table.residentBytes(pid);
    return new ProcessLine(
        name, role, pid, port, state, resident.isPresent() ? resident.getAsLong() : null);
  }

  /**
   * Every gateway has its own view of its pools; with several of them each pool says whose it is.
   */
  private static List<JsonNode> pools(List<Gateway> gateways) {
    List<JsonNode> pools = new ArrayList<>();
    for (Gateway gateway : gateways) {
      for (JsonNode pool :
          gateway.pools().map(JsonNode::valueStream).stream().flatMap(s -> s).toList()) {
        if (gateways.size() > 1 && pool instanceof ObjectNode object) {
          object.put("gateway", gateway.name().toString());
        }
        pools.add(pool);
      }
    }
    return pools;
  }

  long residentBytes() {
    return processes.stream()
        .map(ProcessLine::rssBytes)
        .filter(bytes -> bytes != null)
        .mapToLong(Long::longValue)
        .sum();
  }

  String json() {
    Map<String, @Nullable Object> whole = new LinkedHashMap<>();
    whole.put("site", site);
    whole.put("admin", admin);
    whole.put("processes", processes);
    whole.put("pools", pools);
    whole.put("topology", topology.map(Controllers::shown).orElse(null));
    return Json.MAPPER.writeValueAsString(whole);
  }

  void print(boolean asJson) {
    if (asJson) {
      System.out.println(json());
    } else {
      text().forEach(System.out::println);
    }
  }

  List<String> text() {
    List<String> lines = new ArrayList<>();
    Table table = new Table("NAME", "ROLE", "PID", "PORT", "STATE", "MEMORY");
    for (ProcessLine line : processes) {
      table.row(
          line.name(),
          line.role(),
          orDash(line.pid()),
          orDash(line.port()),
          line.state(),
          memory(line.rssBytes()));
    }
    table.row("total", "", "", "", "", memory(residentBytes()));
    lines.addAll(table.lines(Report::colour));
    pools.forEach(pool -> addPool(lines, pool));
    lines.add("");
    if (topology.isPresent()) {
      addTopology(lines, topology.get());
    } else {
      lines.add("topology unknown: no controller answers");
    }
    return lines;
  }

  private static void addPool(List<String> lines, JsonNode pool) {
    lines.add("");
    String gateway = pool.path("gateway").asString("");
    lines.add(
        "pool %s, %s%s"
            .formatted(
                pool.path("name").asString(""),
                pool.path("mode").asString(""),
                gateway.isEmpty() ? "" : ", as " + gateway + " sees it"));
    Table table = new Table("SERVER", "WEIGHT", "STATE", "HEALTH", "IN FLIGHT", "REQUESTS");
    for (JsonNode server : pool.path("servers")) {
      table.row(
          server.path("id").asString(""),
          server.path("weight").asInt(0),
          server.path("state").asString(""),
          server.path("health").asString(""),
          server.path("inFlight").asLong(0),
          server.path("requests").asLong(0));
    }
    lines.addAll(table.lines(Report::colour));
  }

  private static void addTopology(List<String> lines, JsonNode topology) {
    lines.add(
        "topology of %s, epoch %s"
            .formatted(
                topology.path("engine").asString("?"), topology.path("epoch").asString("?")));
    Table table = new Table("NODE", "ROLE", "WRITABLE", "LAG", "GTID");
    for (JsonNode node : topology.path("nodes")) {
      JsonNode lag = node.path("lagMillis");
      table.row(
          node.path("id").asString(""),
          node.path("role").asString(""),
          node.path("writable").asBoolean(false) ? "yes" : "no",
          lag.isNumber() ? lag.asLong() + " ms" : "-",
          node.path("gtid").asString("-").replace("\n", ""));
    }
    lines.addAll(table.lines(Report::colour));
    for (JsonNode node : topology.path("nodes")) {
      String why = node.path("why").asString("").replace("\n", "");
      boolean well =
          switch (node.path("role").asString("")) {
            case "PRIMARY" -> node.path("writable").asBoolean(false);
            case "REPLICA" -> why.isEmpty() || why.startsWith("follows ");
            default -> false;
          };
      if (!well) {
        lines.add("%s: %s".formatted(node.path("id").asString(""), why));
      }
    }
  }

  private static String colour(String cell) {
    return switch (cell) {
      case "running", "UP", "PRIMARY", "REPLICA" -> Terminal.green(cell);
      case "paused", "stopping", "starting", "restarting", "stopped", "DRAIN", "MAINT", "UNKNOWN" ->
          Terminal.yellow(cell);
      case "dead",
          "absent",
          "exited",
          "unhealthy",
          "DOWN",
          "STALE_PRIMARY",
          "QUARANTINED",
          "UNREACHABLE" ->
          Terminal.red(cell);
      default -> cell;
    };
  }

  private static String orDash(@Nullable Object value) {
    return value == null ? "-" : value.toString();
  }

  private static String memory(@Nullable Long bytes) {
    return bytes == null ? "-" : "%d MiB".formatted(bytes >> 20);
  }
}
