package dev.mainstay.db.failover;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Reached;
import dev.mainstay.db.Observation.Unreachable;
import dev.mainstay.db.failover.SimNode.Content;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The thin executor around the rules: looks at all nodes, takes locks, does what {@link Course}
 * says through the sessions that hold them, and looks again.
 */
final class SimController {
  static final long LOOK = 400_000;
  static final long STATEMENT = 8_000_000;
  static final long IDLE = 5_000_000;
  static final long INTERVAL = 250_000;

  /** A connection that holds, or held, a node's lock. */
  static final class Session {
    final SimNode node;
    final int run;
    long since;

    /** As the controller sees it. */
    boolean open = true;

    /** As the node sees it. */
    boolean served = true;

    boolean busy;

    /** When the node heard of the controller last. */
    long heard;

    /** When the last statement that was answered was sent. */
    long asked;

    Session(SimNode node, long asked, long now) {
      this.node = node;
      this.run = node.run;
      this.heard = now;
      this.asked = asked;
    }

    boolean serves() {
      return served && node.up && node.run == run;
    }
  }

  private final Simulation sim;
  private final Rules rules;
  private final boolean lockless;
  final int number;
  boolean alive = true;
  boolean paused;
  int life = 1;
  Watch watch = Watch.NEW;
  Map<NodeId, Session> sessions = new LinkedHashMap<>();
  Optional<NodeId> target = Optional.empty();
  long deadline;
  Optional<NodeId> forced = Optional.empty();
  long over;
  private long minoritySince = -1;
  String last = "";
  Map<NodeId, String> quarantined = Map.of();

  SimController(Simulation sim, Rules rules, boolean lockless, int number) {
    this.sim = sim;
    this.rules = rules;
    this.lockless = lockless;
    this.number = number;
  }

  /** Where it stands in the table of links. */
  int place() {
    return sim.nodes.size() + number;
  }

  void start() {
    int mine = life;
    sim.after(sim.random(1_000, 300_000), () -> round(mine));
    sim.after(1_000_000, () -> keepAlive(mine));
  }

  void crash() {
    alive = false;
    life++;
    for (Session s : sessions.values()) {
      sim.send(place(), s.node.number, s.run, () -> end(s));
    }
    sessions = new LinkedHashMap<>();
    watch = Watch.NEW;
    target = Optional.empty();
    quarantined = Map.of();
  }

  void restart() {
    alive = true;
    paused = false;
    start();
  }

  /** Runs what is this life's own, once it is not paused. */
  private void mine(int life, Runnable what) {
    if (this.life != life) {
      return;
    }
    if (paused) {
      sim.after(100_000, () -> mine(life, what));
      return;
    }
    what.run();
  }

  // ---- Sessions

  private void end(Session s) {
    s.served = false;
    if (s.node.lock == s && !s.busy) {
      s.node.lock = null;
    }
  }

  private void expire(Session s) {
    if (!s.serves()) {
      return;
    }
    if (s.node.paused) {
      sim.after(50_000, () -> expire(s));
      return;
    }
    if (!s.busy && sim.now - s.heard >= IDLE) {
      end(s);
      return;
    }
    sim.after(s.busy ? 500_000 : Math.max(1, s.heard + IDLE - sim.now), () -> expire(s));
  }

  private void keepAlive(int mine) {
    mine(
        mine,
        () -> {
          for (Session s : List.copyOf(sessions.values())) {
            if (!s.busy) {
              boolean[] answered = {false};
              long asked = sim.now;
              sim.send(
                  place(),
                  s.node.number,
                  s.run,
                  () -> {
                    if (s.serves()) {
                      s.heard = sim.now;
                      sim.send(
                          s.node.number,
                          place(),
                          life(),
                          () -> {
                            answered[0] = true;
                            s.asked = Math.max(s.asked, asked);
                          });
                    }
                  });
              sim.after(1_000_000, () -> mine(mine, () -> s.open &= answered[0] || s.busy));
            }
          }
          sim.after(1_000_000, () -> keepAlive(mine));
        });
  }

  int life() {
    return life;
  }

  // ---- A round

  private void round(int mine) {
    mine(
        mine,
        () -> {
          Instant asked = Simulation.instant(sim.now);
          Map<NodeId, Observation> seen = new LinkedHashMap<>();
          int[] missing = {sim.nodes.size()};
          boolean[] over = {false};
          Runnable done =
              () -> {
                if (!over[0]) {
                  over[0] = true;
                  decide(mine, asked, seen);
                }
              };
          for (SimNode node : sim.nodes) {
            seen.put(node.id(), new Unreachable(node.address, asked, "no answer"));
            sim.send(
                place(),
                node.number,
                node.run,
                () -> {
                  Reached look = node.look(asked, sim.nodes);
                  sim.send(
                      node.number,
                      place(),
                      mine,
                      () -> {
                        if (!over[0]) {
                          seen.put(node.id(), look);
                          if (--missing[0] == 0) {
                            mine(mine, done);
                          }
                        }
                      });
                });
          }
          sim.after(LOOK, () -> mine(mine, done));
        });
  }

  private void decide(int mine, Instant asked, Map<NodeId, Observation> seen) {
    watch = watch.after(sim.roster, sim.policy, seen, Simulation.instant(sim.now));
    sessions.values().removeIf(s -> !s.open);
    List<Reached> reached =
        seen.values().stream().filter(Reached.class::isInstance).map(Reached.class::cast).toList();
    List<SimNode> free =
        reached.stream()
            .map(r -> sim.node(r.address().id()))
            .filter(n -> !sessions.containsKey(n.id()))
            .toList();
    if (free.isEmpty()) {
      lead(mine, asked, seen, reached);
      return;
    }
    int[] open = {free.size()};
    int[] won = {0};
    boolean[] over = {false};
    Runnable done =
        () -> {
          if (over[0]) {
            return;
          }
          over[0] = true;
          if (Course.claim(sim.roster, reached, sessions.keySet()) == Course.Claim.NONE) {
            letGo(mine);
          } else if (won[0] > 0) {
            again(mine, 0); // what was seen before a lock was taken counts for nothing
          } else {
            lead(mine, asked, seen, reached);
          }
        };
    for (SimNode node : free) {
      int run = node.run;
      long sent = sim.now;
      sim.send(
          place(),
          node.number,
          run,
          () -> {
            boolean taken = node.lock == null || lockless;
            Session s = new Session(node, sent, sim.now);
            if (taken) {
              node.lock = s;
              expire(s);
            }
            sim.send(
                node.number,
                place(),
                mine,
                () -> {
                  if (taken) {
                    s.since = sim.now;
                    if (over[0]) {
                      sim.send(place(), node.number, run, () -> end(s));
                    } else {
                      sessions.put(node.id(), s);
                      won[0]++;
                    }
                  }
                  if (--open[0] == 0) {
                    mine(mine, done);
                  }
                });
          });
    }
    sim.after(LOOK, () -> mine(mine, done));
  }

  private void letGo(int mine) {
    for (Session s : sessions.values()) {
      sim.send(place(), s.node.number, s.run, () -> end(s));
    }
    sessions.clear();
    minoritySince = -1;
    again(mine, sim.random(100_000, 1_000_000));
  }

  private void again(int mine, long delay) {
    sim.after(delay, () -> round(mine));
  }

  private void lead(int mine, Instant asked, Map<NodeId, Observation> seen, List<Reached> reached) {
    switch (Course.claim(sim.roster, reached, sessions.keySet())) {
      case NONE -> {
        letGo(mine);
        return;
      }
      case ACKERS -> {
        if (minoritySince < 0) {
          minoritySince = sim.now;
        } else if (sim.now - minoritySince > 3_000_000 && reached.size() >= sim.roster.majority()) {
          letGo(mine);
          return;
        }
      }
      case MAJORITY -> minoritySince = -1;
    }
    Map<NodeId, Instant> locks = new HashMap<>();
    sessions.forEach(
        (id, s) -> {
          if (sim.now - s.asked < IDLE - Decision.VALID.toNanos() / 1000) {
            locks.put(id, Simulation.instant(s.since));
          }
        });
    Scene scene =
        new Scene(
            sim.roster, sim.policy, seen, locks, sim.killable, watch, Simulation.instant(sim.now));
    boolean moved =
        scene.record().map(EpochRecord::primary).equals(target)
            && rules.diagnose(scene) instanceof Diagnosis.InOffice;
    if (moved) {
      target = Optional.empty();
    }
    Decision decision =
        forced.isPresent()
            ? Course.force(scene, forced.get(), over, false)
            : target.isPresent()
                ? Course.switchover(scene, target.get(), sim.now > deadline, rules)
                : Course.next(scene, rules);
    String said = decision.toString();
    if (!said.equals(last)) {
      sim.trace(() -> "rt-" + number + ": " + said);
      last = said;
    }
    switch (decision) {
      case Decision.Act act -> {
        quarantined = act.quarantined();
        perform(mine, act.steps(), asked.plus(Decision.VALID));
      }
      case Decision.Await await -> {
        quarantined = await.quarantined();
        again(mine, INTERVAL);
      }
      case Decision.Settled settled -> {
        quarantined = settled.quarantined();
        again(mine, INTERVAL);
      }
      case Decision.Refused _ -> {
        target = Optional.empty();
        forced = Optional.empty();
        again(mine, INTERVAL);
      }
    }
  }

  /**
   * @param until when what is not begun is left, by the controllers' clock as by the servers'
   */
  private void perform(int mine, List<Step> steps, Instant until) {
    Map<NodeId, List<Step>> byNode = new LinkedHashMap<>();
    steps.forEach(s -> byNode.computeIfAbsent(s.node(), _ -> new ArrayList<>()).add(s));
    int[] open = {byNode.size()};
    Runnable one =
        () -> {
          if (--open[0] == 0) {
            round(mine);
          }
        };
    byNode.forEach((_, list) -> inOrder(mine, list, 0, until, one));
  }

  private boolean late(Instant until) {
    return Simulation.instant(sim.now).isAfter(until);
  }

  private void inOrder(int mine, List<Step> steps, int from, Instant until, Runnable done) {
    if (from == steps.size() || late(until)) {
      done.run();
      return;
    }
    Step step = steps.get(from);
    boolean[] over = {false};
    if (sim.losesLease(step)) {
      for (Session held : sessions.values()) {
        held.open = false;
        end(held);
      }
    }
    if (step instanceof Step.Kill) {
      sim.kill(sim.node(step.node()));
      sim.after(10_000, () -> mine(mine, done));
      return;
    }
    Session s = sessions.get(step.node());
    if (s == null || !s.open || s.busy) {
      sim.after(1_000, () -> mine(mine, done));
      return;
    }
    s.busy = true;
    long asked = sim.now;
    Consumer<Boolean> answer =
        ok -> {
          s.busy = false;
          s.heard = sim.now;
          if (!s.served && s.node.lock == s) {
            s.node.lock = null; // its client was gone meanwhile
          }
          sim.send(
              s.node.number,
              place(),
              mine,
              () -> {
                s.asked = Math.max(s.asked, asked);
                if (!over[0]) {
                  over[0] = true;
                  mine(
                      mine,
                      () -> {
                        if (ok && step instanceof Step.TakeOffice && target.isEmpty()) {
                          watch = watch.failedOver(Simulation.instant(sim.now));
                        }
                        if (ok && step instanceof Step.Vouch) {
                          watch = watch.vouched(Simulation.instant(sim.now));
                        }
                        if (ok) {
                          inOrder(mine, steps, from + 1, until, done);
                        } else {
                          done.run();
                        }
                      });
                }
              });
        };
    // Until the statement arrives the session idles.
    s.busy = false;
    sim.send(
        place(),
        s.node.number,
        s.run,
        () -> {
          if (!s.serves() || (s.node.lock != s && !lockless)) {
            return;
          }
          s.busy = true;
          sim.trace(() -> "rt-%d -> %s".formatted(number, step));
          run(step, s, until, answer);
        });
    sim.after(
        STATEMENT,
        () ->
            mine(
                mine,
                () -> {
                  if (!over[0]) {
                    over[0] = true;
                    s.open = false;
                    done.run();
                  }
                }));
  }

  // ---- Steps, at the node

  private void run(Step step, Session s, Instant until, Consumer<Boolean> answer) {
    SimNode node = s.node;
    switch (step) {
      case Step.Fence _ ->
          script(
              s,
              answer,
              () -> {
                node.io = false;
                node.disconnect();
                return true;
              });
      case Step.Drain _ ->
          script(
              s,
              ok -> {
                if (ok) {
                  await(s, sim.now + 1_000_000, () -> node.relay.isEmpty(), answer);
                } else {
                  answer.accept(false);
                }
              },
              () -> {
                node.startApplying();
                sim.apply(node);
                return true;
              });
      case Step.CatchUp catchUp ->
          await(
              s,
              sim.now + 500_000,
              () ->
                  node.look(Simulation.instant(sim.now), sim.nodes)
                      .executed()
                      .contains(catchUp.wanted()),
              answer);
      case Step.Promote _ -> script(s, answer, () -> node.promote(true));
      case Step.Halt _ -> script(s, answer, node::halt);
      case Step.Forget _ -> script(s, answer, node::forgetSource);
      case Step.Follow follow ->
          script(
              s,
              answer,
              () -> {
                boolean ok = node.follow(sim.node(follow.source()).number, follow.acker());
                sim.pump(node);
                return ok;
              });
      case Step.Resume resume ->
          script(
              s,
              answer,
              () -> {
                node.acknowledge(resume.acker());
                return true;
              },
              () -> {
                node.start();
                sim.pump(node);
                sim.apply(node);
                return true;
              });
      case Step.Acknowledge acknowledge ->
          script(
              s,
              answer,
              () -> {
                node.acknowledge(acknowledge.on());
                sim.pump(node);
                return true;
              });
      case Step.TakeOffice take ->
          script(
              s,
              answer,
              () -> node.promote(false),
              () -> {
                for (NodeId id : take.shutOut()) {
                  sim.write(node, new Content.Account(sim.node(id).number, true), false, () -> {});
                }
                for (NodeId id : take.epoch().ackers()) {
                  int replica = sim.node(id).number;
                  if (node.shutsOut(replica)) {
                    sim.write(node, new Content.Account(replica, false), false, () -> {});
                  }
                }
                return true;
              },
              () -> sim.commitEpoch(node, take.epoch(), () -> {}),
              () -> {
                sim.write(node, new Content.Beat(sim.now), false, () -> {});
                return true;
              },
              () -> {
                for (SimNode r : sim.nodes) {
                  if (r.source == node.number && !take.epoch().ackers().contains(r.id())) {
                    r.disconnect();
                    sim.pump(r);
                  }
                }
                return true;
              },
              () -> take.epoch().ackers().isEmpty() || node.promote(true),
              () -> !(take.epoch().ackers().isEmpty() || sim.acked(node)) || open(node, until));
      case Step.Open _ -> script(s, answer, () -> open(node, until));
      case Step.Guard _ ->
          script(
              s,
              answer,
              () -> {
                node.semiSource = true;
                return true;
              });
      case Step.RecordAckers record -> record(s, record.epoch(), answer);
      case Step.Expel expel -> expel(s, List.copyOf(expel.replicas()), expel.epoch(), answer);
      case Step.Vouch vouch ->
          script(
              s,
              answer,
              () -> {
                if (vouch.position().file().equals("run-" + node.run)) {
                  sim.ack(
                      sim.node(vouch.replica()).number, node, SimNode.preceding(vouch.position()));
                }
                return true;
              });
      case Step.LetIn letIn -> shutOut(s, sim.node(letIn.replica()).number, false, answer);
      case Step.Close _ -> script(s, answer, () -> sim.close(node));
      case Step.Kill _ -> throw new IllegalStateException("no statement");
    }
  }

  /** The server asks its own clock within the statement. */
  private boolean open(SimNode node, Instant until) {
    return !late(until) && sim.open(node);
  }

  private void record(Session s, EpochRecord epoch, Consumer<Boolean> answer) {
    if (!sim.commitEpoch(s.node, epoch, () -> answer.accept(true))) {
      answer.accept(false);
    }
  }

  private void expel(
      Session s, List<NodeId> replicas, EpochRecord epoch, Consumer<Boolean> answer) {
    if (replicas.isEmpty()) {
      record(s, epoch, answer);
    } else {
      shutOut(
          s,
          sim.node(replicas.getFirst()).number,
          true,
          _ -> expel(s, replicas.subList(1, replicas.size()), epoch, answer));
    }
  }

  private void shutOut(Session s, int replica, boolean out, Consumer<Boolean> answer) {
    sim.write(
        s.node,
        new Content.Account(replica, out),
        false,
        () -> {
          SimNode r = sim.nodes.get(replica - 1);
          if (out && r.source == s.node.number) {
            r.disconnect();
            sim.pump(r);
          }
          answer.accept(true);
        });
  }

  /** Statements one after the other; the node may die, and the network fail, in between. */
  private void script(Session s, Consumer<Boolean> answer, Statement... statements) {
    script(s, answer, 0, statements);
  }

  private void script(Session s, Consumer<Boolean> answer, int from, Statement... statements) {
    sim.at(
        s.node,
        s.run,
        sim.random(200, 3_000),
        () -> {
          if (from > 0 && !s.served) {
            answer.accept(false); // the client was gone between two statements
          } else if (!statements[from].run()) {
            answer.accept(false);
          } else if (from + 1 < statements.length) {
            script(s, answer, from + 1, statements);
          } else {
            answer.accept(true);
          }
        });
  }

  private void await(Session s, long until, Condition met, Consumer<Boolean> answer) {
    sim.at(
        s.node,
        s.run,
        5_000,
        () -> {
          boolean so = met.met();
          if (so || sim.now > until) {
            answer.accept(so);
          } else {
            await(s, until, met, answer);
          }
        });
  }

  interface Statement {
    boolean run();
  }

  interface Condition {
    boolean met();
  }
}
