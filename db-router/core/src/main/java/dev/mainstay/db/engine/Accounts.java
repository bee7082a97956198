package dev.mainstay.db.engine;

import java.util.List;
import java.util.stream.Stream;

/**
 * The accounts that the controller makes on the primary and that replicate to every node.
 *
 * <table>
 *   <caption>What each may do, and nothing more</caption>
 *   <tr><td>application</td><td>SELECT, INSERT, UPDATE, DELETE on the application's schema</td></tr>
 *   <tr><td>migrate</td><td>DDL and data of the application's schema</td></tr>
 *   <tr><td>monitor</td><td>see the replication state; SELECT on {@value EngineSql#CONTROL_SCHEMA}</td></tr>
 *   <tr><td>replication</td><td>REPLICATION SLAVE; one a node, so that one replica can be shut out</td></tr>
 * </table>
 */
public record Accounts(
    String schema,
    Credentials application,
    Credentials migrate,
    Credentials monitor,
    List<Credentials> replication) {
  /** MySQL takes no longer {@code SOURCE_PASSWORD}. */
  private static final int LONGEST_REPLICATION_PASSWORD = 32;

  public Accounts {
    Sql.identifier(schema);
    replication = List.copyOf(replication);
    for (Credentials account : replication) {
      if (account.password().length() > LONGEST_REPLICATION_PASSWORD) {
        throw new IllegalArgumentException(
            "password of %s has %d characters (expected: at most %d)"
                .formatted(
                    account.username(), account.password().length(), LONGEST_REPLICATION_PASSWORD));
      }
    }
    List<String> names =
        Stream.concat(Stream.of(application, migrate, monitor), replication.stream())
            .map(Credentials::username)
            .toList();
    if (names.stream().distinct().count() != names.size()) {
      throw new IllegalArgumentException(
          "accounts are %s (expected: different names)".formatted(names));
    }
  }
}
