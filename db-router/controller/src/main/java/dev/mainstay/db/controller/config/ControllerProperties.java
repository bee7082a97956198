package dev.mainstay.db.controller.config;

import dev.mainstay.db.NodeAddress;
import dev.mainstay.db.controller.loop.ControllerSettings;
import dev.mainstay.db.controller.plan.ClusterSpec;
import dev.mainstay.db.engine.Accounts;
import dev.mainstay.db.engine.Credentials;
import java.time.Duration;
import java.util.List;
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
 * @param interval How often the nodes are looked at.
 * @param patience How long a start that is possible without some node waits for it.
 * @param accounts The accounts that the controller makes.
 */
@ConfigurationProperties("mainstay.controller")
public record ControllerProperties(
    @DefaultValue("rt-1") String id,
    @DefaultValue("mainstay") String cluster,
    @DefaultValue List<String> nodes,
    @DefaultValue("mainstay") String schema,
    @DefaultValue("controller") String username,
    @DefaultValue("") String password,
    @DefaultValue("500ms") Duration interval,
    @DefaultValue("5s") Duration patience,
    @DefaultValue AccountProperties accounts) {

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
    settings(id, cluster, nodes, schema, username, password, interval, patience, accounts);
  }

  private static void require(String key, String password) {
    if (password.isEmpty()) {
      throw new IllegalArgumentException("mainstay.controller.%s is not set".formatted(key));
    }
  }

  ControllerSettings settings() {
    return settings(id, cluster, nodes, schema, username, password, interval, patience, accounts);
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
      AccountProperties accounts) {
    List<NodeAddress> addresses = nodes.stream().map(NodeAddress::parse).toList();
    return new ControllerSettings(
        id,
        new ClusterSpec(cluster, addresses, patience),
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
        interval);
  }

  @Override
  public String toString() {
    return "%s of cluster %s".formatted(id, cluster);
  }
}
