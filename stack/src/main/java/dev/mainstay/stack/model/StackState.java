package dev.mainstay.stack.model;

import java.util.List;
import java.util.Optional;

/**
 * A stack that is up, or was.
 *
 * @param ready whether a page was served since the supervisor began
 * @param engine {@code mysql} or {@code mariadb}; empty as long as it is not known which
 */
public record StackState(
    Identity supervisor, boolean ready, Options options, String engine, List<Child> children) {

  public StackState {
    children = List.copyOf(children);
  }

  public Optional<Child> child(Name name) {
    return children.stream().filter(child -> child.name().equals(name)).findFirst();
  }

  public StackState with(List<Child> changed) {
    return new StackState(supervisor, ready, options, engine, changed);
  }
}
