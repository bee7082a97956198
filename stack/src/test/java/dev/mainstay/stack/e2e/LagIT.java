package dev.mainstay.stack.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.db.local.LocalEngine;
import dev.mainstay.db.local.testing.TestEngines;
import dev.mainstay.stack.drill.Drill;
import dev.mainstay.stack.drill.Exercise;
import dev.mainstay.stack.drill.OwnStack;
import dev.mainstay.stack.drill.Result;
import dev.mainstay.stack.drill.Setting;
import dev.mainstay.stack.drill.catalogue.Catalogue;
import dev.mainstay.stack.drill.load.Pattern;
import dev.mainstay.stack.drill.report.Figures;
import dev.mainstay.stack.model.Options;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The drill {@code lag}, which needs a stack of its own, with fewer pairs than by hand. */
@Tag("end-to-end")
class LagIT {

  private static final int PAIRS = 400;

  @ParameterizedTest
  @EnumSource
  void whoWroteSeesItThoughAReplicaIsFarBehind(LocalEngine engine) throws InterruptedException {
    TestEngines.require(engine);
    Drill lag = new Catalogue(Duration.ofSeconds(60), 50, PAIRS).find("lag").orElseThrow();
    Setting setting =
        new Setting(
            42,
            Duration.ofSeconds(3),
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            Pattern.STANDARD,
            true);

    try (OwnStack stack =
        OwnStack.start(
            Command.project(), Options.Database.valueOf(engine.name()), lag.shape(), LagIT::say)) {
      Result result = new Exercise(stack.subject(), setting, LagIT::say).run(lag);

      System.out.println(Figures.json(result));
      assertThat(result.verdict().why()).isEmpty();
      assertThat(result.trial().orElseThrow().reads().orElseThrow().pairs())
          .isGreaterThanOrEqualTo(PAIRS);
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
