package dev.mainstay.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MariadbGtidSetTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''               | ''",
        "0-1-107          | 0-1-107",
        "' 1-1-5,\n0-2-7' | 0-2-7,1-1-5",
        "4294967295-4294967295-9223372036854775807 | 4294967295-4294967295-9223372036854775807",
      })
  void readsAndPrintsTheServersNotation(String text, String canonical) {
    assertThat(MariadbGtidSet.parse(text).toString()).isEqualTo(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0-1",
        "0-1-",
        "0-1-2-3",
        "a-1-2",
        "-1-1-2",
        "0-4294967296-1",
        "0-1-1,0-2-2",
        "u:1-5"
      })
  void refusesWhatIsNoPosition(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> MariadbGtidSet.parse(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0-1-107        | 0-1-106        | true",
        "0-1-107        | 0-2-106        | true",
        "0-1-107        | 0-1-107        | true",
        "0-1-107        | 0-2-107        | false",
        "0-1-106        | 0-1-107        | false",
        "0-1-107        | ''             | true",
        "''             | 0-1-1          | false",
        "0-1-107        | 1-1-1          | false",
        "0-1-107,1-1-3  | 0-1-100,1-1-3  | true",
        "0-1-107,1-1-3  | 0-1-100,1-1-4  | false",
      })
  void containsWhatIsBehindIt(String position, String other, boolean contains) {
    MariadbGtidSet mine = MariadbGtidSet.parse(position);
    MariadbGtidSet theirs = MariadbGtidSet.parse(other);

    assertThat(mine.contains(theirs)).isEqualTo(contains);
    assertThat(theirs.minus(mine).isEmpty()).isEqualTo(contains);
  }

  @Test
  void minusKeepsTheDomainsThatAreAhead() {
    assertThat(
            MariadbGtidSet.parse("0-1-9,1-1-5,2-1-1").minus(MariadbGtidSet.parse("0-1-10,1-1-4")))
        .isEqualTo(MariadbGtidSet.parse("1-1-5,2-1-1"));
  }

  @Test
  void doesNotMeetTheOtherEngine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MariadbGtidSet.EMPTY.union(MysqlGtidSet.EMPTY))
        .withMessage("GTID set is  of MySQL (expected: one of MariaDB)");
  }

  /** Positions on one history, in which the server of each number is settled: nobody has parted. */
  @Provide
  Arbitrary<MariadbGtidSet> positions() {
    return Combinators.combine(
            Arbitraries.longs().between(0, 2), Arbitraries.longs().between(1, 20))
        .as((domain, sequence) -> Map.entry(domain, sequence))
        .list()
        .ofMaxSize(3)
        .map(
            entries -> {
              TreeMap<Long, MariadbGtidSet.Position> map = new TreeMap<>();
              entries.forEach(
                  entry ->
                      map.put(
                          entry.getKey(),
                          new MariadbGtidSet.Position(
                              entry.getKey(), entry.getValue() / 5 + 1, entry.getValue())));
              return new MariadbGtidSet(map);
            });
  }

  private static Set<List<Long>> naive(MariadbGtidSet set) {
    return set.positions().values().stream()
        .flatMap(
            position ->
                LongStream.rangeClosed(1, position.sequence())
                    .mapToObj(n -> List.of(position.domain(), n)))
        .collect(Collectors.toCollection(HashSet::new));
  }

  @Property
  void behavesAsTheSetOfAllUpToThePosition(
      @ForAll("positions") MariadbGtidSet a, @ForAll("positions") MariadbGtidSet b) {
    Set<List<Long>> both = naive(a);
    both.addAll(naive(b));
    assertThat(a.contains(b)).isEqualTo(naive(a).containsAll(naive(b)));
    assertThat(naive(a.union(b))).isEqualTo(both);
    assertThat(a.union(b)).isEqualTo(b.union(a));
    assertThat(a.minus(b).isEmpty()).isEqualTo(b.contains(a));
    assertThat(a.minus(b).union(b)).isEqualTo(a.union(b));
    assertThat(MariadbGtidSet.parse(a.toString())).isEqualTo(a);
  }
}
