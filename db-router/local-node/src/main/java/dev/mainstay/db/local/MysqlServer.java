package dev.mainstay.db.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** MySQL 8.4 and newer. */
record MysqlServer(Distribution distribution) implements Server {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  @Override
  public String configuration(NodeSpec spec) {
    return """
        # Node %s, written anew at every start.
        [mysqld]
        datadir="%s"
        tmpdir="%s"
        pid_file="%s"
        log_error="%s"
        server_id=%d
        port=%d
        bind_address=127.0.0.1
        # An empty name: no local socket, hence one way in and no limit on the length of paths.
        socket=
        mysqlx=OFF
        %s
        skip_name_resolve=ON
        local_infile=OFF
        secure_file_priv=NULL
        character_set_server=utf8mb4
        collation_server=utf8mb4_0900_ai_ci
        default_time_zone=+00:00

        # Boot posture: closed, and nothing that was set at run time comes back.
        read_only=ON
        super_read_only=ON
        skip_replica_start=ON
        persisted_globals_load=OFF

        # Nothing acknowledged is lost.
        sync_binlog=1
        innodb_flush_log_at_trx_commit=1
        sync_relay_log=1
        relay_log_recovery=OFF

        log_bin=binlog
        relay_log=relay
        binlog_expire_logs_seconds=604800
        gtid_mode=ON
        enforce_gtid_consistency=ON
        log_replica_updates=ON
        replica_preserve_commit_order=ON
        replica_net_timeout=1
        rpl_stop_replica_timeout=10

        plugin_load_add=semisync_source.so
        plugin_load_add=semisync_replica.so
        plugin_load_add=mysql_clone.so
        rpl_semi_sync_source_enabled=OFF
        rpl_semi_sync_replica_enabled=OFF
        rpl_semi_sync_source_timeout=1000000000000
        rpl_semi_sync_source_wait_point=AFTER_SYNC

        # Small.
        performance_schema=OFF
        innodb_buffer_pool_size=32M
        innodb_log_buffer_size=4M
        innodb_redo_log_capacity=32M
        key_buffer_size=1M
        temptable_max_ram=16M
        table_open_cache=400
        table_definition_cache=400
        max_connections=200
        """
        .formatted(
            spec.id(),
            spec.data(),
            spec.scratch(),
            spec.pidFile(),
            spec.errorLog(),
            spec.serverId(),
            spec.port(),
            Server.isRoot() ? "user=root" : "");
  }

  @Override
  public void makeData(NodeSpec spec, Path fresh) throws IOException {
    var log = spec.home().resolve("initialise.log");
    var accounts = spec.home().resolve(".accounts.sql");
    Files.deleteIfExists(log);
    try {
      run(spec, log, systemTables(spec, fresh, log));
      // Only a server in operation takes statements about accounts; it has no port yet, and ends by
      // itself.
      Folders.writePrivate(accounts, accounts(spec.controller()));
      run(
          spec,
          log,
          List.of(
              distribution.server().toString(),
              "--defaults-file=" + spec.configuration(),
              "--datadir=" + fresh,
              "--log-error=" + log,
              "--skip-networking",
              "--super-read-only=OFF",
              "--read-only=OFF",
              "--init-file=" + accounts));
      Files.deleteIfExists(log);
    } finally {
      Files.deleteIfExists(accounts);
    }
  }

  private List<String> systemTables(NodeSpec spec, Path fresh, Path log) {
    var command =
        new ArrayList<>(
            List.of(
                distribution.server().toString(),
                "--no-defaults",
                "--initialize-insecure",
                "--datadir=" + fresh,
                "--tmpdir=" + spec.scratch(),
                "--log-error=" + log,
                "--secure-file-priv=NULL",
                "--innodb-redo-log-capacity=32M"));
    if (Server.isRoot()) {
      command.add("--user=root");
    }
    return command;
  }

  private static void run(NodeSpec spec, Path log, List<String> command) throws IOException {
    var ended = Invocation.of(command, spec.home(), LIMIT, line -> {});
    if (!ended.succeeded()) {
      throw new IOException(
          "node %s: %s could not make its data: %s"
              .formatted(
                  spec.id(),
                  command.getFirst(),
                  ServerLog.complaint(log, ended).replace(spec.controller().password(), "***")));
    }
  }

  /**
   * The controller's privileges: what it asks, what it sets, and what it hands out to the accounts
   * it makes. None of them is SUPER, FILE or SHUTDOWN, and no data but the two schemas' and the
   * accounts' is open to it.
   */
  static String accounts(Account controller) {
    var who = "'" + controller.name() + "'@'%'";
    return """
        SET SESSION sql_log_bin = 0;
        CREATE USER %1$s IDENTIFIED WITH caching_sha2_password BY %2$s;
        GRANT RELOAD, PROCESS, CREATE USER, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO %1$s WITH GRANT OPTION;
        GRANT BACKUP_ADMIN ON *.* TO %1$s WITH GRANT OPTION;
        GRANT SYSTEM_VARIABLES_ADMIN, REPLICATION_SLAVE_ADMIN, CONNECTION_ADMIN, BINLOG_ADMIN, CLONE_ADMIN, SYSTEM_USER ON *.* TO %1$s;
        GRANT ALL PRIVILEGES ON `%3$s`.* TO %1$s WITH GRANT OPTION;
        GRANT ALL PRIVILEGES ON `%4$s`.* TO %1$s WITH GRANT OPTION;
        GRANT SELECT ON performance_schema.* TO %1$s WITH GRANT OPTION;
        GRANT SELECT ON mysql.* TO %1$s;
        DROP USER 'root'@'localhost';
        SHUTDOWN;
        """
        .formatted(who, controller.passwordLiteral(), SCHEMA, CONTROL_SCHEMA);
  }
}
