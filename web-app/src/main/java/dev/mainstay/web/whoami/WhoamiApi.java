package dev.mainstay.web.whoami;

import dev.mainstay.db.NodeState;
import dev.mainstay.db.Topology;
import dev.mainstay.db.router.Cluster;
import dev.mainstay.db.router.Failures;
import dev.mainstay.db.router.Writes;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells which nodes serve the sender's reads and writes. It asks them: one transaction reads,
 * another could write, and the nodes that these come to name themselves.
 */
@RestController
class WhoamiApi {

  private final Route route;
  private final Cluster cluster;
  private final ServerId serverId;
  private final TransactionTemplate write;
  private final Writes writes;

  WhoamiApi(
      Route route,
      Cluster cluster,
      ServerId serverId,
      PlatformTransactionManager transactions,
      Writes writes) {
    this.writes = writes;
    this.route = route;
    this.cluster = cluster;
    this.serverId = serverId;
    this.write = new TransactionTemplate(transactions);
  }

  /** The answer; what is not known is null. */
  record Told(@Nullable String gateway, String instance, Read read, Write write) {}

  /** The node that reads. */
  record Read(String node, @Nullable String role, @Nullable Long lagMillis) {}

  /** The node that writes, if there is one. */
  record Write(@Nullable String node) {}

  @GetMapping("/api/whoami")
  Told whoami(HttpServletRequest request) {
    Read reading = reading();
    ServedBy servedBy = route.of(request);
    return new Told(servedBy.gateway(), servedBy.instance(), reading, new Write(writing()));
  }

  private Read reading() {
    long id = serverId.ofRead();
    Optional<NodeState> state = cluster.topology().nodeOfServer(id);
    return new Read(
        route.node(id),
        state.map(node -> node.role().name()).orElse(null),
        state.flatMap(NodeState::lag).map(Duration::toMillis).orElse(null));
  }

  private @Nullable String writing() {
    Topology topology = cluster.topology();
    if (topology.primary().isEmpty()) {
      return null;
    }
    try {
      return route.node(
          writes.withoutHold(
              () ->
                  write.execute(
                      status -> {
                        // Nothing is written, so nothing need be seen by this sender's next reads.
                        status.setRollbackOnly();
                        return serverId.ofThisTransaction();
                      })));
    } catch (RuntimeException e) {
      if (Failures.isLackOfPrimary(e)) {
        return null;
      }
      throw e;
    }
  }
}
