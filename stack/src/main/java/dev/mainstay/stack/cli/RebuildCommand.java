package dev.mainstay.stack.cli;

import dev.mainstay.stack.launch.Secrets;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Json;
import dev.mainstay.stack.remote.Controllers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** Gives a node that cannot join the primary's data in place of its own. */
@Command(
    mixinStandardHelpOptions = true,
    name = "rebuild",
    description =
        "Gives a quarantined node the primary's data in place of its own, which is lost. The site serves on meanwhile.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class RebuildCommand implements Callable<Integer> {

  private static final Duration GLANCE = Duration.ofMillis(500);

  /** The server ends when it has its copy, and is started again; else nobody is there to do it. */
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

  @Mixin HomeOption homeOption;

  @Parameters(paramLabel = "NODE", description = "The node, such as db-1.")
  String node;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Home home = homeOption.home();
    StackState state = Commands.stateOf(home);
    Commands.requireNode(state, node);
    Controllers controllers = new Controllers(state.options(), Secrets.adminToken(home));
    controllers
        .rebuild(node)
        .ifPresent(
            why -> {
              throw new Problem("%s is not rebuilt: %s".formatted(node, why));
            });
    long began = System.nanoTime();
    awaitReplica(controllers);
    long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
    System.out.println(
        json
            ? Json.MAPPER.writeValueAsString(Map.of("node", node, "millis", millis))
            : "%s is rebuilt, and a replica again, after %d ms".formatted(node, millis));
    return 0;
  }

  private void awaitReplica(Controllers controllers) throws InterruptedException {
    String said = "";
    long saidAt = System.nanoTime();
    while (true) {
      Optional<JsonNode> seen =
          controllers.topology().stream()
              .flatMap(topology -> topology.path("nodes").valueStream())
              .filter(one -> one.path("id").asString("").equals(node))
              .findFirst();
      String role = seen.map(one -> one.path("role").asString("")).orElse("");
      if (role.equals("REPLICA")) {
        return;
      }
      String now =
          seen.map(one -> "%s %s".formatted(node, one.path("why").asString("")))
              .orElse("no controller answers");
      if (!now.equals(said)) {
        System.err.println(now);
        said = now;
        saidAt = System.nanoTime();
      } else if (System.nanoTime() - saidAt > LONGEST_SILENCE.toNanos()) {
        throw new Problem(
            "%s is no replica yet, and for %d s it is the same: %s. It goes on; `mainstay status` tells more."
                .formatted(node, LONGEST_SILENCE.toSeconds(), now));
      }
      Thread.sleep(GLANCE);
    }
  }
}
