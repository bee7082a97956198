package dev.mainstay.db.local;

import java.io.IOException;
import java.nio.file.Path;

/** How one engine is configured and how its data folder is made. */
sealed interface Server permits MysqlServer, MariadbServer {

  /** The application's schema. */
  String SCHEMA = "mainstay";

  /** The controller's own schema. */
  String CONTROL_SCHEMA = "mainstay_control";

  static Server of(Distribution distribution) {
    return switch (distribution.engine()) {
      case MYSQL -> new MysqlServer(distribution);
      case MARIADB -> new MariadbServer(distribution);
    };
  }

  /**
   * The text of the option file: the boot posture of FAILOVER.md, on loopback, with little memory.
   */
  String configuration(NodeSpec spec);

  /**
   * Fills a folder that does not exist yet with system tables and the controller's account, without
   * a trace in the binary log.
   *
   * @throws IOException if the server cannot be run or reports an error; the message never holds
   *     the password
   */
  void makeData(NodeSpec spec, Path fresh) throws IOException;

  /** Servers refuse to run as root unless they are told to. */
  static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }
}
