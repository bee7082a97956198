package dev.mainstay.db.local.testing;

import dev.mainstay.db.local.Distribution;
import dev.mainstay.db.local.LocalEngine;

/**
 * The servers that the contract of the engine edge is tested on: each engine, and of MariaDB the
 * oldest release too.
 */
public enum TestServer {
  MYSQL(LocalEngine.MYSQL),
  MARIADB(LocalEngine.MARIADB),
  /** Where the machine's own apt has it, as on Debian 12; skipped elsewhere. */
  MARIADB_10_11(LocalEngine.MARIADB);

  private final LocalEngine engine;

  TestServer(LocalEngine engine) {
    this.engine = engine;
  }

  public LocalEngine engine() {
    return engine;
  }

  /** The server's programs; skips or fails the test if they cannot be had. */
  public Distribution require() {
    return switch (this) {
      case MYSQL, MARIADB -> TestEngines.require(engine);
      case MARIADB_10_11 -> TestEngines.requireOldestMariadb();
    };
  }
}
