package dev.mainstay.db.local;

/** The database server software that a node of this machine runs. */
public enum LocalEngine {
  MYSQL("MySQL"),
  MARIADB("MariaDB");

  private final String label;

  LocalEngine(String label) {
    this.label = label;
  }

  /** The name as its makers write it. */
  public String label() {
    return label;
  }
}
