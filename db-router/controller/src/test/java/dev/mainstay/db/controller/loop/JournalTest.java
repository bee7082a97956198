package dev.mainstay.db.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JournalTest {

  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private final Journal journal = new Journal();

  @Test
  void aChangeOfRoleIsToldWithItsReasonAndHowLongTheFormerLasted() {
    after(at(0, node(Role.REPLICA, false, "follows db-2")));

    assertThat(after(at(1500, node(Role.UNREACHABLE, false, "refuses connections"))))
        .containsExactly("db-1: REPLICA -> UNREACHABLE (refuses connections), after 1.5 s");
    assertThat(after(at(3500, node(Role.PRIMARY, true, "epoch 2"))))
        .containsExactly("db-1: UNREACHABLE -> PRIMARY writable (epoch 2), after 2.0 s");
  }

  @Test
  void nothingIsToldWhenOnlyTheReasonOrTheLagMoves() {
    after(at(0, node(Role.REPLICA, false, "follows db-2")));

    assertThat(after(at(500, node(Role.REPLICA, false, "tries to connect to db-2")))).isEmpty();
  }

  /** Trap: who starts with a wrong password before its nodes do first finds nobody there. */
  @Test
  void aReasonThatAsksToCheckASettingIsToldOnce() {
    String denied = "access denied for user controller, check mainstay.controller.password";
    after(at(0, node(Role.UNREACHABLE, false, "refuses connections")));

    assertThat(after(at(500, node(Role.UNREACHABLE, false, denied))))
        .containsExactly("db-1 is UNREACHABLE (%s)".formatted(denied));
    assertThat(after(at(1000, node(Role.UNREACHABLE, false, "does not answer")))).isEmpty();
    assertThat(after(at(1500, node(Role.UNREACHABLE, false, denied)))).isEmpty();
  }

  @Test
  void aNewEpochIsTold() {
    EpochRecord epoch = new EpochRecord(3, new NodeId("db-1"), Set.of());
    NodeState node = node(Role.PRIMARY, true, "");
    after(at(0, node));

    assertThat(after(picture(500, Optional.of(epoch), Optional.empty(), node)))
        .containsExactly("epoch 0 -> epoch 3: db-1, alone", "db-1 is the primary");
  }

  @Test
  void waitingIsToldWhenItLastsAndWhenItEnds() {
    NodeState node = node(Role.REPLICA, false, "");
    Optional<String> why = Optional.of("2 are needed");
    after(at(0, node));

    assertThat(after(picture(900, Optional.empty(), why, node))).isEmpty();
    assertThat(after(picture(1100, Optional.empty(), why, node)))
        .containsExactly("waits: 2 are needed");
    assertThat(after(picture(1600, Optional.empty(), why, node))).isEmpty();
    assertThat(after(at(3000, node))).containsExactly("waits no more, after 3.0 s");
  }

  @Test
  void anotherReasonToWaitIsToldWhenItLastsToo() {
    NodeState node = node(Role.REPLICA, false, "");
    Optional<String> first = Optional.of("2 are needed");
    Optional<String> second = Optional.of("db-1 is unreachable");
    after(at(0, node));
    after(picture(1100, Optional.empty(), first, node));

    assertThat(after(picture(1600, Optional.empty(), second, node))).isEmpty();
    assertThat(after(picture(2700, Optional.empty(), second, node)))
        .containsExactly("waits: db-1 is unreachable");
    assertThat(after(at(4000, node))).containsExactly("waits no more, after 4.0 s");
  }

  private List<String> after(Picture picture) {
    return journal.after(picture).stream().map(Event.News::text).toList();
  }

  private static NodeState node(Role role, boolean writable, String why) {
    return new NodeState(
        NodeAddress.parse("db-1=127.0.0.1:3311"),
        role,
        writable,
        Optional.of(Duration.ZERO),
        Optional.empty(),
        Optional.empty(),
        OptionalLong.of(1),
        Optional.empty(),
        why);
  }

  private static Picture at(long millis, NodeState node) {
    return picture(millis, Optional.empty(), Optional.empty(), node);
  }

  private static Picture picture(
      long millis, Optional<EpochRecord> epoch, Optional<String> waiting, NodeState node) {
    return new Picture(
        START.plusMillis(millis),
        new Topology(Optional.empty(), epoch, List.of(node)),
        Optional.empty(),
        false,
        Optional.empty(),
        waiting);
  }
}
