package dev.mainstay.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.MysqlGtidSet.Interval;
import dev.mainstay.db.MysqlGtidSet.Origin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The algebra of intervals is that of plain sets of transactions. */
class MysqlGtidSetPropertyTest {
  private static final List<Origin> ORIGINS =
      List.of(
          new Origin("3e11fa47-71ca-11e1-9e33-c80aa9429562", ""),
          new Origin("3e11fa47-71ca-11e1-9e33-c80aa9429562", "tag"),
          new Origin("4e11fa47-71ca-11e1-9e33-c80aa9429562", ""));

  private record Transaction(Origin origin, long number) {}

  @Provide
  Arbitrary<MysqlGtidSet> sets() {
    Arbitrary<Interval> interval =
        Combinators.combine(Arbitraries.longs().between(1, 40), Arbitraries.longs().between(0, 9))
            .as((first, more) -> new Interval(first, first + more));
    return Combinators.combine(Arbitraries.of(ORIGINS), interval.list().ofMaxSize(5))
        .as(
            (origin, intervals) -> {
              TreeMap<Origin, List<Interval>> map = new TreeMap<>();
              map.put(origin, intervals);
              return new MysqlGtidSet(map);
            })
        .list()
        .ofMaxSize(4)
        .map(
            parts -> {
              TreeMap<Origin, List<Interval>> map = new TreeMap<>();
              for (MysqlGtidSet part : parts) {
                part.intervals()
                    .forEach(
                        (origin, list) ->
                            map.computeIfAbsent(origin, o -> new ArrayList<>()).addAll(list));
              }
              return new MysqlGtidSet(map);
            });
  }

  private static Set<Transaction> naive(MysqlGtidSet set) {
    Set<Transaction> all = new HashSet<>();
    set.intervals()
        .forEach(
            (origin, intervals) ->
                intervals.forEach(
                    interval -> {
                      for (long n = interval.first(); n <= interval.last(); n++) {
                        all.add(new Transaction(origin, n));
                      }
                    }));
    return all;
  }

  @Property
  void minusIsThatOfSets(@ForAll("sets") MysqlGtidSet a, @ForAll("sets") MysqlGtidSet b) {
    Set<Transaction> expected = naive(a);
    expected.removeAll(naive(b));
    assertThat(naive(a.minus(b))).isEqualTo(expected);
  }

  @Property
  void unionIsThatOfSets(@ForAll("sets") MysqlGtidSet a, @ForAll("sets") MysqlGtidSet b) {
    Set<Transaction> expected = naive(a);
    expected.addAll(naive(b));
    assertThat(naive(a.union(b))).isEqualTo(expected);
  }

  @Property
  void containsIsThatOfSets(@ForAll("sets") MysqlGtidSet a, @ForAll("sets") MysqlGtidSet b) {
    assertThat(a.contains(b)).isEqualTo(naive(a).containsAll(naive(b)));
    assertThat(a.union(b).contains(b)).isTrue();
  }

  /** Any two sets of one history, in which each origin's numbers come in order. */
  @Property
  void theLatestOfAPrefixIsInAPrefixExactlyWhenAllOfItIs(
      @ForAll("sets") MysqlGtidSet a, @ForAll("sets") MysqlGtidSet b) {
    MysqlGtidSet whole = prefix(a);
    MysqlGtidSet other = prefix(b);
    assertThat(other.contains(whole.latest())).isEqualTo(other.contains(whole));
    assertThat(naive(a.latest())).isSubsetOf(naive(a)).hasSize(a.intervals().size());
    assertThat(whole.union(other).latest())
        .isEqualTo(whole.latest().union(other.latest()).latest());
  }

  private static MysqlGtidSet prefix(MysqlGtidSet set) {
    TreeMap<Origin, List<Interval>> map = new TreeMap<>();
    set.intervals()
        .forEach(
            (origin, list) -> map.put(origin, List.of(new Interval(1, list.getLast().last()))));
    return new MysqlGtidSet(map);
  }

  @Property
  void equalSetsHaveOneNotation(@ForAll("sets") MysqlGtidSet a, @ForAll("sets") MysqlGtidSet b) {
    assertThat(a.equals(b)).isEqualTo(naive(a).equals(naive(b)));
    assertThat(a.toString().equals(b.toString())).isEqualTo(a.equals(b));
    assertThat(MysqlGtidSet.parse(a.toString())).isEqualTo(a);
    assertThat(a.isEmpty()).isEqualTo(naive(a).isEmpty());
  }
}
