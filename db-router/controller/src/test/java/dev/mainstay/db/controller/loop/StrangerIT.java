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
import org.junit.jupiter.api.Test;

/** Nodes that are configured but do not belong to the cluster are told and left alone. */
@EachEngine
class StrangerIT {

  private static final NodeId STRANGER = new NodeId("db-3");
  private static final String ID = "SELECT cluster_id FROM mainstay_control.cluster";

  private final LocalEngine engine;

  StrangerIT(LocalEngine engine) {
    this.engine = engine;
  }

  @Test
  void aNodeOfTheOtherEngineIsNotTakenIn() throws SQLException {
    LocalEngine other = engine == LocalEngine.MYSQL ? LocalEngine.MARIADB : LocalEngine.MYSQL;
    List<TestNode> nodes =
        List.of(TestNode.blank(engine, 1), TestNode.blank(engine, 2), TestNode.blank(other, 3));
    try (ReplicatedCluster cluster = ReplicatedCluster.leftAlone(nodes)) {
      cluster.startController("rt-1");

      isLeftOut(cluster, "runs " + other);
      assertThat(
              Query.column(
                  cluster,
                  "db-3",
                  "controller",
                  "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'mainstay%'"))
          .isEmpty();
    }
  }

  @Test
  void aNodeOfAnotherClusterIsNotTakenIn() throws SQLException {
    TestNode foreign = TestNode.blank(engine, 3);
    ReplicatedCluster theirs = ReplicatedCluster.leftAlone(List.of(foreign));
    theirs.startController("their-1");
    theirs.awaitTopology(t -> t.primary().filter(NodeState::writable).isPresent());
    String id = Query.value(theirs, "db-3", "controller", ID);
    theirs.stopController("their-1");
    foreign.stop();

    List<TestNode> nodes = List.of(TestNode.blank(engine, 1), TestNode.blank(engine, 2), foreign);
    try (ReplicatedCluster cluster = ReplicatedCluster.leftAlone(nodes)) {
      cluster.startController("rt-1");
      cluster.awaitTopology(t -> t.primary().filter(NodeState::writable).isPresent());
      foreign.start();

      isLeftOut(cluster, "cluster " + id);
      assertThat(Query.value(cluster, "db-3", "controller", ID)).isEqualTo(id);
    }
  }

  private static void isLeftOut(ReplicatedCluster cluster, String why) {
    cluster.awaitTopology(
        t ->
            t.primary().filter(NodeState::writable).isPresent()
                && t.node(STRANGER).filter(n -> n.role() == Role.QUARANTINED).isPresent());
    assertThat(cluster.topology().node(STRANGER).orElseThrow().why()).contains(why);
    assertThat(cluster.topology().epoch().orElseThrow().ackers())
        .containsExactly(new NodeId("db-2"));
    assertThat(cluster.leader().orders().move(STRANGER, false).join())
        .isEqualTo(new Answer.Refused("db-3 is not reached, or of another cluster"));
    assertThat(cluster.leader().orders().rebuild(STRANGER).join())
        .isEqualTo(new Answer.Refused("db-3 is not reached, or of another cluster"));
  }
}
