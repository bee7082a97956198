package dev.mainstay.db.local.testing;

import dev.mainstay.db.local.LocalEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What an account asked of a server, as the server itself writes it down: its general log. So the
 * application's statements are told apart from those of monitors, controllers and migrations, and
 * from what replication applies, by who sent them.
 *
 * <p>MySQL keeps it in a table, which names the account at each statement and can be switched on
 * while sessions are open. MariaDB keeps it in a file, from the server's start: only SUPER may
 * switch it on, and with a table it crashes when a client connects while it stops (11.4.5).
 */
public final class StatementLog {

  private static final String FILE = "general.log";

  /** The time stands only where it is another than that of the line before. */
  private static final Pattern ENTRY =
      Pattern.compile("(?:\\d{6} [ \\d]\\d:\\d\\d:\\d\\d)?\\t+ *(\\d+) ([A-Z][A-Za-z ]*)\\t(.*)");

  private StatementLog() {}

  /** Lines of the option file of a server that keeps one. */
  public static List<String> options(LocalEngine engine) {
    return switch (engine) {
      case MYSQL -> List.of("log_output='TABLE'", "general_log=ON");
      case MARIADB -> List.of("log_output=FILE", "general_log_file=" + FILE, "general_log=ON");
    };
  }

  /**
   * All so far that name any of these tables, in lower case, in the order in which they came.
   *
   * @param connection to the server, of an account that may read the server's own tables, as the
   *     controller's may
   * @param data the server's folder
   */
  public static List<String> of(
      LocalEngine engine, Connection connection, Path data, String account, List<String> tables)
      throws SQLException, IOException {
    var naming = Pattern.compile("\\b(%s)\\b".formatted(String.join("|", tables)));
    var statements =
        switch (engine) {
          case MYSQL -> inTable(connection, account);
          case MARIADB -> inFile(data.resolve(FILE), account);
        };
    return statements.stream()
        .map(statement -> statement.toLowerCase(Locale.ROOT))
        .filter(statement -> naming.matcher(statement).find())
        .toList();
  }

  private static List<String> inTable(Connection connection, String account) throws SQLException {
    var statements = new ArrayList<String>();
    try (var asked =
        connection.prepareStatement(
            """
            SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log
            WHERE command_type IN ('Query', 'Execute') AND user_host LIKE ?""")) {
      asked.setString(1, account + "[%");
      try (var rows = asked.executeQuery()) {
        while (rows.next()) {
          statements.add(rows.getString(1));
        }
      }
    }
    return statements;
  }

  /** A line that begins no entry goes on with the one before. */
  private static List<String> inFile(Path log, String account) throws IOException {
    Map<String, String> accounts = new HashMap<>();
    var statements = new ArrayList<String>();
    boolean ours = false;
    for (var line : Files.readAllLines(log, StandardCharsets.UTF_8)) {
      var entry = ENTRY.matcher(line);
      if (!entry.matches()) {
        if (ours) {
          statements.add(statements.removeLast() + "\n" + line);
        }
        continue;
      }
      var session = entry.group(1);
      var command = entry.group(2);
      if (command.equals("Connect")) {
        accounts.put(session, entry.group(3).replaceFirst("@.*", ""));
      }
      ours =
          account.equals(accounts.get(session))
              && (command.equals("Query") || command.equals("Execute"));
      if (ours) {
        statements.add(entry.group(3));
      }
    }
    return statements;
  }
}
