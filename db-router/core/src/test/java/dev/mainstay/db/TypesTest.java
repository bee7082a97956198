package dev.mainstay.db;

import static dev.mainstay.db.ANode.aNode;
import static dev.mainstay.db.ANode.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Illegal values are not built. */
class TypesTest {

  @ParameterizedTest
  @CsvSource({
    "db-1=127.0.0.1:3311, 127.0.0.1, 3311",
    "db-1=node.example.org:1, node.example.org, 1",
    "db-1=[::1]:65535, ::1, 65535",
    "' db-1 = localhost : 3306 ', localhost, 3306",
  })
  void readsAddresses(String text, String host, int port) {
    assertThat(NodeAddress.parse(text)).isEqualTo(new NodeAddress(id(1), host, port));
    assertThat(NodeAddress.parse(NodeAddress.parse(text).toString()))
        .isEqualTo(NodeAddress.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "db-1",
        "db-1=",
        "db-1=host",
        "db-1=:1",
        "=host:1",
        "db-1=host:x",
        "db-1=host:0",
        "db-1=host:65536",
        "db-1=::1:3306",
        "DB=host:1",
        "db-1=a b:1",
        "db-1=a/b:1"
      })
  void refusesAddresses(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeAddress.parse(text))
        .withMessageContaining("(expected: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "DB-1", "db_1", "db 1", "abcdefghijabcdefghijabcdefghijabc"})
  void refusesNodeIds(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NodeId(text))
        .withMessage("node id is '%s' (expected: 1-32 of a-z, 0-9 and '-')", text);
  }

  @Test
  void refusesEpochs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EpochRecord(0, id(1), Set.of()))
        .withMessage("epoch is 0 (expected: 1 or more)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EpochRecord(1, id(1), Set.of(id(1))))
        .withMessage("ackers of epoch 1 hold its primary db-1 (expected: other nodes)");
    assertThat(new EpochRecord(1, id(1), Set.of())).hasToString("epoch 1: db-1, alone");
  }

  @Test
  void refusesNodesThatAreWritableButNotPrimary() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new NodeState(
                    ANode.address(1),
                    Role.REPLICA,
                    true,
                    Optional.of(Duration.ZERO),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalLong.empty(),
                    Optional.empty(),
                    ""))
        .withMessage("role of writable node db-1 is REPLICA (expected: PRIMARY)");
  }

  @Test
  void startsAreTheSameWithinASecond() {
    Observation.Reached seen = aNode(1).seen();

    assertThat(seen.sameStart(seen)).isTrue();
  }
}
