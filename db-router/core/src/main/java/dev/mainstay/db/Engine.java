package dev.mainstay.db;

/**
 * The database servers that Mainstay replicates and fails over. A cluster runs one of them, never
 * both.
 */
public enum Engine {
  MYSQL,
  MARIADB
}
