package dev.mainstay.db.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** MariaDB 10.11 and newer. */
record MariadbServer(Distribution distribution) implements Server {

  private static final Duration LIMIT = Duration.ofMinutes(3);

  /**
   * Since when the collation of a character set is an option of its own; an older server has one
   * for the server only, and does not start with an option that it does not know.
   */
  private static final EngineVersion COLLATIONS_BY_CHARACTER_SET = new EngineVersion(11, 2, 1);

  /**
   * The system tables, as {@code mariadb-install-db} makes them; without the script that adds root
   * accounts, without the help texts and the test schema.
   */
  private static final List<String> SYSTEM_TABLES =
      List.of(
          "mariadb_system_tables.sql",
          "mariadb_performance_tables.sql",
          "maria_add_gis_sp_bootstrap.sql",
          "mariadb_sys_schema.sql");

  @Override
  public String configuration(NodeSpec spec) {
    return """
        # Node %s, written anew at every start.
        [mariadbd]
        basedir="%s"
        plugin_dir="%s"
        lc_messages_dir="%s"
        character_sets_dir="%s"
        datadir="%s"
        tmpdir="%s"
        pid_file="%s"
        log_error="%s"
        server_id=%d
        port=%d
        bind_address=127.0.0.1
        # An empty name: no local socket, hence one way in and no limit on the length of paths.
        socket=
        %s
        # It listens on loopback only; with TLS on it makes a new 4096-bit key at every start, for 4 to 14 s.
        ssl=OFF
        # The probes that ask whether it answers are no warning.
        log_warnings=1
        skip_name_resolve=ON
        local_infile=OFF
        character_set_server=utf8mb4
        %s
        collation_server=utf8mb4_uca1400_ai_ci
        default_time_zone=+00:00

        # Boot posture: closed.
        read_only=ON
        skip_slave_start=ON
        init_rpl_role=SLAVE

        # Nothing acknowledged is lost. With 1 a commit is not written until the next one; a node that is killed, and recovers
        # as a replica, would drop it.
        sync_binlog=1
        innodb_flush_log_at_trx_commit=3
        sync_relay_log=1

        log_bin=binlog
        relay_log=relay
        binlog_format=ROW
        binlog_expire_logs_seconds=604800
        gtid_strict_mode=ON
        log_slave_updates=ON
        slave_net_timeout=1
        rpl_semi_sync_slave_kill_conn_timeout=1

        rpl_semi_sync_master_enabled=OFF
        rpl_semi_sync_slave_enabled=OFF
        rpl_semi_sync_master_timeout=1000000000000
        rpl_semi_sync_master_wait_point=AFTER_SYNC

        # Small.
        performance_schema=OFF
        innodb_buffer_pool_size=32M
        innodb_log_buffer_size=4M
        innodb_log_file_size=32M
        aria_pagecache_buffer_size=8M
        key_buffer_size=1M
        table_open_cache=400
        table_definition_cache=400
        max_connections=200
        """
        .formatted(
            spec.id(),
            distribution.home(),
            distribution.home().resolve("lib/plugin"),
            distribution.home().resolve("share"),
            distribution.home().resolve("share/charsets"),
            spec.data(),
            spec.scratch(),
            spec.pidFile(),
            spec.errorLog(),
            spec.serverId(),
            spec.port(),
            Server.isRoot() ? "user=root" : "",
            distribution.version().isAtLeast(COLLATIONS_BY_CHARACTER_SET)
                ? "character_set_collations=utf8mb4=uca1400_ai_ci"
                : "");
  }

  @Override
  public void makeData(NodeSpec spec, Path fresh) throws IOException {
    Folders.createPrivate(fresh);
    var statements = spec.home().resolve(".bootstrap.sql");
    var log = spec.home().resolve("initialise.log");
    Files.deleteIfExists(log);
    try {
      Folders.writePrivate(statements, systemTables() + accounts(spec.controller()));
      var ended =
          Invocation.of(bootstrap(spec, fresh, log), spec.home(), statements, LIMIT, line -> {});
      if (!ended.succeeded()) {
        throw new IOException(
            "node %s: %s could not make its data: %s"
                .formatted(
                    spec.id(),
                    distribution.server(),
                    ServerLog.complaint(log, ended).replace(spec.controller().password(), "***")));
      }
      Files.deleteIfExists(log);
    } finally {
      Files.deleteIfExists(statements);
    }
  }

  private List<String> bootstrap(NodeSpec spec, Path fresh, Path log) {
    var command =
        new ArrayList<>(
            List.of(
                distribution.server().toString(),
                "--no-defaults",
                "--bootstrap",
                "--basedir=" + distribution.home(),
                "--lc-messages-dir=" + distribution.home().resolve("share"),
                "--datadir=" + fresh,
                "--tmpdir=" + spec.scratch(),
                "--log-error=" + log,
                "--log-warnings=0",
                "--max-allowed-packet=8M",
                "--net-buffer-length=16K",
                "--innodb-log-file-size=32M"));
    if (Server.isRoot()) {
      command.add("--user=root");
    }
    return command;
  }

  private String systemTables() throws IOException {
    var text = new StringBuilder("CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n");
    for (var script : SYSTEM_TABLES) {
      text.append(Files.readString(distribution.home().resolve("share").resolve(script)));
      text.append('\n');
    }
    return text.toString();
  }

  /**
   * The controller's privileges: what it asks, what it sets, and what it hands out; SUPER is not
   * among them.
   */
  private static String accounts(Account controller) {
    var who = "'" + controller.name() + "'@'%'";
    // Reading its commands from a file, the server takes one statement a line.
    return """
        USE mysql;
        FLUSH PRIVILEGES;
        CREATE USER %1$s IDENTIFIED BY %2$s;
        GRANT RELOAD, PROCESS, CREATE USER, REPLICATION SLAVE, REPLICATION SLAVE ADMIN, REPLICATION MASTER ADMIN, SLAVE MONITOR, BINLOG MONITOR, BINLOG ADMIN, BINLOG REPLAY, READ_ONLY ADMIN, CONNECTION ADMIN, SET USER ON *.* TO %1$s WITH GRANT OPTION;
        GRANT ALL PRIVILEGES ON `%3$s`.* TO %1$s WITH GRANT OPTION;
        GRANT ALL PRIVILEGES ON `%4$s`.* TO %1$s WITH GRANT OPTION;
        GRANT SELECT ON mysql.* TO %1$s;
        """
        .formatted(who, controller.passwordLiteral(), SCHEMA, CONTROL_SCHEMA);
  }
}
