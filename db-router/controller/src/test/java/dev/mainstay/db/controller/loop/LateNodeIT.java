package dev.mainstay.db.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.controller.loop.Orders.Answer;
import dev.mainstay.db.controller.testing.ReplicatedCluster;
import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.EachEngine;
import dev.mainstay.db.local.testing.TestNode;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A cluster that begins with two of three nodes, and a third that comes late, and goes astray. */
@EachEngine
class LateNodeIT {

  private static final NodeId LATE = new NodeId("db-3");

  private final LocalEngine engine;

  LateNodeIT(LocalEngine engine) {
    this.engine = engine;
  }

  @Test
  void twoOfThreeSufficeTheThirdJoinsAndIsQuarantinedWhenItGoesAstray() throws SQLException {
    List<TestNode> nodes =
        List.of(TestNode.blank(engine, 1), TestNode.blank(engine, 2), TestNode.stopped(engine, 3));
    try (ReplicatedCluster cluster = ReplicatedCluster.leftAlone(nodes)) {
      cluster.startController("rt-1");
      cluster.startController("rt-2");

      // Two of three are enough.
      cluster.awaitTopology(t -> t.primary().filter(NodeState::writable).isPresent());
      assertThat(cluster.topology().epoch().orElseThrow().ackers())
          .isEqualTo(Set.of(new NodeId("db-2")));
      assertThat(cluster.controllers()).filteredOn(c -> c.picture().leading()).hasSize(1);
      Query.run(
          cluster,
          "db-1",
          "migrate",
          "CREATE TABLE mainstay.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(40))");
      Query.run(cluster, "db-1", "app", "INSERT INTO mainstay.t (v) VALUES ('before')");

      // The third gets all data and becomes an acker.
      cluster.restart("db-3");
      cluster.awaitInSync();
      assertThat(Query.column(cluster, "db-3", "app", "SELECT v FROM mainstay.t"))
          .containsExactly("before");
      cluster.awaitTopology(
          t -> t.epoch().orElseThrow().ackers().equals(Set.of(new NodeId("db-2"), LATE)));

      // A write of its own, past all guards, makes it errant.
      Query.run(
          cluster,
          "db-3",
          "controller",
          switch (engine) {
            case MYSQL -> "SET GLOBAL super_read_only = 0";
            case MARIADB -> "DO 0";
          },
          "INSERT INTO mainstay.t (id, v) VALUES (1000, 'astray')");
      cluster.awaitTopology(t -> t.node(LATE).orElseThrow().role() == Role.QUARANTINED);
      cluster.restart("db-3");
      cluster.awaitTopology(t -> t.node(LATE).orElseThrow().role() == Role.QUARANTINED);
      NodeState astray = cluster.topology().node(LATE).orElseThrow();
      assertThat(astray.why())
          .matches(
              "(it holds what db-1 lacks|is errant: the primary lacks):? ([0-9a-f-]{36}:1|0-3-\\d+)");
      assertThat(Query.column(cluster, "db-3", "app", "SELECT v FROM mainstay.t"))
          .contains("astray");
      assertThat(astray.errant()).isPresent();
      assertThat(cluster.topology().primary().filter(NodeState::writable)).isPresent();

      isRebuiltWhenAsked(cluster);
    }
  }

  private void isRebuiltWhenAsked(ReplicatedCluster cluster) throws SQLException {
    assertThat(cluster.leader().orders().rebuild(LATE).join())
        .isEqualTo(new Answer.Refused("db-3 is an acker on record"));
    cluster.awaitTopology(t -> t.epoch().orElseThrow().ackers().equals(Set.of(new NodeId("db-2"))));

    Answer answer = cluster.leader().orders().rebuild(LATE).join();

    assertThat(answer).isEqualTo(new Answer.Accepted(LATE, new NodeId("db-1")));
    Query.run(cluster, "db-1", "app", "INSERT INTO mainstay.t (v) VALUES ('meanwhile')");
    cluster.awaitInSync();
    assertThat(Query.column(cluster, "db-3", "app", "SELECT v FROM mainstay.t"))
        .containsExactlyInAnyOrder("before", "meanwhile");
    assertThat(cluster.leader().orders().rebuild(LATE).join()).isInstanceOf(Answer.Refused.class);
    cluster.awaitTopology(t -> t.epoch().orElseThrow().ackers().contains(LATE));
  }
}
