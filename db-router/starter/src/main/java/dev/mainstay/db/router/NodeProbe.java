package dev.mainstay.db.router;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.Observation;

/**
 * Looks at one node. Returns within a bounded time, whatever the node does, and never throws for a
 * node's sake.
 */
@FunctionalInterface
public interface NodeProbe {

  Observation observe(NodeAddress node);
}
