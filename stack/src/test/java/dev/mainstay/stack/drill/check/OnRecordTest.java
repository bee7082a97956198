package dev.mainstay.stack.drill.check;

import static dev.mainstay.stack.drill.check.Given.look;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.drill.watch.Sample;
import dev.mainstay.stack.drill.watch.Sample.Sight;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OnRecordTest {

  /** Of db-1, in office in the epoch. */
  private static Sight primary(boolean waits, long epoch, String ackers) {
    return new Sight(
        1, true, waits, 1, OptionalLong.empty(), OptionalLong.of(epoch), "db-1", ackers);
  }

  /** Acknowledges to db-1. */
  private static Sight acker(long serverId, long epoch, String ackers) {
    return new Sight(
        serverId, false, false, 0, OptionalLong.of(1), OptionalLong.of(epoch), "db-1", ackers);
  }

  private static List<String> violations(Sample... samples) {
    return OnRecord.violations(List.of(samples));
  }

  @Test
  void whoDoesAsTheRecordSaysIsWell() {
    assertThat(
            violations(
                look("db-1", 0, primary(true, 5, "db-2,db-3")),
                look("db-2", 0, acker(2, 5, "db-2,db-3")),
                look("db-1", 100, primary(true, 5, "db-2,db-3")),
                look("db-2", 100, acker(2, 5, "db-2,db-3"))))
        .isEmpty();
  }

  @Test
  void anOpenPrimaryThatWaitsForNobodyIsToldOnce() {
    assertThat(
            violations(
                look("db-1", 0, primary(false, 5, "db-2")),
                look("db-1", 100, primary(false, 5, "db-2")),
                look("db-1", 200, primary(false, 5, "db-2"))))
        .singleElement()
        .asString()
        .startsWith("db-1 was open and waited for nobody at ")
        .endsWith(", though epoch 5 has db-2 acknowledge");
  }

  @Test
  void withoutAckersOnRecordNobodyIsWaitedFor() {
    assertThat(
            violations(
                look("db-1", 0, primary(false, 5, "")), look("db-1", 100, primary(false, 5, ""))))
        .isEmpty();
  }

  @Test
  void whatOneLookShowsMayHaveChangedDuringIt() {
    assertThat(
            violations(
                look("db-1", 0, primary(false, 5, "")),
                look("db-1", 100, primary(false, 6, "db-2")),
                look("db-1", 200, primary(true, 6, "db-2"))))
        .isEmpty();
  }

  @Test
  void whoIsNotOnRecordAndAcknowledgesIsTold() {
    assertThat(
            violations(
                look("db-1", 0, primary(true, 5, "db-2")),
                look("db-3", 0, acker(3, 5, "db-2")),
                look("db-3", 100, acker(3, 5, "db-2"))))
        .singleElement()
        .asString()
        .startsWith("db-3 acknowledged to db-1 at ")
        .endsWith(", though epoch 5 has only db-2 do so");
  }

  @Test
  void aReplicaMayBeBehindTheRecordThatNamesIt() {
    assertThat(
            violations(
                look("db-1", 0, primary(true, 6, "db-2,db-3")),
                look("db-3", 10, acker(3, 5, "db-2")),
                look("db-3", 100, acker(3, 5, "db-2"))))
        .isEmpty();
  }
}
