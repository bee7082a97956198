package dev.mainstay.stack.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.drill.watch.Sample;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ContainerLooksTest {

  @Test
  void aRowIsWhatTheNodeSaysOfItself() {
    assertThat(ContainerLooks.sight("1\t0\t1\tON\t2\tOFF\t-\t11\tdb-1\tdb-2,db-3"))
        .contains(
            new Sample.Sight(
                1, true, true, 2, OptionalLong.empty(), OptionalLong.of(11), "db-1", "db-2,db-3"));
    assertThat(ContainerLooks.sight("3\t1\t0\tOFF\t0\tON\tdb-1\t11\tdb-1\tdb-2,db-3"))
        .hasValueSatisfying(
            sight -> {
              assertThat(sight.open()).isFalse();
              assertThat(sight.acknowledges()).hasValue(1);
            });
  }

  @Test
  void anythingElseIsNoLook() {
    assertThat(ContainerLooks.sight("ERROR 2013 (HY000): Lost connection")).isEmpty();
    assertThat(ContainerLooks.sight("x\t0\t1\tON\t2\tOFF\t-\t11\tdb-1\tdb-2")).isEmpty();
  }
}
