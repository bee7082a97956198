package dev.mainstay.db.controller.loop;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.loop.Event.Kind;
import dev.mainstay.db.controller.loop.Event.News;
import dev.mainstay.db.controller.plan.Task;
import dev.mainstay.db.failover.Decision;
import dev.mainstay.db.failover.Step;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Does what was decided, one plan at a time, on threads of its own, so that a node that hangs in
 * the middle of a step holds up neither the looking nor the picture.
 */
final class Hand {

  /** What became of a task. */
  record Result(Task task, boolean succeeded, boolean begun) {}

  private final Actor actor;
  private final Events events;
  private final Runnable whenDone;
  private final Queue<Result> results = new ConcurrentLinkedQueue<>();
  private volatile boolean idle = true;

  /**
   * @param whenDone runs on the hand's thread after each plan
   */
  Hand(Actor actor, Events events, Runnable whenDone) {
    this.actor = actor;
    this.events = events;
    this.whenDone = whenDone;
  }

  boolean isIdle() {
    return idle;
  }

  /** The results since this was last asked. */
  List<Result> results() {
    List<Result> all = new ArrayList<>();
    for (Result result = results.poll(); result != null; result = results.poll()) {
      all.add(result);
    }
    return all;
  }

  /**
   * Begins: the tasks of one node in order, up to the first that fails; the nodes in parallel. What
   * is no longer {@linkplain Decision#VALID valid} is not begun: this process was stopped
   * meanwhile, or the task before took long, and others may have acted.
   *
   * @param looked when the round that they rest on began, by {@link System#nanoTime}
   */
  void begin(List<Task> tasks, long looked) {
    Map<NodeId, List<Task>> byNode =
        tasks.stream().collect(groupingBy(Task::node, LinkedHashMap::new, toList()));
    idle = false;
    Thread.ofVirtual().name("hand").start(() -> perform(byNode, looked));
  }

  private void perform(Map<NodeId, List<Task>> byNode, long looked) {
    List<Thread> threads = new ArrayList<>();
    byNode.forEach(
        (node, tasks) ->
            threads.add(
                Thread.ofVirtual().name("step-" + node).start(() -> inOrder(tasks, looked))));
    try {
      for (Thread each : threads) {
        each.join();
      }
    } catch (InterruptedException e) {
      return;
    } finally {
      idle = true;
    }
    whenDone.run();
  }

  private void inOrder(List<Task> tasks, long looked) {
    for (Task task : tasks) {
      boolean late = since(looked).compareTo(Decision.VALID) > 0;
      Result result = late ? new Result(task, false, false) : perform(task, looked);
      results.add(result);
      if (!result.succeeded()) {
        return;
      }
    }
  }

  private Result perform(Task task, long looked) {
    long began = System.nanoTime();
    String words = Actor.words(task);
    try {
      actor.act(task, looked);
      Duration took = since(began);
      Kind kind = opens(task) ? Kind.OPENED : Kind.STEP;
      events.tell(News.of(kind, task.node(), "%s, %d ms".formatted(words, took.toMillis()), took));
      return new Result(task, true, true);
    } catch (SQLException | IOException e) {
      String why = e instanceof SQLException sql ? Reasons.inShort(sql) : e.getMessage();
      failed(task, words, began, String.valueOf(why));
      // Its session was gone: it was not even begun, or the node is gone with it.
      return new Result(task, false, actor.canAct(task));
    } catch (RuntimeException e) {
      failed(task, words, began, e.toString());
      return new Result(task, false, true);
    }
  }

  private static boolean opens(Task task) {
    return task instanceof Task.Turn(Step step)
        && (step instanceof Step.TakeOffice || step instanceof Step.Open);
  }

  private void failed(Task task, String words, long began, String why) {
    Duration took = since(began);
    events.warn(
        News.of(
            Kind.STEP,
            task.node(),
            "%s failed after %d ms: %s".formatted(words, took.toMillis(), why),
            took));
  }

  private static Duration since(long began) {
    return Duration.ofNanos(System.nanoTime() - began);
  }
}
