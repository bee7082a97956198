package dev.mainstay.stack.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.stack.drill.link.Links;
import dev.mainstay.stack.model.Name;
import dev.mainstay.stack.model.Options;
import dev.mainstay.stack.model.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrillWiringTest {

  private static final Name CONTROLLER = new Name(Role.CONTROLLER, 1);
  private static final Name FIRST = new Name(Role.WEB_APP, 1);
  private static final Name SECOND = new Name(Role.WEB_APP, 2);
  private static final Options OPTIONS =
      new Options(2, 1, 2, 2, Options.Database.MARIADB, 20_000, 0);

  private final Links links = new Links();

  @AfterEach
  void close() {
    links.close();
  }

  private DrillWiring wiring(Shape shape) {
    return new DrillWiring(OPTIONS, shape, links);
  }

  @Test
  void anOrdinaryStackIsWiredAsEver() {
    DrillWiring wiring = wiring(Shape.STANDARD);

    assertThat(wiring.of(CONTROLLER)).containsOnlyKeys("mainstay.controller.failover.limit");
    assertThat(wiring.of(FIRST)).isEmpty();
    assertThat(links.count()).isZero();
  }

  @Test
  void controllersReachEachNodeAndEachNodeEachOtherOneThroughALinkOfItsOwn() {
    var told = wiring(Shape.STANDARD.withLinks()).of(CONTROLLER);

    assertThat(told)
        .containsKeys(
            "mainstay.controller.via.db-1",
            "mainstay.controller.via.db-2",
            "mainstay.controller.via.db-3",
            "mainstay.controller.replicate-via.db-1.db-2",
            "mainstay.controller.replicate-via.db-2.db-1",
            "mainstay.controller.replicate-via.db-3.db-1")
        .doesNotContainKeys(
            "mainstay.controller.replicate-via.db-1.db-1", "mainstay.controller.test-hook");
    assertThat(links.count()).isEqualTo(9);
    assertThat(told.values()).doesNotHaveDuplicates();
  }

  @Test
  void everyControllerIsToldTheSameOfTheReplicas() {
    DrillWiring wiring = wiring(Shape.STANDARD.withLinks());
    String key = "mainstay.controller.replicate-via.db-2.db-1";

    assertThat(wiring.of(new Name(Role.CONTROLLER, 2)).get(key))
        .isEqualTo(wiring.of(CONTROLLER).get(key));
  }

  @Test
  void onlyTheFirstWebAppIsOnTheSideThatIsCutOff() {
    DrillWiring wiring = wiring(Shape.STANDARD.withLinks());

    assertThat(wiring.of(FIRST))
        .hasSize(3)
        .hasEntrySatisfying(
            "mainstay.db.nodes[0]",
            node -> assertThat(node.toString()).startsWith("db-1=127.0.0.1:"));
    assertThat(wiring.of(SECOND)).isEmpty();
  }

  @Test
  void hookIsForTheControllers() {
    assertThat(wiring(Shape.STANDARD.withHook()).of(CONTROLLER))
        .containsEntry("mainstay.controller.test-hook", "test-hook");
  }
}
