package dev.mainstay.db.local;

import java.nio.file.Path;

/**
 * An engine's programs on this machine, ready to run.
 *
 * @param server the server program; it takes {@code --defaults-file=…} as its first argument, and
 *     its process is the server's own
 * @param home the folder that the programs and their data files lie in
 * @param origin where it was found, for people: "on the PATH", "private copy"
 */
public record Distribution(
    LocalEngine engine, EngineVersion version, Path server, Path home, String origin) {

  /** For example {@code MySQL 9.7.4}. */
  public String title() {
    return engine.label() + " " + version;
  }
}
