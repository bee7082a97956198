package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.drill.check.ReadYourWrites;
import dev.mainstay.stack.drill.load.Pairs;
import dev.mainstay.stack.drill.watch.ReadMetrics;
import dev.mainstay.stack.model.Name;
import java.time.Duration;
import java.util.Optional;

/**
 * A replica is far behind, and read from all the same: whoever wrote sees it nevertheless. Clients
 * that throw their token away show that there is something to see.
 */
final class Lag implements Drill {

  private static final Duration BEHIND = Duration.ofSeconds(5);
  private static final Duration CAUGHT_UP = Duration.ofSeconds(30);

  /** So many of the pairs are done without a token, and as many once the replica has caught up. */
  private static final int SHARE = 10;

  private final int pairs;

  Lag(int pairs) {
    this.pairs = pairs;
  }

  @Override
  public String name() {
    return "lag";
  }

  @Override
  public String story() {
    return "a replica %d s behind, %,d writes each read at once through another instance"
        .formatted(BEHIND.toSeconds(), pairs);
  }

  @Override
  public Promise promise() {
    return new Promise(
            Duration.ofSeconds(2), Optional.of(Duration.ofSeconds(2)), Promise.Office.MAY_MOVE)
        .withOwnWritesSeen();
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD.readingFarBehind();
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    Name replica = stage.replica();
    stage.delay(replica, BEHIND);
    stage.await(BEHIND);
    Pairs.Tally causal = stage.pairs(pairs, true);
    long waitP99 = stage.readMetrics().waitP99Millis();
    Pairs.Tally eventual = stage.pairs(pairs / SHARE, false);
    stage.catchUp(replica, CAUGHT_UP);
    ReadMetrics before = stage.readMetrics();
    Pairs.Tally after = stage.pairs(pairs / SHARE, true);
    stage.saw(
        new ReadYourWrites(
            pairs,
            causal.pairs(),
            causal.stale() + after.stale(),
            causal.backwards() + after.backwards(),
            eventual.pairs(),
            eventual.stale(),
            waitP99,
            stage.readMetrics().shareOfReplicasSince(before)));
  }
}
