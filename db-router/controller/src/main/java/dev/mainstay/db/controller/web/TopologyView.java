package dev.mainstay.db.controller.web;

import dev.mainstay.db.Engine;
import dev.mainstay.db.EpochRecord;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Role;
import dev.mainstay.db.controller.loop.Picture;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The topology as JSON. What is not known is null.
 *
 * @param controller the id of the one that tells this
 * @param leader the id of the controller that leads
 * @param waiting what the cluster waits for, in words; null when it needs nothing
 * @param rebuilds whether a node that holds what the primary lacks is rebuilt without being asked
 */
record TopologyView(
    String controller,
    String cluster,
    @Nullable Engine engine,
    @Nullable Long epoch,
    @Nullable String primary,
    @Nullable String leader,
    @Nullable String waiting,
    boolean rebuilds,
    List<NodeView> nodes) {

  record NodeView(
      String id,
      Role role,
      boolean writable,
      @Nullable Long lagMillis,
      @Nullable String gtid,
      @Nullable String errant,
      int port,
      String host,
      @Nullable Long serverId,
      String why) {

    static NodeView of(NodeState node) {
      return new NodeView(
          node.id().value(),
          node.role(),
          node.writable(),
          node.lag().map(Duration::toMillis).orElse(null),
          node.gtid().map(Object::toString).orElse(null),
          node.errant().map(Object::toString).orElse(null),
          node.address().port(),
          node.address().host(),
          node.serverId().isPresent() ? node.serverId().getAsLong() : null,
          node.why());
    }
  }

  static TopologyView of(String controller, String cluster, boolean rebuild, Picture picture) {
    Optional<Engine> engine = picture.topology().engine();
    return new TopologyView(
        controller,
        cluster,
        engine.orElse(null),
        picture.topology().epoch().map(EpochRecord::epoch).orElse(null),
        picture.topology().epoch().map(epoch -> epoch.primary().value()).orElse(null),
        picture.leader().orElse(null),
        picture.waiting().orElse(null),
        rebuild && engine.equals(Optional.of(Engine.MYSQL)),
        picture.topology().nodes().stream().map(NodeView::of).toList());
  }
}
