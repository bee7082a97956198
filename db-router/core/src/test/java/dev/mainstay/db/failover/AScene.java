package dev.mainstay.db.failover;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.Observation;
import dev.mainstay.db.Observation.Unreachable;
import dev.mainstay.db.failover.SimNode.Content;
import dev.mainstay.db.failover.SimNode.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Builds scenes: {@code aScene(MYSQL, 3).down(1).lost(2, 3)}. It starts as a healthy cluster: db-1
 * is the primary of epoch 5, all others follow, acknowledge and hold the same, all locks are held.
 */
final class AScene {
  static final Instant NOW = Simulation.instant(1_000_000_000L);
  static final Policy POLICY = Policy.DEFAULT;

  private final Engine engine;
  private final List<SimNode> nodes;
  private final Set<Integer> unreachable = new TreeSet<>();
  private final Map<NodeId, Instant> locks = new HashMap<>();
  private final Set<NodeId> killable = new TreeSet<>();
  private Watch watch = Watch.NEW;
  private Policy policy = POLICY;

  private AScene(Engine engine, int size) {
    this.engine = engine;
    this.nodes = IntStream.rangeClosed(1, size).mapToObj(n -> new SimNode(engine, n)).toList();
    SimNode first = nodes.getFirst();
    IntStream.range(0, 9).forEach(_ -> first.originate(new Content.Write()));
    first.originate(new Content.Epoch(epoch(5, 1, IntStream.rangeClosed(2, size).toArray())));
    first.commit(first.log.size(), _ -> {});
    first.promote(true);
    first.readOnly = false;
    for (SimNode node : nodes) {
      locks.put(node.id(), NOW.minusSeconds(60));
      if (node != first) {
        copy(first, node);
        following(node.number, 1);
      }
    }
  }

  static AScene aScene(Engine engine, int size) {
    return new AScene(engine, size);
  }

  static NodeId id(int number) {
    return new NodeId("db-" + number);
  }

  static EpochRecord epoch(long epoch, int primary, int... ackers) {
    return new EpochRecord(
        epoch, id(primary), Arrays.stream(ackers).mapToObj(AScene::id).collect(Collectors.toSet()));
  }

  private SimNode node(int number) {
    return nodes.get(number - 1);
  }

  private static void copy(SimNode from, SimNode to) {
    for (Tx tx : from.log) {
      if (!to.holds(tx)) {
        to.append(tx);
      }
    }
    to.visible = to.log.size();
  }

  /** It is gone, and those that followed it have noticed. */
  AScene down(int number) {
    unreachable.add(number);
    for (SimNode node : nodes) {
      if (node.source == number) {
        node.disconnect();
      }
    }
    return this;
  }

  /** This controller does not reach it; others do. */
  AScene unreached(int... numbers) {
    Arrays.stream(numbers).forEach(unreachable::add);
    return this;
  }

  /** It came back from a kill: closed, nothing running. */
  AScene restarted(int number) {
    node(number).crash(1);
    node(number).up = true;
    for (SimNode node : nodes) {
      if (node.source == number) {
        node.disconnect();
      }
    }
    return this;
  }

  AScene closed(int number) {
    node(number).readOnly = true;
    return this;
  }

  AScene open(int number) {
    node(number).readOnly = false;
    return this;
  }

  AScene fenced(int... numbers) {
    for (int number : numbers) {
      node(number).io = false;
      node(number).disconnect();
    }
    return this;
  }

  AScene following(int number, int source) {
    SimNode node = node(number);
    node.readOnly = true;
    node.follow(source, true);
    node.connected = true;
    node.agreed = true;
    return this;
  }

  AScene promoted(int number) {
    node(number).promote(true);
    return this;
  }

  AScene with(int number, Consumer<SimNode> change) {
    change.accept(node(number));
    return this;
  }

  /** Each executes the other's last transaction behind its own. */
  AScene crossed(int one, int other) {
    Tx last = node(one).log.getLast();
    node(one).append(node(other).log.getLast());
    node(other).append(last);
    node(one).visible = node(one).log.size();
    node(other).visible = node(other).log.size();
    return this;
  }

  /** Executed on one node, written by itself. */
  AScene writes(int number) {
    SimNode node = node(number);
    node.originate(new Content.Write());
    node.visible = node.log.size();
    return this;
  }

  /** The primary's next transaction, which so many have received and not applied. */
  AScene received(int... numbers) {
    SimNode first = node(1);
    Tx tx = first.originate(new Content.Write());
    first.visible = first.log.size();
    for (int number : numbers) {
      node(number).relay.add(tx);
    }
    return this;
  }

  /** The record, on its primary and wherever else. */
  AScene record(EpochRecord epoch, int... numbers) {
    SimNode primary =
        nodes.stream().filter(n -> n.id().equals(epoch.primary())).findFirst().orElseThrow();
    Tx tx = primary.originate(new Content.Epoch(epoch));
    primary.visible = primary.log.size();
    for (int number : numbers) {
      node(number).append(tx);
      node(number).visible = node(number).log.size();
    }
    return this;
  }

  AScene unlocked(int... numbers) {
    Arrays.stream(numbers).forEach(n -> locks.remove(id(n)));
    return this;
  }

  /** Locked only after it was looked at. */
  AScene lockedTooLate(int number) {
    locks.put(id(number), NOW.plusMillis(1));
    return this;
  }

  AScene killable(int number) {
    killable.add(id(number));
    return this;
  }

  AScene lossless() {
    policy =
        new Policy(
            Durability.LOSSLESS,
            policy.patience(),
            policy.absence(),
            policy.maxLag(),
            policy.rebuild(),
            policy.flapping(),
            policy.window());
    return this;
  }

  AScene vouched() {
    watch = watch.vouched(NOW);
    return this;
  }

  AScene failedOver(int times) {
    for (int i = 0; i < times; i++) {
      watch = watch.failedOver(NOW.minusSeconds(i));
    }
    return this;
  }

  /** All has been as it is for so long. */
  AScene since(Duration time) {
    watch = watch.after(roster(), policy, seen(), NOW.minus(time));
    return this;
  }

  private Roster roster() {
    return new Roster(Simulation.CLUSTER, engine, nodes.stream().map(n -> n.address).toList());
  }

  private Map<NodeId, Observation> seen() {
    Map<NodeId, Observation> seen = new LinkedHashMap<>();
    for (SimNode node : nodes) {
      seen.put(
          node.id(),
          unreachable.contains(node.number)
              ? new Unreachable(node.address, NOW, "connection refused")
              : node.look(NOW, nodes));
    }
    return seen;
  }

  Scene build() {
    Map<NodeId, Observation> seen = seen();
    Watch after = watch.after(roster(), policy, seen, NOW);
    return new Scene(roster(), policy, seen, locks, killable, after, NOW);
  }

  Decision next() {
    return Course.next(build());
  }

  /** The steps in short, such as {@code Fence db-2}. */
  static List<String> acts(Decision decision) {
    return decision instanceof Decision.Act act
        ? act.steps().stream().map(AScene::words).toList()
        : List.of(decision.getClass().getSimpleName());
  }

  static String why(Decision decision) {
    return switch (decision) {
      case Decision.Await await -> await.why();
      case Decision.Refused refused -> refused.why();
      case Decision.Act _, Decision.Settled _ -> "";
    };
  }

  static Map<NodeId, String> quarantined(Decision decision) {
    return switch (decision) {
      case Decision.Await await -> await.quarantined();
      case Decision.Act act -> act.quarantined();
      case Decision.Settled settled -> settled.quarantined();
      case Decision.Refused _ -> Map.of();
    };
  }

  private static String words(Step step) {
    String what = step.getClass().getSimpleName() + " " + step.node();
    return switch (step) {
      case Step.Follow s -> what + " " + s.source() + (s.acker() ? " acker" : "");
      case Step.Resume s -> what + (s.acker() ? " acker" : "");
      case Step.Acknowledge s -> what + (s.on() ? " on" : " off");
      case Step.TakeOffice s -> what + ": " + s.epoch();
      case Step.RecordAckers s -> what + ": " + s.epoch();
      case Step.Expel s -> what + " " + s.replicas() + ": " + s.epoch();
      case Step.Vouch s -> what + " " + s.replica() + " " + s.position();
      case Step.LetIn s -> what + " " + s.replica();
      case Step.CatchUp _,
          Step.Fence _,
          Step.Drain _,
          Step.Promote _,
          Step.Halt _,
          Step.Forget _,
          Step.Open _,
          Step.Guard _,
          Step.Close _,
          Step.Kill _ ->
          what;
    };
  }
}
