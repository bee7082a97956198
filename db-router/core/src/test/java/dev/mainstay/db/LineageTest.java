package dev.mainstay.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineageTest {
  private static final String A = "aaaaaaaa-71ca-11e1-9e33-c80aa9429562";
  private static final String B = "bbbbbbbb-71ca-11e1-9e33-c80aa9429562";

  private static String uuids(String text) {
    return text.replace("A", A).replace("B", B);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "equal                                          | A:1-5        | A:1-5        | ''",
        "behind                                         | A:1-3        | A:1-5        | ''",
        "asked later, the primary A wrote on            | A:1-7        | A:1-5        | ''",
        "a write of its own                             | A:1-5,B:1    | A:1-5        | B:1",
        "a write of its own with a tag                  | A:1-5,B:t:1  | A:1-5        | B:t:1",
        "both: asked later, and a write of its own      | A:1-7,B:1-2  | A:1-5,B:1    | B:2",
        "the primary's own tags are the primary's       | A:1-5:t:1    | A:1-5        | ''",
      })
  void ofMysqlTellsErrantFromAhead(String what, String node, String primary, String errant) {
    Lineage mine = new Lineage.Mysql(B, MysqlGtidSet.parse(uuids(node)));
    Lineage office = new Lineage.Mysql(A, MysqlGtidSet.parse(uuids(primary)));

    assertThat(mine.errantAgainst(office)).isEqualTo(MysqlGtidSet.parse(uuids(errant)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "equal                                     | 0-1-100,0-2-107         | 0-1-100,0-2-107 | ''",
        "behind                                    | 0-1-100                 | 0-1-100,0-2-107 | ''",
        "asked later, the primary 2 wrote on       | 0-1-100,0-2-109         | 0-1-100,0-2-107 | ''",
        "the old primary 1, with an unacked tail   | 0-1-105                 | 0-1-100,0-2-107 | 0-1-105",
        "a write of its own, of a reused number    | 0-1-100,0-2-107,0-3-106 | 0-1-100,0-2-107 | 0-3-106",
        "a write of its own in another domain      | 0-1-100,1-3-1           | 0-1-100,0-2-107 | 1-3-1",
      })
  void ofMariadbTellsErrantFromAhead(String what, String node, String primary, String errant) {
    Lineage mine = Lineage.Mariadb.parse(3, node);
    Lineage office = Lineage.Mariadb.parse(2, primary);

    assertThat(mine.errantAgainst(office)).isEqualTo(MariadbGtidSet.parse(errant));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "executed                                       | A:1-5,B:1-9  | B:9          | ''",
        "its own, to come                               | A:1-5        | A:700        | ''",
        "its own with a tag, to come                    | A:1-5        | A:t:1        | ''",
        "what a fail-over lost                          | A:1-5,B:1-9  | B:10         | B:10",
        "of an origin that nobody knows                 | A:1-5        | A:6,B:1      | B:1",
      })
  void ofMysqlTellsWhatThePrimaryWillNeverHave(
      String what, String primary, String wanted, String never) {
    Lineage office = new Lineage.Mysql(A, MysqlGtidSet.parse(uuids(primary)));

    assertThat(office.lacksForGood(MysqlGtidSet.parse(uuids(wanted))))
        .isEqualTo(MysqlGtidSet.parse(uuids(never)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "executed                                  | 0-1-100,0-2-107 | 0-1-99   | ''",
        "its own, to come                          | 0-1-100,0-2-107 | 0-2-900  | ''",
        "what a fail-over lost                     | 0-1-100,0-2-107 | 0-1-105  | 0-1-105",
        "of a domain that nobody knows             | 0-1-100,0-2-107 | 7-3-1    | 7-3-1",
        "one of each                               | 0-2-107         | 0-2-9,7-3-1 | 7-3-1",
      })
  void ofMariadbTellsWhatThePrimaryWillNeverHave(
      String what, String primary, String wanted, String never) {
    Lineage office = Lineage.Mariadb.parse(2, primary);

    assertThat(office.lacksForGood(MariadbGtidSet.parse(wanted)))
        .isEqualTo(MariadbGtidSet.parse(never));
  }
}
