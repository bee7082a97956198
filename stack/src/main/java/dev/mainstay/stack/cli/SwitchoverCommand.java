package dev.mainstay.stack.cli;

import dev.mainstay.stack.launch.Secrets;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.process.Home;
import dev.mainstay.stack.process.Json;
import dev.mainstay.stack.remote.Controllers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes the primary as planned. */
@Command(
    mixinStandardHelpOptions = true,
    name = "switchover",
    description =
        "Makes another node the primary. Posts wait for it meanwhile, for half a second as a rule.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields in.
final class SwitchoverCommand implements Callable<Integer> {

  @Mixin HomeOption homeOption;

  @Parameters(paramLabel = "NODE", description = "Who is to be the primary, such as db-2.")
  String node;

  @Option(
      names = "--force",
      description =
          "Also where the rules refuse it, because acknowledged writes may be lost. Says which, and does nothing without --yes.")
  boolean force;

  @Option(names = "--yes", description = "With --force: does it.")
  boolean yes;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Override
  public Integer call() {
    Home home = homeOption.home();
    StackState state = Commands.stateOf(home);
    Commands.requireNode(state, node);
    Controllers controllers = new Controllers(state.options(), Secrets.adminToken(home));
    if (force) {
      confirm(controllers.losses(node));
    }
    return switch (force ? controllers.force(node) : controllers.switchOver(node)) {
      case Controllers.Switchover.Done(String primary, long epoch, long millis) -> {
        System.out.println(
            json
                ? Json.MAPPER.writeValueAsString(
                    Map.of("primary", primary, "epoch", epoch, "millis", millis))
                : "%s is the primary (epoch %d) after %d ms".formatted(primary, epoch, millis));
        yield 0;
      }
      case Controllers.Switchover.Refused(String why) ->
          throw new Problem("%s does not become the primary: %s".formatted(node, why));
    };
  }

  private void confirm(List<String> losses) {
    losses.forEach(loss -> System.err.println(Terminal.yellow(loss)));
    if (!yes) {
      throw new Problem(
          losses.isEmpty()
              ? "Nothing that is known would be lost. With --yes it is done."
              : "That is what it may cost. With --yes it is done.");
    }
  }
}
