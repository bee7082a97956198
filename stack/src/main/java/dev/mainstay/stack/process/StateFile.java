package dev.mainstay.stack.process;

import dev.mainstay.stack.model.Child;
import dev.mainstay.stack.model.Identity;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Phase;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.StackState;
import dev.mainstay.stack.model.StackState.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * {@code run/state.json}: what is up, so that any later command, or the next supervisor, finds the
 * processes again by pid and start time. It holds no secret.
 */
public final class StateFile {

  private final Path file;

  public StateFile(Home home) {
    this.file = home.run().resolve("state.json");
  }

  public Optional<StackState> read() {
    return Home.read(file).map(this::parsed);
  }

  private StackState parsed(String text) {
    try {
      return Json.MAPPER.readValue(text, Stored.class).toState();
    } catch (JacksonException | IllegalArgumentException | NoSuchElementException broken) {
      throw new Problem(
          "%s, which names the stack's processes, is damaged. If nothing of it runs any more, delete the file; the data are not in it."
              .formatted(file));
    }
  }

  public void write(StackState state) {
    Home.write(file, Json.MAPPER.writeValueAsString(Stored.of(state)));
  }

  public void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Stored(
      Identity supervisor,
      @Nullable Stage stage,
      Options options,
      String engine,
      List<StoredChild> children) {

    static Stored of(StackState state) {
      return new Stored(
          state.supervisor(),
          state.stage(),
          state.options(),
          state.engine(),
          state.children().stream().map(StoredChild::of).toList());
    }

    StackState toState() {
      return new StackState(
          supervisor,
          // The first versions wrote none.
          stage == null ? Stage.UP : stage,
          options,
          engine,
          children.stream().map(StoredChild::toChild).toList());
    }
  }

  /**
   * @param phase waiting, running, ending, ending-restart or down
   * @param at not before, since, or kill at
   */
  private record StoredChild(
      String name,
      int port,
      String phase,
      @Nullable Identity process,
      @Nullable Instant at,
      @Nullable Instant then,
      int deaths) {

    static StoredChild of(Child child) {
      String name = child.name().toString();
      return switch (child.phase()) {
        case Phase.Waiting(Instant notBefore) ->
            new StoredChild(name, child.port(), "waiting", null, notBefore, null, child.deaths());
        case Phase.Running(Identity identity, Instant since) ->
            new StoredChild(name, child.port(), "running", identity, since, null, child.deaths());
        case Phase.Ending(Identity identity, Instant killAt, Phase.Waiting(Instant notBefore)) ->
            new StoredChild(
                name, child.port(), "ending", identity, killAt, notBefore, child.deaths());
        case Phase.Ending(Identity identity, Instant killAt, Phase _) ->
            new StoredChild(name, child.port(), "ending", identity, killAt, null, child.deaths());
        case Phase.Down() ->
            new StoredChild(name, child.port(), "down", null, null, null, child.deaths());
      };
    }

    Child toChild() {
      Phase read =
          switch (phase) {
            case "waiting" -> new Phase.Waiting(at == null ? Instant.EPOCH : at);
            case "running" ->
                process == null || at == null ? new Phase.Down() : new Phase.Running(process, at);
            case "ending" ->
                process == null || at == null
                    ? new Phase.Down()
                    : new Phase.Ending(
                        process, at, then == null ? new Phase.Down() : new Phase.Waiting(then));
            default -> new Phase.Down();
          };
      return new Child(Name.parse(name).orElseThrow(), port, read, deaths);
    }
  }
}
