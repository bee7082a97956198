package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.Event.Kind;
import dev.mainstay.db.controller.loop.Event.News;
import dev.mainstay.db.controller.plan.Order;
import dev.mainstay.db.controller.plan.Strategy;
import dev.mainstay.db.failover.Rebuilding;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Where a person asks for another primary, or for a node to be rebuilt. Requests come from any
 * thread; the loop alone takes them, and answers them when they are done.
 */
public final class Orders {

  private static final int WAITING = 16;

  /** What became of a request. */
  public sealed interface Answer {

    /** The node is primary and open. */
    record Done(NodeId primary, long epoch, Duration took) implements Answer {}

    /** It is not done; nothing has changed, or what was begun was undone. */
    record Refused(String why) implements Answer {}

    /** Another controller leads, or none. */
    record NotLeading(Optional<String> leader) implements Answer {}

    /**
     * The node is rebuilt as soon as nothing else is to be done; the topology shows how far it is.
     */
    record Accepted(NodeId node, NodeId donor) implements Answer {}

    /** What a forced fail-over would lose, one line each. */
    record Losses(List<String> losses) implements Answer {}
  }

  private enum What {
    MOVE,
    FORCE,
    LOSSES,
    REBUILD
  }

  private record Request(What what, NodeId to, CompletableFuture<Answer> answer) {}

  private final Clock clock;
  private final Runnable wake;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>(WAITING);

  // The loop's own.
  private Optional<Request> current = Optional.empty();
  private long began;

  /**
   * @param wake has the loop look soon
   */
  Orders(Clock clock, Runnable wake) {
    this.clock = clock;
    this.wake = wake;
  }

  /**
   * Moves the primary's office to a node.
   *
   * @param forced also where the rules refuse it, at the price of what {@link #losses} tells
   */
  public CompletableFuture<Answer> move(NodeId to, boolean forced) {
    return ask(forced ? What.FORCE : What.MOVE, to);
  }

  /** What forcing a node into office would lose. */
  public CompletableFuture<Answer> losses(NodeId to) {
    return ask(What.LOSSES, to);
  }

  /** Has a node that cannot join given the primary's data in place of its own. */
  public CompletableFuture<Answer> rebuild(NodeId node) {
    return ask(What.REBUILD, node);
  }

  private CompletableFuture<Answer> ask(What what, NodeId to) {
    Request request = new Request(what, to, new CompletableFuture<>());
    if (requests.offer(request)) {
      wake.run();
    } else {
      request.answer().complete(new Answer.Refused("too many requests are waiting"));
    }
    return request.answer();
  }

  /**
   * Hands the requests on, or answers those that are not to be carried out.
   *
   * @param leader who leads, if anybody
   */
  void take(Strategy strategy, boolean leading, Optional<String> leader, Events events) {
    List<Request> taken = new ArrayList<>();
    requests.drainTo(taken);
    for (Request request : taken) {
      boolean orphaned =
          (request.what() == What.FORCE || request.what() == What.LOSSES) && leader.isEmpty();
      if (!leading && !orphaned) {
        request.answer().complete(new Answer.NotLeading(leader));
      } else if (request.what() == What.LOSSES) {
        request.answer().complete(new Answer.Losses(strategy.losses(request.to())));
      } else if (request.what() == What.REBUILD) {
        request.answer().complete(rebuild(request.to(), strategy));
      } else {
        begin(request, strategy, events);
      }
    }
  }

  /**
   * Answers what has been carried out, or was given up. After the picture, so that whoever is told
   * of a new primary also finds it there.
   */
  void answer(Strategy strategy, Events events) {
    strategy.outcome().ifPresent(outcome -> end(outcome, events));
  }

  private static Answer rebuild(NodeId node, Strategy strategy) {
    return switch (strategy.rebuild(node)) {
      case Rebuilding.Possible possible -> new Answer.Accepted(possible.node(), possible.donor());
      case Rebuilding.Refused refused -> new Answer.Refused(refused.why());
    };
  }

  private void begin(Request request, Strategy strategy, Events events) {
    boolean forced = request.what() == What.FORCE;
    if (forced) {
      tell("is forced: ", strategy.losses(request.to()), events);
    }
    Optional<String> refused = strategy.order(new Order(request.to(), forced, clock.instant()));
    if (refused.isPresent()) {
      request.answer().complete(new Answer.Refused(refused.get()));
      return;
    }
    current = Optional.of(request);
    began = System.nanoTime();
    events.tell(
        News.of(
            Kind.SWITCHOVER,
            "%s to %s is asked for"
                .formatted(forced ? "a forced fail-over" : "a switchover", request.to())));
  }

  private static void tell(String prefix, List<String> losses, Events events) {
    losses.forEach(loss -> events.warn(News.of(Kind.SWITCHOVER, prefix + loss)));
  }

  private void end(Order.Outcome outcome, Events events) {
    Answer answer =
        switch (outcome) {
          case Order.Outcome.Done done -> {
            tell("was forced: ", done.losses(), events);
            yield new Answer.Done(
                done.primary(), done.epoch(), Duration.ofNanos(System.nanoTime() - began));
          }
          case Order.Outcome.Refused refused -> {
            events.tell(News.of(Kind.REFUSED, "no switchover: " + refused.why()));
            yield new Answer.Refused(refused.why());
          }
        };
    current.ifPresent(request -> request.answer().complete(answer));
    current = Optional.empty();
  }
}
