package dev.mainstay.db.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.Engine;
import dev.mainstay.db.GtidSet;
import dev.mainstay.db.Role;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CausalTokenTest {

  private static final String A = "aaaaaaaa-71ca-11e1-9e33-c80aa9429562";
  private static final String B = "bbbbbbbb-71ca-11e1-9e33-c80aa9429562";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MYSQL   | A:7         | A:9             | A:9
          MYSQL   | A:1-7       | B:1-3           | A:7,B:3
          MYSQL   | A:7,B:3     | A:2,B:9         | A:7,B:9
          MYSQL   | ''          | A:1-5:9:t:1-4   | A:9:t:4
          MARIADB | 0-1-7       | 0-1-9           | 0-1-9
          MARIADB | 0-1-7       | 1-1-2           | 0-1-7,1-1-2
          """)
  void writesAddUpToTheLatestOfEachOrigin(Engine engine, String one, String other, String both) {
    CausalToken merged = token(engine, one).merge(token(engine, other));

    assertThat(merged.seen()).isEqualTo(gtids(engine, both));
    assertThat(token(engine, other).merge(token(engine, one))).isEqualTo(merged);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MYSQL   | A:7         | A:1-7       | true
          MYSQL   | A:7         | A:1-6       | false
          MYSQL   | A:7,B:2     | A:1-9       | false
          MYSQL   | A:7         | A:1-6:8-9   | false
          MYSQL   | ''          | ''          | true
          MARIADB | 0-1-7       | 0-2-8       | true
          MARIADB | 0-1-7       | 0-1-6       | false
          MARIADB | 0-1-7       | 0-2-7       | false
          """)
  void aNodeThatHasTheLatestCoversIt(Engine engine, String seen, String executed, boolean covered) {
    assertThat(
            token(engine, seen)
                .isCoveredBy(Nodes.at("db-2", Role.REPLICA, gtids(engine, executed))))
        .isEqualTo(covered);
  }

  @Test
  void aNodeOfUnknownPositionCoversNothingNorDoesAnyWhatOnlyThePrimaryHas() {
    assertThat(token(Engine.MYSQL, "").isCoveredBy(Nodes.in("db-2", Role.REPLICA))).isFalse();
    assertThat(
            new CausalToken(3, true, GtidSet.empty(Engine.MYSQL))
                .isCoveredBy(Nodes.at("db-2", Role.REPLICA, gtids(Engine.MYSQL, "A:1-9"))))
        .isFalse();
  }

  @Test
  void mergingKeepsTheHighestEpochAndTheDoubt() {
    CausalToken merged =
        token(Engine.MYSQL, "A:1").merge(new CausalToken(9, true, GtidSet.empty(Engine.MYSQL)));

    assertThat(merged.epoch()).isEqualTo(9);
    assertThat(merged.primaryOnly()).isTrue();
  }

  @Test
  void whatEveryNodeHasNeedNotBeCarried() {
    CausalToken token = token(Engine.MYSQL, "A:7,B:3");

    assertThat(token.without(positions("A:1-7,B:1-2", "A:1-9,B:1-3")).seen())
        .isEqualTo(gtids(Engine.MYSQL, "B:3"));
    assertThat(token.without(positions("A:1-7,B:1-3", "A:1-9,B:1-3")).seen().isEmpty()).isTrue();
  }

  /** Trap: a node that is away now may come back as it was. */
  @Test
  void aNodeThatCannotBeSeenKeepsAllInTheToken() {
    CausalToken token = token(Engine.MYSQL, "A:7,B:3");

    assertThat(
            token
                .without(List.of(Optional.of(gtids(Engine.MYSQL, "A:1-9,B:1-9")), Optional.empty()))
                .seen())
        .isEqualTo(token.seen());
  }

  private static List<Optional<GtidSet>> positions(String... executed) {
    return Stream.of(executed).map(text -> Optional.of(gtids(Engine.MYSQL, text))).toList();
  }

  private static CausalToken token(Engine engine, String seen) {
    return new CausalToken(3, false, gtids(engine, seen));
  }

  private static GtidSet gtids(Engine engine, String text) {
    return GtidSet.parse(engine, text.replace("A", A).replace("B", B));
  }
}
