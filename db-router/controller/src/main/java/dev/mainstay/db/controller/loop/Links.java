package dev.mainstay.db.controller.loop;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.ReplicaStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where nodes are reached that are not reached at their own address: through a tunnel, or through a
 * proxy that a test can cut.
 *
 * @param own where this controller reaches a node
 * @param replication where a replica (outer key) fetches from a source (inner key)
 */
public record Links(Map<NodeId, Place> own, Map<NodeId, Map<NodeId, Place>> replication) {

  /** A host and a port. */
  public record Place(String host, int port) {

    /** Reads {@code 127.0.0.1:40123}. */
    public static Place parse(String text) {
      NodeAddress address = NodeAddress.parse("place=" + text);
      return new Place(address.host(), address.port());
    }
  }

  /** Every node at its own address. */
  public static final Links DIRECT = new Links(Map.of(), Map.of());

  public Links {
    own = Map.copyOf(own);
    replication = Map.copyOf(replication);
  }

  NodeAddress own(NodeAddress node) {
    return at(node, own.get(node.id()));
  }

  NodeAddress source(NodeId replica, NodeAddress source) {
    return at(source, replication.getOrDefault(replica, Map.of()).get(source.id()));
  }

  private static NodeAddress at(NodeAddress node, @Nullable Place place) {
    return place == null ? node : new NodeAddress(node.id(), place.host(), place.port());
  }

  /** The same status, with the source at its own address. */
  ReplicaStatus direct(NodeId replica, ReplicaStatus status, Iterable<NodeAddress> nodes) {
    Map<NodeId, Place> sources = replication.getOrDefault(replica, Map.of());
    for (NodeAddress node : nodes) {
      Place place = sources.get(node.id());
      if (place != null && place.equals(new Place(status.sourceHost(), status.sourcePort()))) {
        return new ReplicaStatus(
            node.host(),
            node.port(),
            status.sourceServerId(),
            status.io(),
            status.applying(),
            status.retrieved(),
            status.ioFailure(),
            status.sqlFailure(),
            status.executed());
      }
    }
    return status;
  }
}
