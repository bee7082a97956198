package dev.mainstay.db.controller.config;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.NodeId;
import dev.mainstay.db.controller.control.CommandControl;
import dev.mainstay.db.controller.control.FileBreakpoint;
import dev.mainstay.db.controller.control.SupervisorControl;
import dev.mainstay.db.controller.loop.Breakpoint;
import dev.mainstay.db.controller.loop.ControllerSettings;
import dev.mainstay.db.controller.loop.Links;
import dev.mainstay.db.controller.loop.Links.Place;
import dev.mainstay.db.controller.loop.NodeControl;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.engine.Accounts;
import dev.mainstay.db.engine.Credentials;
import dev.mainstay.db.failover.Durability;
import dev.mainstay.db.failover.Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the controller is told under {@code mainstay.controller}.
 *
 * @param id This controller's name among its peers, as the topology shows its leader.
 * @param cluster The cluster's name, written on its nodes. A node of another cluster is refused.
 * @param nodes The nodes as id=host:port, in order of preference as the first primary.
 * @param schema The application's schema, made when the cluster is set up.
 * @param username The controller's account, which every node has from its initialisation.
 * @param password The password of the controller's account.
 * @param token What a caller has to present who changes the primary; without one, only callers on
 *     this machine may.
 * @param interval How often the nodes are looked at.
 * @param patience How long a start that is possible without some node waits for it.
 * @param rebuild Whether a node that holds what nobody acknowledged, and so cannot join, gets the
 *     primary's data in place of its own without being asked.
 * @param failover When and how another node becomes the primary.
 * @param accounts The accounts that the controller makes.
 * @param nodeControl Who kills a node that is fenced or isolated.
 * @param via Where this controller reaches a node, as host:port, if not at its address.
 * @param replicateVia Where a replica is told to fetch from a source, as host:port by replica and
 *     source, if not at its address.
 * @param testHook A file that names the step before which this process is to halt, for tests.
 */
@ConfigurationProperties("mainstay.controller")
public record ControllerProperties(
    @DefaultValue("rt-1") String id,
    @DefaultValue("mainstay") String cluster,
    @DefaultValue List<String> nodes,
    @DefaultValue("mainstay") String schema,
    @DefaultValue("controller") String username,
    @DefaultValue("") String password,
    @DefaultValue("") String token,
    @DefaultValue("250ms") Duration interval,
    @DefaultValue("5s") Duration patience,
    @DefaultValue("false") boolean rebuild,
    @DefaultValue Failover failover,
    @DefaultValue AccountProperties accounts,
    @DefaultValue NodeControlProperties nodeControl,
    @DefaultValue Map<String, String> via,
    @DefaultValue Map<String, Map<String, String>> replicateVia,
    @Nullable Path testHook) {

  /**
   * When and how another node becomes the primary.
   *
   * @param durability What a primary does that no replica follows: available (it goes on alone) or
   *     lossless (it waits for one).
   * @param patience How long a vacant office waits for what would be better than the next best.
   * @param absence After this an acker that is gone is taken out of the acker set.
   * @param maxLag The target of a switchover is at most this far behind.
   * @param limit So many unplanned changes within the window, and no more until a person looked.
   * @param window The time in which they are counted.
   */
  public record Failover(
      @DefaultValue("available") Durability durability,
      @DefaultValue("3s") Duration patience,
      @DefaultValue("10s") Duration absence,
      @DefaultValue("1s") Duration maxLag,
      @DefaultValue("5") int limit,
      @DefaultValue("10m") Duration window) {

    Policy policy(boolean rebuild) {
      return new Policy(durability, patience, absence, maxLag, rebuild, limit, window);
    }
  }

  /**
   * Who kills a node. With neither, such a node stays out until somebody does.
   *
   * @param socket The control socket of the supervisor of this machine.
   * @param command A program with arguments, to which the node's id is appended.
   */
  public record NodeControlProperties(@Nullable Path socket, @DefaultValue List<String> command) {

    NodeControl control() {
      if (socket != null && !command.isEmpty()) {
        throw new IllegalArgumentException(
            "mainstay.controller.node-control has a socket and a command (expected: one of them)");
      }
      return socket != null
          ? new SupervisorControl(socket)
          : command.isEmpty() ? NodeControl.NONE : new CommandControl(command);
    }
  }

  /**
   * The accounts that the controller makes.
   *
   * @param application The application's account: data of the schema, and nothing else.
   * @param migrate The account that changes tables of the schema.
   * @param monitor The account that observes the nodes.
   * @param replication The replicas' accounts, one a node, named repl_ and the node's id.
   */
  public record AccountProperties(
      @DefaultValue Application application,
      @DefaultValue Migrate migrate,
      @DefaultValue Monitor monitor,
      @DefaultValue Replication replication) {}

  /**
   * The application's account.
   *
   * @param username Its name.
   * @param password Its password.
   */
  public record Application(
      @DefaultValue("app") String username, @DefaultValue("") String password) {

    @Override
    public String toString() {
      return username;
    }
  }

  /**
   * The account that migrates the schema.
   *
   * @param username Its name.
   * @param password Its password.
   */
  public record Migrate(
      @DefaultValue("migrate") String username, @DefaultValue("") String password) {

    @Override
    public String toString() {
      return username;
    }
  }

  /**
   * The account that observes.
   *
   * @param username Its name.
   * @param password Its password.
   */
  public record Monitor(
      @DefaultValue("monitor") String username, @DefaultValue("") String password) {

    @Override
    public String toString() {
      return username;
    }
  }

  /**
   * The replicas' accounts.
   *
   * @param password The password of each, of at most 32 characters.
   */
  public record Replication(@DefaultValue("") String password) {

    @Override
    public String toString() {
      return "replication";
    }
  }

  public ControllerProperties {
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException(
          "mainstay.controller.nodes is empty (expected: a list such as db-1=127.0.0.1:3311)");
    }
    require("password", password);
    require("accounts.application.password", accounts.application.password);
    require("accounts.migrate.password", accounts.migrate.password);
    require("accounts.monitor.password", accounts.monitor.password);
    require("accounts.replication.password", accounts.replication.password);
    nodes = List.copyOf(nodes);
    // Says at start-up what is wrong with any other value.
    settings(
        id,
        cluster,
        nodes,
        schema,
        username,
        password,
        interval,
        patience,
        rebuild,
        failover,
        accounts,
        nodeControl,
        via,
        replicateVia,
        testHook);
  }

  private static void require(String key, String password) {
    if (password.isEmpty()) {
      throw new IllegalArgumentException("mainstay.controller.%s is not set".formatted(key));
    }
  }

  ControllerSettings settings() {
    return settings(
        id,
        cluster,
        nodes,
        schema,
        username,
        password,
        interval,
        patience,
        rebuild,
        failover,
        accounts,
        nodeControl,
        via,
        replicateVia,
        testHook);
  }

  private static ControllerSettings settings(
      String id,
      String cluster,
      List<String> nodes,
      String schema,
      String username,
      String password,
      Duration interval,
      Duration patience,
      boolean rebuild,
      Failover failover,
      AccountProperties accounts,
      NodeControlProperties nodeControl,
      Map<String, String> via,
      Map<String, Map<String, String>> replicateVia,
      @Nullable Path testHook) {
    List<NodeAddress> addresses = nodes.stream().map(NodeAddress::parse).toList();
    return new ControllerSettings(
        id,
        new ClusterSpec(cluster, addresses, patience),
        failover.policy(rebuild),
        new Credentials(username, password),
        new Accounts(
            schema,
            new Credentials(accounts.application.username, accounts.application.password),
            new Credentials(accounts.migrate.username, accounts.migrate.password),
            new Credentials(accounts.monitor.username, accounts.monitor.password),
            addresses.stream()
                .map(
                    node ->
                        new Credentials(
                            ControllerSettings.user(node.id()), accounts.replication.password))
                .toList()),
        interval,
        links(addresses, via, replicateVia),
        nodeControl.control(),
        testHook == null ? Breakpoint.NONE : new FileBreakpoint(testHook));
  }

  private static Links links(
      List<NodeAddress> nodes, Map<String, String> via, Map<String, Map<String, String>> others) {
    Map<NodeId, Map<NodeId, Place>> replication = new LinkedHashMap<>();
    others.forEach(
        (replica, sources) ->
            replication.put(
                node(nodes, "replicate-via", replica), places(nodes, "replicate-via", sources)));
    return new Links(places(nodes, "via", via), replication);
  }

  private static Map<NodeId, Place> places(
      List<NodeAddress> nodes, String key, Map<String, String> texts) {
    Map<NodeId, Place> places = new LinkedHashMap<>();
    texts.forEach((id, text) -> places.put(node(nodes, key, id), Place.parse(text)));
    return places;
  }

  private static NodeId node(List<NodeAddress> nodes, String key, String id) {
    return nodes.stream()
        .map(NodeAddress::id)
        .filter(node -> node.value().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "mainstay.controller.%s names %s (expected: one of the nodes)"
                        .formatted(key, id)));
  }

  @Override
  public String toString() {
    return "%s of cluster %s".formatted(id, cluster);
  }
}
