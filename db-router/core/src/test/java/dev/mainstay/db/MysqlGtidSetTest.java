package dev.mainstay.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MysqlGtidSetTest {
  private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String B = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

  /** A and B stand for two uuids. */
  private static MysqlGtidSet set(String text) {
    return MysqlGtidSet.parse(text.replace("A", A).replace("B", B));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                        | ''",
        "A:1                       | A:1",
        "A:1-1                     | A:1",
        "A:1-5:7                   | A:1-5:7",
        "A:7:1-5                   | A:1-5:7",
        "A:1-3:4-5                 | A:1-5",
        "A:1-4:2-9:3               | A:1-9",
        "B:1,A:2                   | A:2,B:1",
        "A:1,A:2                   | A:1-2",
        "A:1,,B:1,                 | A:1,B:1",
        "A:1-5:billing:1-3:9       | A:1-5:billing:1-3:9",
        "A:zebra:1:ant:2:5         | A:ant:2:5:zebra:1",
        "A:TIDY:1                  | A:tidy:1",
        "A:billing:1,A:2           | A:2:billing:1",
        "A:t:1-3,A:t:4             | A:t:1-4",
        "A:9223372036854775806     | A:9223372036854775806",
      })
  void readsAndPrintsTheServersNotation(String text, String canonical) {
    assertThat(set(text).toString()).isEqualTo(canonical.replace("A", A).replace("B", B));
    assertThat(set(canonical)).isEqualTo(set(text));
  }

  @Test
  void readsLineBreaksBlanksAndUpperCase() {
    String printed = A.toUpperCase(java.util.Locale.ROOT) + ":1-5 : 7 ,\n " + B + ":1 - 2:tag:1\n";

    assertThat(MysqlGtidSet.parse(printed)).isEqualTo(set("A:1-5:7,B:1-2:tag:1"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A",
        "A:",
        "A:0",
        "A:5-3",
        "A:1-",
        "A:-3",
        "A:1:",
        "A:tag",
        "A:1:tag",
        "A:tag:",
        "A:1.5",
        "A:9223372036854775807",
        "A:99999999999999999999",
        "A:١",
        "A:a-b:1",
        "x:1",
        "0-1-107",
        "A 1",
      })
  void refusesWhatIsNoSet(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> set(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "A:1-10          | A:3-4            | A:1-2:5-10       | true",
        "A:3-4           | A:1-10           | ''               | false",
        "A:1-10          | A:1-10           | ''               | true",
        "A:1-10          | B:1-10           | A:1-10           | false",
        "A:1-10          | ''               | A:1-10           | true",
        "''              | A:1              | ''               | false",
        "A:1-10:20-30    | A:5-25           | A:1-4:26-30      | false",
        "A:1-10          | A:2:4:6:8        | A:1:3:5:7:9-10   | true",
        "A:1-10:t:1-10   | A:1-10           | A:t:1-10         | true",
        "A:t:1-10        | A:u:1-10         | A:t:1-10         | false",
        "A:1-5,B:1-5     | A:1-5,B:1-4      | B:5              | true",
      })
  void subtractsAndContains(String set, String other, String rest, boolean contains) {
    assertThat(set(set).minus(set(other))).isEqualTo(set(rest));
    assertThat(set(set).contains(set(other))).isEqualTo(contains);
  }

  @Test
  void unites() {
    assertThat(set("A:1-5,B:7").union(set("A:4-9:t:1"))).isEqualTo(set("A:1-9:t:1,B:7"));
  }

  @Test
  void leavesOutAnOriginWithAllItsTags() {
    assertThat(set("A:1-5:t:1,B:7").withoutOrigin(A)).isEqualTo(set("B:7"));
  }

  @Test
  void doesNotMeetTheOtherEngine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> set("A:1").contains(MariadbGtidSet.parse("0-1-1")))
        .withMessage("GTID set is 0-1-1 of MariaDB (expected: one of MySQL)");
  }
}
