package dev.mainstay.db.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.db.NodeAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing unsafe gets as far as a statement, and no password into a text. */
class EdgeTypesTest {
  private static final Credentials ANY = new Credentials("app", "secret");

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a'b", "a b", "a`b", "a@b", "a\\b", "abcdefghijabcdefghijabcdefghijabc"})
  void refusesUsernames(String username) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Credentials(username, "secret"));
  }

  @Test
  void refusesPasswordsWithControlCharactersWithoutShowingThem() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Credentials("app", "sec\nret"))
        .withMessage("password of app holds a control character (expected: printable text)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a`b", "a.b", "a b", "a%", "a\\b"})
  void refusesSchemas(String schema) {
    assertThatIllegalArgumentException().isThrownBy(() -> Sql.identifier(schema));
  }

  @Test
  void underscoreOfASchemaIsNoWildcardInAGrant() {
    assertThat(Sql.identifier("my_app")).isEqualTo("`my_app`");
    assertThat(Sql.grantable("my_app")).isEqualTo("`my\\_app`");
  }

  @Test
  void refusesAccountsOfOneNameAndLongReplicationPasswords() {
    Credentials other = new Credentials("other", "secret");
    Credentials monitor = new Credentials("monitor", "secret");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Accounts("mainstay", ANY, other, ANY, List.of()))
        .withMessage("accounts are [app, other, app] (expected: different names)");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Accounts(
                    "mainstay",
                    ANY,
                    other,
                    monitor,
                    List.of(new Credentials("repl_db-1", "x".repeat(33)))))
        .withMessage("password of repl_db-1 has 33 characters (expected: at most 32)");
  }

  @Test
  void noTextShowsAPassword() {
    assertThat(
            List.of(
                ANY.toString(),
                new Source("host", 3306, ANY).toString(),
                new NodeConnector(ANY, Duration.ofSeconds(1), Duration.ofSeconds(1)).toString(),
                new CommonSql.Identified("IDENTIFIED BY ?", "secret").toString()))
        .allSatisfy(text -> assertThat(text).doesNotContain("secret"));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MAX_VALUE / 2})
  void refusesEndlessTimeouts(long millis) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NodeConnector(ANY, Duration.ofSeconds(1), Duration.ofMillis(millis)));
  }

  @ParameterizedTest
  @CsvSource({
    "db-1=127.0.0.1:3311, true, jdbc:mysql://127.0.0.1:3311/mainstay",
    "db-1=localhost:3311, true, jdbc:mysql://localhost:3311/mainstay",
    "db-1=[::1]:3311, true, jdbc:mysql://[::1]:3311/mainstay",
    "db-1=10.0.0.1:3311, false, jdbc:mysql://10.0.0.1:3311/mainstay",
    "db-1=127.0.0.1.example.org:3311, false, jdbc:mysql://127.0.0.1.example.org:3311/mainstay",
  })
  void asksForThePublicKeyOnLoopbackOnly(String text, boolean asks, String url) {
    NodeAddress address = NodeAddress.parse(text);
    NodeConnector connector =
        new NodeConnector(ANY, Duration.ofSeconds(1), Duration.ofMillis(2500));

    assertThat(connector.properties(address))
        .containsEntry("allowPublicKeyRetrieval", Boolean.toString(asks))
        .containsEntry("connectTimeout", "1000")
        .containsEntry("socketTimeout", "2500")
        .containsEntry("allowMultiQueries", "false")
        .doesNotContainKey("password");
    assertThat(NodeConnector.url(address, "mainstay")).isEqualTo(url);
  }
}
