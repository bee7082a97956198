package dev.mainstay.stack.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One process of the stack, as its supervisor sees it. Every change gives a new value; {@link
 * #next} says what is to be done, and somebody else does it.
 *
 * @param port where it serves
 * @param deaths how often in a row it died unasked
 */
public record Child(Name name, int port, Phase phase, int deaths) {

  /** What a supervisor does about a child. */
  public enum Step {
    REST,
    START,
    KILL
  }

  /** A child that is started as soon as somebody looks. */
  public static Child fresh(Name name, int port) {
    return new Child(name, port, new Phase.Waiting(Instant.EPOCH), 0);
  }

  /** The process that is there, if any. */
  public Optional<Identity> identity() {
    return switch (phase) {
      case Phase.Running(Identity identity, Instant _) -> Optional.of(identity);
      case Phase.Ending(Identity identity, Instant _, Phase _) -> Optional.of(identity);
      case Phase.Waiting _, Phase.Down _ -> Optional.empty();
    };
  }

  /** What is to be done now. */
  public Step next(Instant now) {
    return switch (phase) {
      case Phase.Waiting(Instant notBefore) -> now.isBefore(notBefore) ? Step.REST : Step.START;
      case Phase.Ending(Identity _, Instant killAt, Phase _) ->
          now.isBefore(killAt) ? Step.REST : Step.KILL;
      case Phase.Running _, Phase.Down _ -> Step.REST;
    };
  }

  public Child started(Identity identity, Instant now) {
    return with(new Phase.Running(identity, now));
  }

  /** It could not even be started: counts as a death. */
  public Child notStarted(RestartSchedule schedule, Instant now) {
    return new Child(
        name, port, new Phase.Waiting(now.plus(schedule.delayAfter(deaths + 1))), deaths + 1);
  }

  /** Its process is gone. */
  public Child gone(RestartSchedule schedule, Instant now) {
    return switch (phase) {
      case Phase.Running(Identity _, Instant since) -> {
        int row = schedule.deathsInARow(deaths, Duration.between(since, now));
        yield new Child(name, port, new Phase.Waiting(now.plus(schedule.delayAfter(row))), row);
      }
      case Phase.Ending(Identity _, Instant _, Phase then) -> new Child(name, port, then, 0);
      case Phase.Waiting _, Phase.Down _ -> this;
    };
  }

  /** Told to end within {@code grace}, and to stay down. */
  public Child stopping(Duration grace, Instant now) {
    return ending(grace, new Phase.Down(), now);
  }

  /** Told to end within {@code grace}, and to start again after {@code pause}. */
  public Child restarting(Duration grace, Duration pause, Instant now) {
    return ending(grace, new Phase.Waiting(now.plus(pause)), now);
  }

  /** Wanted again, at once. */
  public Child wanted(Instant now) {
    return switch (phase) {
      case Phase.Waiting _, Phase.Down _ -> new Child(name, port, new Phase.Waiting(now), 0);
      case Phase.Ending(Identity identity, Instant killAt, Phase _) ->
          with(new Phase.Ending(identity, killAt, new Phase.Waiting(now)));
      case Phase.Running _ -> this;
    };
  }

  /**
   * As the next supervisor takes it over from one that was killed. What was ordered holds: to stay
   * down, for a while or until it is started. One that only had died starts at once.
   *
   * @param alive whether its process is
   */
  public Child adopted(boolean alive) {
    return switch (phase) {
      case Phase.Running _ -> alive ? this : fresh(name, port);
      case Phase.Ending(Identity _, Instant _, Phase then) ->
          alive ? this : new Child(name, port, then, 0);
      case Phase.Waiting _ -> deaths == 0 ? this : fresh(name, port);
      case Phase.Down _ -> this;
    };
  }

  private Child ending(Duration grace, Phase then, Instant now) {
    return identity()
        .map(identity -> with(new Phase.Ending(identity, now.plus(grace), then)))
        .orElseGet(() -> with(then));
  }

  private Child with(Phase next) {
    return new Child(name, port, next, deaths);
  }
}
