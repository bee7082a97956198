package dev.mainstay.db.router;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.NodeState;
import dev.mainstay.db.Topology;
import java.util.Optional;

/**
 * The database nodes as this application sees them at this moment. An application may inject it.
 */
public interface Cluster {

  /**
   * The latest snapshot: immutable, never older than a few monitor intervals. Take it once per
   * request.
   */
  Topology topology();

  /** The node that answers {@code SELECT @@server_id} with this number, if one has been seen. */
  default Optional<NodeId> nodeOf(long serverId) {
    return topology().nodeOfServer(serverId).map(NodeState::id);
  }
}
