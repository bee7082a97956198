package dev.mainstay.stack.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A stack that is up, or was.
 *
 * @param stage how far its supervisor has come with it
 * @param engine {@code mysql} or {@code mariadb}; empty as long as it is not known which
 */
public record StackState(
    Identity supervisor, Stage stage, Options options, String engine, List<Child> children) {

  /** What a supervisor is about. */
  public enum Stage {
    STARTING,
    /** A page was served since the supervisor began. */
    UP,
    /** All of it is being stopped. */
    CLOSING
  }

  public StackState {
    children = List.copyOf(children);
  }

  public boolean ready() {
    return stage == Stage.UP;
  }

  public Optional<Child> child(Name name) {
    return children.stream().filter(child -> child.name().equals(name)).findFirst();
  }

  public StackState with(List<Child> changed) {
    return new StackState(supervisor, stage, options, engine, changed);
  }

  public StackState at(Stage reached) {
    return new StackState(supervisor, reached, options, engine, children);
  }

  /**
   * The processes as the next supervisor takes them over. An order to stop one of them holds; a
   * stop of all that was cut short does not.
   */
  public List<Child> adopted(Predicate<Identity> alive, Instant now) {
    return children.stream()
        .map(child -> stage == Stage.CLOSING ? child.wanted(now) : child)
        .map(child -> child.adopted(child.identity().filter(alive).isPresent()))
        .toList();
  }
}
