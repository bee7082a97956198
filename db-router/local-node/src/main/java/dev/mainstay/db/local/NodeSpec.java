package dev.mainstay.db.local;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What a node of this machine is to be.
 *
 * @param id its name in the topology, as in {@code db-1}
 * @param serverId its {@code server_id}, which no other node of the cluster has
 * @param port where it listens on the loopback interface
 * @param home the folder that becomes its own: data, configuration, pid file
 * @param errorLog the file that the server writes its log to; its name has an extension, for
 *     servers append {@code .err} where there is none
 * @param controller the one account that a blank node has
 */
public record NodeSpec(
    String id, int serverId, int port, Path home, Path errorLog, Account controller) {

  private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,32}");

  public NodeSpec {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "node id is %s (expected: 1-32 lower-case letters, digits or -)".formatted(id));
    }
    if (serverId < 1) {
      throw new IllegalArgumentException(
          "server id is %d (expected: 1 or more)".formatted(serverId));
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port is %d (expected: 1-65535)".formatted(port));
    }
    home = home.toAbsolutePath().normalize();
    errorLog = errorLog.toAbsolutePath().normalize();
    if (!errorLog.getFileName().toString().contains(".")) {
      throw new IllegalArgumentException(
          "error log is %s (expected: a name with an extension)".formatted(errorLog));
    }
    for (var path : new Path[] {home, errorLog}) {
      if (path.toString().chars().anyMatch(c -> c == '"' || c == '\\' || c < ' ')) {
        throw new IllegalArgumentException(
            "path is %s (expected: none of quotes, backslashes, control characters)"
                .formatted(path));
      }
    }
  }

  /** Where the server keeps its data. */
  public Path data() {
    return home.resolve("data");
  }

  /** The option file that the server is started with. */
  public Path configuration() {
    return home.resolve("my.cnf");
  }

  /**
   * Where the server keeps temporary tables. Its own: a MariaDB that starts removes every temporary
   * table it finds, and in a shared folder those of its neighbours, which then fail or crash.
   */
  public Path scratch() {
    return home.resolve("tmp");
  }

  /** Where the server writes its process id. */
  public Path pidFile() {
    return home.resolve("server.pid");
  }
}
