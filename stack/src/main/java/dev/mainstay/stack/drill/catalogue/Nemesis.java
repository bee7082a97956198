package dev.mainstay.stack.drill.catalogue;

import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Shape;
import dev.mainstay.stack.drill.Stage;
import dev.mainstay.stack.drill.check.Promise;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Problem;
import dev.mainstay.stack.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Whatever the lots say: kills, pauses and cuts of any node, controller or web-app, one after the
 * other and on top of each other, from a seed. The site may fail meanwhile; it may not lie.
 *
 * @param length for so long
 */
record Nemesis(Duration length) implements Drill {

  private static final Duration LONGEST = Duration.ofSeconds(8);
  private static final Duration OUTAGE = Duration.ofMinutes(2);

  @Override
  public String name() {
    return "nemesis";
  }

  @Override
  public String story() {
    return "kill, pause and cut off any process at random for %d s".formatted(length.toSeconds());
  }

  @Override
  public Promise promise() {
    return new Promise(OUTAGE, Optional.empty(), Promise.Office.MAY_MOVE)
        .exceptFor(Promise.Failures.OUTAGE);
  }

  @Override
  public Shape shape() {
    return Shape.STANDARD.withLinks();
  }

  @Override
  public void perform(Stage stage) throws InterruptedException {
    Random lots = new Random(stage.seed());
    List<Name> all = new ArrayList<>(stage.all(Role.NODE));
    all.addAll(stage.all(Role.CONTROLLER));
    all.addAll(stage.all(Role.WEB_APP));
    long left = length.toMillis();
    while (left > 0) {
      Name name = all.get(lots.nextInt(all.size()));
      Duration time = Duration.ofMillis(lots.nextLong(100, LONGEST.toMillis()));
      int kind = lots.nextInt(3);
      try {
        if (kind == 2 && name.role() == Role.NODE) {
          stage.cutOff(name);
          stage.await(time);
          stage.heal(name);
          left -= time.toMillis();
        } else if (kind == 1) {
          stage.pause(name);
          stage.await(time);
          stage.resume(name);
          left -= time.toMillis();
        } else {
          stage.kill(name, time); // and the next lot falls while it is down
        }
      } catch (Problem down) {
        stage.say("%s is down already".formatted(name));
      }
      Duration rest = Duration.ofMillis(lots.nextLong(3_000));
      stage.await(rest);
      left -= rest.toMillis();
    }
  }
}
