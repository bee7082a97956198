package dev.mainstay.web.whoami;

import dev.mainstay.db.NodeId;
import dev.mainstay.db.router.Cluster;
import dev.mainstay.web.config.WebProperties;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Tells the way that a request came and where its data were read. */
@Component
public class Route {

  private static final String GATEWAY_HEADER = "X-Mainstay-Gateway";

  /** Whatever else the header says was not written by a gateway of ours. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private final Cluster cluster;
  private final String instance;

  Route(WebProperties properties, Cluster cluster) {
    this.cluster = cluster;
    this.instance = properties.instanceName();
  }

  /** The way of a request for which no node was read. */
  public ServedBy of(HttpServletRequest request) {
    return new ServedBy(gateway(request), instance, null);
  }

  /** The way of a request that was answered with something read from a node. */
  public ServedBy of(HttpServletRequest request, ReadOn<?> read) {
    return new ServedBy(gateway(request), instance, node(read.serverId()));
  }

  /** The id of the node with this server id; where the cluster does not know it yet, its number. */
  String node(long serverId) {
    return cluster.nodeOf(serverId).map(NodeId::value).orElse("server " + serverId);
  }

  static @Nullable String gateway(HttpServletRequest request) {
    String name = request.getHeader(GATEWAY_HEADER);
    return name != null && NAME.matcher(name).matches() ? name : null;
  }
}
